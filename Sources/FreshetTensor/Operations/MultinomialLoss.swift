import CFreshetKernels

extension Tape {
    /// The negative multinomial log-likelihood of what each row chose, all at once, with logits `x · tableᵀ + bias`:
    /// `Σ_i (log Σ_j e^{s_j} - s_i)` over the chosen `i` (Liang and others, WWW 2018).
    ///
    /// Forward and backward in one, for a block of rows at a time. The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - table: `[V, C]`, dense gradient.
    ///   - bias: `[V]`, dense gradient.
    ///   - chosen: row numbers of the table, those of one row of `x` after those of another.
    ///   - offsets: where those of each row begin, and the end; `N + 1` numbers.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    ///
    /// Gradient: with `n` the number of choices and `P` the softmax, `ds = scale · (n · P - chosen)`.
    public func multinomialLoss(
        _ x: Tensor,
        table: Parameter,
        bias: Parameter,
        chosen: UnsafeBufferPointer<Int32>,
        offsets: [Int],
        scale: Float
    ) -> Double {
        let (N, C, V) = (x.rows, x.columns, table.rows)
        precondition(offsets.count == N + 1 && offsets[N] == chosen.count, "multinomialLoss: \(chosen.count) choices")
        precondition(table.columns == C && bias.count == V, "multinomialLoss: shapes differ")
        // A block's logits stay near 8 MB, however long the catalogue.
        let blockRows = min(N, max(32, (1 << 21) / V))
        let logits = pool.take(max(blockRows * V, 1))
        let dx = isRecording ? accumulator(of: x) : nil
        var loss = 0.0
        for start in stride(from: 0, to: N, by: blockRows) {
            let rows = min(blockRows, N - start)
            let block = MatrixView(x.values + start * C, rows, C)
            multiply(block, table.matrix.transposed, into: MutableMatrixView(logits, rows, V))
            freshet_add_bias(logits, bias.pointer, rows, V)
            for r in 0..<rows {
                let (row, own) = (logits + r * V, chosen[offsets[start + r]..<offsets[start + r + 1]])
                loss -= own.reduce(0.0) { $0 + Double(row[Int($1)]) }
                loss += Double(own.count) * Double(freshet_softmax(row, scale * Float(own.count), V))
                for item in own { row[Int(item)] -= scale }
            }
            guard let dx, let gradients else { continue }
            let dlogits = MatrixView(logits, rows, V)
            multiply(dlogits, table.matrix, into: MutableMatrixView(dx.pointer + start * C, rows, C), beta: dx.beta)
            multiply(dlogits.transposed, block, into: MutableMatrixView(gradients.dense(table), V, C), beta: 1)
            freshet_sum_rows(gradients.dense(bias), logits, rows, V)
        }
        return loss
    }
}
