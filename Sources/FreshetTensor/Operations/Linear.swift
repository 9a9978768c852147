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
    /// Gradient: `dx = dy · Wᵀ`, `dW += xᵀ · dy`, `db += Σ_n dy`; what is frozen has none.
    public func linear(_ x: Tensor, _ weight: Parameter, bias: Parameter? = nil) -> Tensor {
        let (N, I, O) = (x.rows, x.columns, weight.columns)
        precondition(weight.rows == I, "linear: \(I) inputs, \(weight.name) takes \(weight.rows)")
        let y = make(N, O)
        multiply(x.matrix, weight.matrix, into: y.mutableMatrix)
        if let bias { freshet_add_bias(y.values, bias.pointer, N, O) }
        record { [unowned self] in
            guard let dyValues = gradientIfReached(y), let gradients else { return }
            let dy = MatrixView(dyValues, N, O)
            if needsGradient(x) {
                let dx = accumulator(of: x)
                multiply(dy, weight.matrix.transposed, into: MutableMatrixView(dx.pointer, N, I), beta: dx.beta)
            }
            if weight.layout != .frozen {
                multiply(x.matrix.transposed, dy, into: MutableMatrixView(gradients.dense(weight), I, O), beta: 1)
            }
            if let bias, bias.layout != .frozen { freshet_sum_rows(gradients.dense(bias), dyValues, N, O) }
        }
        return y
    }
}
