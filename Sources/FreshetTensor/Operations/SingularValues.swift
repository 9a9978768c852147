import CFreshetKernels

extension Tape {
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
        let (N, I, R, O) = (x.rows, x.columns, left.columns, right.columns)
        precondition(
            left.rows == I && right.rows == R && values.count == R,
            "addSingularValues: \(I) inputs, rank \(R)"
        )
        precondition(y.rows == N && first + O <= y.columns, "addSingularValues: columns \(first) ..< \(first + O)")
        let inner = pool.take(N * R)
        multiply(x.matrix, left.matrix, into: MutableMatrixView(inner, N, R))
        let scaled = pool.take(N * R)
        for row in 0..<N { freshet_multiply(scaled + row * R, inner + row * R, values.pointer, R) }
        multiply(
            MatrixView(scaled, N, R),
            right.matrix,
            into: MutableMatrixView(y.values + first, N, O, stride: y.columns),
            alpha: factor,
            beta: 1
        )
        record { [unowned self] in
            guard let dyValues = gradientIfReached(y), let gradients else { return }
            let dy = MatrixView(dyValues + first, N, O, stride: y.columns)
            multiply(
                MatrixView(scaled, N, R).transposed,
                dy,
                into: MutableMatrixView(gradients.dense(right), R, O),
                alpha: factor,
                beta: 1
            )
            let dscaled = scaled  // No longer needed as values.
            multiply(dy, right.matrix.transposed, into: MutableMatrixView(dscaled, N, R), alpha: factor)
            let dvalues = gradients.dense(values)
            for row in 0..<N {
                let d = dscaled + row * R
                freshet_multiply_add(dvalues, d, inner + row * R, R)
                for place in 0..<R { d[place] *= values.pointer[place] }
            }
            let view = MatrixView(dscaled, N, R)
            multiply(x.matrix.transposed, view, into: MutableMatrixView(gradients.dense(left), I, R), beta: 1)
            guard needsGradient(x) else { return }
            let dx = accumulator(of: x)
            multiply(view, left.matrix.transposed, into: MutableMatrixView(dx.pointer, N, I), beta: dx.beta)
        }
    }

    /// `weight · |WᵀW - 1|²`, or `weight · |WWᵀ - 1|²`: what makes the columns or the rows of a parameter orthogonal.
    ///
    /// Its gradient is there at once; the root of the pass follows.
    ///
    /// - Parameters:
    ///   - parameter: W, dense.
    ///   - ofRows: whether its rows are to be orthogonal and not its columns.
    ///   - weight: how much it counts.
    /// - Returns: the term.
    ///
    /// Gradient: `dW += 4 · weight · W(WᵀW - 1)`, or `4 · weight · (WWᵀ - 1)W`.
    @discardableResult
    public func orthogonalityTerm(_ parameter: Parameter, ofRows: Bool, weight: Float) -> Double {
        let W = parameter.matrix
        let count = ofRows ? W.rows : W.columns
        let excess = pool.take(count * count)
        let product = MutableMatrixView(excess, count, count)
        if ofRows { multiply(W, W.transposed, into: product) } else { multiply(W.transposed, W, into: product) }
        for place in 0..<count { excess[place * count + place] -= 1 }
        if isRecording, let gradients {
            let target = MutableMatrixView(gradients.dense(parameter), W.rows, W.columns)
            let view = MatrixView(excess, count, count)
            if ofRows {
                multiply(view, W, into: target, alpha: 4 * weight, beta: 1)
            } else {
                multiply(W, view, into: target, alpha: 4 * weight, beta: 1)
            }
        }
        return Double(weight) * freshet_sum_of_squares(excess, count * count)
    }
}
