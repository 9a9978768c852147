import CFreshetKernels

extension Tape {
    /// Softmax cross-entropy over the whole catalogue, with logits `x · tableᵀ + bias`.
    ///
    /// Forward and backward in one: logits exist only for a block of rows at a time, so a catalogue of any size fits.
    /// The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - table: `[V, C]`, dense gradient.
    ///   - bias: `[V]` or `nil`.
    ///   - targets: `N` row numbers of the table.
    ///   - scale: the weight of each row, such as one over the targets of the whole batch.
    ///   - smoothing: the share of the target's mass that is spread evenly (Szegedy and others, 2016).
    /// - Returns: the sum of the rows' losses, unscaled.
    public func catalogueCrossEntropy(
        _ x: Tensor,
        table: Parameter,
        bias: Parameter? = nil,
        targets: UnsafeBufferPointer<Int32>,
        scale: Float,
        smoothing: Float = 0
    ) -> Double {
        let (N, C, V) = (x.rows, x.columns, table.rows)
        precondition(targets.count == N && table.columns == C, "cross-entropy: shapes differ")
        // A block's logits stay near 8 MB, however long the catalogue.
        let blockRows = min(N, max(32, (1 << 21) / V))
        let logits = pool.take(blockRows * V)
        let dx = isRecording ? accumulator(of: x) : nil
        var loss = 0.0
        for start in stride(from: 0, to: N, by: blockRows) {
            let rows = min(blockRows, N - start)
            let block = MatrixView(x.values + start * C, rows, C)
            multiply(block, table.matrix.transposed, into: MutableMatrixView(logits, rows, V))
            if let bias { freshet_add_bias(logits, bias.pointer, rows, V) }
            for r in 0..<rows {
                let target = Int(targets[start + r])
                loss += Double(freshet_cross_entropy(logits + r * V, target, scale, smoothing, V))
            }
            guard let dx, let gradients else { continue }
            let dlogits = MatrixView(logits, rows, V)
            multiply(dlogits, table.matrix, into: MutableMatrixView(dx.pointer + start * C, rows, C), beta: dx.beta)
            multiply(dlogits.transposed, block, into: MutableMatrixView(gradients.dense(table), V, C), beta: 1)
            if let bias { freshet_sum_rows(gradients.dense(bias), logits, rows, V) }
        }
        return loss
    }
}
