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
                gradients.dense(gain),
                gradients.dense(bias),
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

    /// `y = scale · x / |x|` for each row: directions only, as cosine scores need.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - scale: the length of the result.
    /// - Returns: `[N, C]`.
    public func l2Normalize(_ x: Tensor, scale: Float = 1) -> Tensor {
        let y = make(x.rows, x.columns)
        let inverse = pool.take(x.rows)
        freshet_l2_normalize_forward(y.values, inverse, x.values, scale, 1e-6, x.rows, x.columns)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_l2_normalize_backward(gradient(of: x), dy, x.values, inverse, scale, x.rows, x.columns)
        }
        return y
    }
}
