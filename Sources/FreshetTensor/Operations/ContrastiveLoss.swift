import CFreshetKernels

extension Tape {
    /// Softmax cross-entropy of each row of one matrix against its partner among the rows of another, by their products:
    /// partners become alike, and unlike all others of the pass (InfoNCE: van den Oord, Li and Vinyals, 2018).
    ///
    /// The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - a: `[N, C]`.
    ///   - b: `[N, C]`; row `n` is the partner of row `n` of `a`.
    ///   - kinds: what each row of `b` is: another row of the partner's kind does not stand against it.
    ///   - temperature: what products are divided by.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    ///
    /// Gradient: with `P` the softmax, `dS = scale · (P - I) / temperature`, `da += dS · b`, `db += dSᵀ · a`.
    public func contrastiveLoss(
        _ a: Tensor,
        _ b: Tensor,
        kinds: [Int32],
        temperature: Float,
        scale: Float
    ) -> Double {
        let (N, C) = (a.rows, a.columns)
        precondition(b.rows == N && b.columns == C && kinds.count == N, "contrastiveLoss: shapes differ")
        let logits = pool.take(N * N)
        multiply(a.matrix, b.matrix.transposed, into: MutableMatrixView(logits, N, N), alpha: 1 / temperature)
        var loss = 0.0
        for n in 0..<N {
            let row = logits + n * N
            for other in 0..<N where other != n && kinds[other] == kinds[n] { row[other] = -1e9 }
            loss += Double(freshet_cross_entropy(row, n, scale / temperature, 0, N))
        }
        guard isRecording else { return loss }
        let dlogits = MatrixView(logits, N, N)
        let da = accumulator(of: a)
        multiply(dlogits, b.matrix, into: MutableMatrixView(da.pointer, N, C), beta: da.beta)
        let db = accumulator(of: b)
        multiply(dlogits.transposed, a.matrix, into: MutableMatrixView(db.pointer, N, C), beta: db.beta)
        return loss
    }
}
