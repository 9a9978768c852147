import CFreshetKernels

extension Tape {
    /// `y[:, c...] += factor · (x · A) · B`: what a low-rank adapter adds to some columns of a product (LoRA: Hu and
    /// others, ICLR 2022).
    ///
    /// It writes into `y` itself, which must come fresh from the operation before and be used by none but what follows.
    ///
    /// - Parameters:
    ///   - x: `[N, I]`.
    ///   - down: A, `[I, R]`.
    ///   - up: B, `[R, O]`.
    ///   - factor: the factor of the product.
    ///   - y: `[N, c + O]` or wider.
    ///   - first: `c`, the first of the `O` columns.
    ///
    /// Gradient: with `g = factor · dy[:, c...]`, `dB += (x · A)ᵀ · g`, `dA += xᵀ · (g · Bᵀ)`, `dx += g · Bᵀ · Aᵀ`.
    public func addLowRank(_ x: Tensor, _ down: Parameter, _ up: Parameter, factor: Float, to y: Tensor, first: Int) {
        let (N, I, R, O) = (x.rows, x.columns, down.columns, up.columns)
        precondition(down.rows == I && up.rows == R, "addLowRank: \(I) inputs, \(down.name) takes \(down.rows)")
        precondition(y.rows == N && first + O <= y.columns, "addLowRank: columns \(first) ..< \(first + O)")
        let inner = pool.take(N * R)
        multiply(x.matrix, down.matrix, into: MutableMatrixView(inner, N, R))
        multiply(
            MatrixView(inner, N, R),
            up.matrix,
            into: MutableMatrixView(y.values + first, N, O, stride: y.columns),
            alpha: factor,
            beta: 1
        )
        record { [unowned self] in
            guard let dyValues = gradientIfReached(y), let gradients else { return }
            let dy = MatrixView(dyValues + first, N, O, stride: y.columns)
            multiply(
                MatrixView(inner, N, R).transposed,
                dy,
                into: MutableMatrixView(gradients.dense(up), R, O),
                alpha: factor,
                beta: 1
            )
            let dinner = inner  // No longer needed as values.
            multiply(dy, up.matrix.transposed, into: MutableMatrixView(dinner, N, R), alpha: factor)
            let view = MatrixView(dinner, N, R)
            multiply(x.matrix.transposed, view, into: MutableMatrixView(gradients.dense(down), I, R), beta: 1)
            guard needsGradient(x) else { return }
            let dx = accumulator(of: x)
            multiply(view, down.matrix.transposed, into: MutableMatrixView(dx.pointer, N, I), beta: dx.beta)
        }
    }
}
