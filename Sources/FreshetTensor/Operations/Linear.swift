import CFreshetKernels

extension Tape {
    /// `y = x · W + b`.
    ///
    /// - Parameters:
    ///   - x: `[N, I]`.
    ///   - weight: `[I, O]`.
    ///   - bias: `[O]`, or `nil` for none.
    /// - Returns: `[N, O]`.
    ///
    /// Gradient: `dx = dy · Wᵀ`, `dW += xᵀ · dy`, `db += Σ_n dy`.
    public func linear(_ x: Tensor, _ weight: Parameter, bias: Parameter? = nil) -> Tensor {
        let (N, I, O) = (x.rows, x.columns, weight.columns)
        precondition(weight.rows == I, "linear: \(I) inputs, \(weight.name) takes \(weight.rows)")
        let y = make(N, O)
        multiply(N, O, I, x.values, aStride: I, weight.pointer, bStride: O, into: y.values, cStride: O)
        if let bias { freshet_add_bias(y.values, bias.pointer, N, O) }
        record { [unowned self] in
            guard let dy = gradientIfReached(y), let gradients else { return }
            let dx = accumulator(of: x)
            multiply(
                N,
                I,
                O,
                dy,
                aStride: O,
                weight.pointer,
                bStride: O,
                transposeB: true,
                into: dx.pointer,
                cStride: I,
                beta: dx.beta
            )
            multiply(
                I,
                O,
                N,
                x.values,
                aStride: I,
                transposeA: true,
                dy,
                bStride: O,
                into: gradients.dense(weight),
                cStride: O,
                beta: 1
            )
            if let bias { freshet_sum_rows(gradients.dense(bias), dy, N, O) }
        }
        return y
    }
}
