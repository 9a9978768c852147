import CFreshetKernels

extension Tape {
    /// `y = (x - mean) / sqrt(variance + ε) · gain + bias` over the channels of each row (Ba, Kiros and Hinton, 2016).
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - gain: `[C]`.
    ///   - bias: `[C]`.
    ///   - epsilon: keeps the root away from zero.
    /// - Returns: `[N, C]`.
    ///
    /// Gradient: with `x̂` the normalised row and `g = dy · gain`, `dx = (g - mean(g) - x̂ · mean(g · x̂)) / deviation`.
    public func layerNorm(_ x: Tensor, gain: Parameter, bias: Parameter, epsilon: Float = 1e-6) -> Tensor {
        let (N, C) = (x.rows, x.columns)
        precondition(gain.count == C && bias.count == C, "layerNorm: \(C) channels, \(gain.name) has \(gain.count)")
        let y = make(N, C)
        let mean = pool.take(N)
        let rstd = pool.take(N)
        freshet_layer_norm_forward(y.values, mean, rstd, x.values, gain.pointer, bias.pointer, epsilon, N, C)
        record { [unowned self] in
            guard let dy = gradientIfReached(y), let gradients else { return }
            freshet_layer_norm_backward(
                gradient(of: x),
                gradient(of: gain, in: gradients),
                gradient(of: bias, in: gradients),
                dy,
                x.values,
                gain.pointer,
                mean,
                rstd,
                N,
                C
            )
        }
        return y
    }
}
