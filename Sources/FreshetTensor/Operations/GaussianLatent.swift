import CFreshetKernels

extension Tape {
    /// A draw from a normal distribution for each number, through which gradients pass (Kingma and Welling, 2014):
    /// `y = mean + e^{logVariance / 2} · ε`.
    ///
    /// Only when recording: inference takes the mean.
    ///
    /// - Parameters:
    ///   - mean: `[N, C]`.
    ///   - logVariance: the logarithms of the variances, `[N, C]`.
    /// - Returns: `[N, C]`.
    ///
    /// Gradient: `dmean += dy`, `dlogVariance += dy · (y - mean) / 2`.
    public func gaussianDraw(_ mean: Tensor, logVariance: Tensor) -> Tensor {
        precondition(mean.count == logVariance.count && mean.rows == logVariance.rows, "gaussianDraw: shapes differ")
        guard isRecording else { return mean }
        var random = RandomSource(seed: UInt64(nextDropoutKey()))
        let y = make(mean.rows, mean.columns)
        for n in 0..<y.count {
            y.values[n] = mean.values[n] + exponential(logVariance.values[n] / 2) * random.normal()
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_axpy(gradient(of: mean), dy, 1, y.count)
            let dlogVariance = gradient(of: logVariance)
            for n in 0..<y.count { dlogVariance[n] += dy[n] * (y.values[n] - mean.values[n]) / 2 }
        }
        return y
    }

    /// How far normal distributions are from the standard one: their Kullback-Leibler divergence,
    /// `Σ (mean² + e^{logVariance} - 1 - logVariance) / 2`.
    ///
    /// A root of a pass, beside others: call ``backward()`` after the last of them.
    ///
    /// - Parameters:
    ///   - mean: `[N, C]`.
    ///   - logVariance: `[N, C]`.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' divergences, unscaled.
    ///
    /// Gradient: `dmean += scale · mean`, `dlogVariance += scale · (e^{logVariance} - 1) / 2`.
    public func gaussianDivergence(_ mean: Tensor, logVariance: Tensor, scale: Float) -> Double {
        precondition(mean.count == logVariance.count && mean.rows == logVariance.rows, "gaussianDivergence: shapes")
        var sum = 0.0
        for n in 0..<mean.count {
            let (m, l) = (mean.values[n], logVariance.values[n])
            sum += Double(m * m + exponential(l) - 1 - l) / 2
        }
        guard isRecording else { return sum }
        freshet_axpy(gradient(of: mean), mean.values, scale, mean.count)
        let dlogVariance = gradient(of: logVariance)
        for n in 0..<mean.count { dlogVariance[n] += scale * (exponential(logVariance.values[n]) - 1) / 2 }
        return sum
    }
}
