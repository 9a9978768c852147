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
        addProduct(x, down, scaledBy: nil, up, factor: factor, to: y, first: first)
    }

    /// `y[:, c...] += factor · ((x · P) ∘ λ) · Q`: what an adapter in the form of a singular value decomposition adds to some
    /// columns of a product (AdaLoRA: Zhang and others, ICLR 2023).
    ///
    /// It writes into `y` itself, which must come fresh from the operation before and be used by none but what follows.
    ///
    /// - Parameters:
    ///   - x: `[N, I]`.
    ///   - left: P, `[I, R]`.
    ///   - values: λ, `[1, R]`.
    ///   - right: Q, `[R, O]`.
    ///   - factor: the factor of the product.
    ///   - y: `[N, c + O]` or wider.
    ///   - first: `c`, the first of the `O` columns.
    ///
    /// Gradient: with `g = factor · dy[:, c...]` and `s = g · Qᵀ`, `dQ += ((x · P) ∘ λ)ᵀ · g`, `dλ += Σ_n s ∘ (x · P)`,
    /// `dP += xᵀ · (s ∘ λ)`, `dx += (s ∘ λ) · Pᵀ`.
    public func addSingularValues(
        _ x: Tensor,
        _ left: Parameter,
        _ values: Parameter,
        _ right: Parameter,
        factor: Float,
        to y: Tensor,
        first: Int
    ) {
        addProduct(x, left, scaledBy: values, right, factor: factor, to: y, first: first)
    }

    /// Both of them: what a narrow product adds, its middle columns scaled or not.
    private func addProduct(
        _ x: Tensor,
        _ down: Parameter,
        scaledBy values: Parameter?,
        _ up: Parameter,
        factor: Float,
        to y: Tensor,
        first: Int
    ) {
        let (N, I, R, O) = (x.rows, x.columns, down.columns, up.columns)
        precondition(down.rows == I && up.rows == R, "a narrow product: \(I) inputs, \(down.name) takes \(down.rows)")
        precondition(values.map { $0.count == R } ?? true, "a narrow product: \(R) columns, others are scaled")
        precondition(y.rows == N && first + O <= y.columns, "a narrow product: columns \(first) ..< \(first + O)")
        let inner = pool.take(N * R)
        multiply(x.matrix, down.matrix, into: MutableMatrixView(inner, N, R))
        let scaled = values.map { values in
            let scaled = pool.take(N * R)
            for row in 0..<N { freshet_multiply(scaled + row * R, inner + row * R, values.pointer, R) }
            return scaled
        }
        let middle = scaled ?? inner
        multiply(
            MatrixView(middle, N, R),
            up.matrix,
            into: MutableMatrixView(y.values + first, N, O, stride: y.columns),
            alpha: factor,
            beta: 1
        )
        record { [unowned self] in
            guard let dyValues = gradientIfReached(y), let gradients else { return }
            let dy = MatrixView(dyValues + first, N, O, stride: y.columns)
            multiply(
                MatrixView(middle, N, R).transposed,
                dy,
                into: MutableMatrixView(gradients.dense(up), R, O),
                alpha: factor,
                beta: 1
            )
            let dmiddle = middle  // No longer needed as values.
            multiply(dy, up.matrix.transposed, into: MutableMatrixView(dmiddle, N, R), alpha: factor)
            if let values {
                let dvalues = gradients.dense(values)
                for row in 0..<N {
                    let d = dmiddle + row * R
                    freshet_multiply_add(dvalues, d, inner + row * R, R)
                    for place in 0..<R { d[place] *= values.pointer[place] }
                }
            }
            let view = MatrixView(dmiddle, N, R)
            multiply(x.matrix.transposed, view, into: MutableMatrixView(gradients.dense(down), I, R), beta: 1)
            guard needsGradient(x) else { return }
            let dx = accumulator(of: x)
            multiply(view, down.matrix.transposed, into: MutableMatrixView(dx.pointer, N, I), beta: dx.beta)
        }
    }
}
