import CFreshetKernels

extension Tape {
    /// Knowledge distillation over sampled items: the cross-entropy of a network's ranking of them against its
    /// teacher's (Hinton, Vinyals and Dean, 2015), with the logQ correction on both sides.
    ///
    /// The expectation over samples is the distillation over the whole catalogue. A root of a pass, beside the losses of
    /// its targets: call ``backward()`` after the last of them.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - table: `[V, C]`, any gradient layout.
    ///   - teacher: the teacher's states, `[N, C']`, of a tape of its own.
    ///   - teacherTable: `[V', C']`.
    ///   - knownItems: how many of the table's rows the teacher ranks; items from there on are masked.
    ///   - items: `K` sampled row numbers.
    ///   - logProbability: `V` logarithms of the chance to be sampled, subtracted from the logits.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    public func distillation(
        _ x: Tensor,
        table: Parameter,
        teacher: Tensor,
        teacherTable: Parameter,
        knownItems: Int,
        items: UnsafeBufferPointer<Int32>,
        logProbability: UnsafePointer<Float>,
        scale: Float
    ) -> Double {
        let (N, C, K) = (x.rows, x.columns, items.count)
        precondition(teacher.rows == N && table.columns == C, "distillation: shapes differ")
        precondition(teacherTable.columns == teacher.columns, "distillation: the teacher's shapes differ")
        let rows = pool.take(K * C)
        freshet_gather(rows, table.pointer, items.baseAddress!, K, C)
        let logits = pool.take(N * K)
        multiply(x.matrix, MatrixView(rows, K, C).transposed, into: MutableMatrixView(logits, N, K))
        precondition(knownItems <= teacherTable.rows, "distillation: \(knownItems) of \(teacherTable.rows) rows")
        let taught = teacherLogits(teacher, teacherTable, items, knownItems: knownItems)
        var loss = 0.0
        for n in 0..<N {
            let (row, taught) = (logits + n * K, taught + n * K)
            for k in 0..<K {
                let item = Int(items[k])
                let isKnown = item < knownItems
                row[k] = isKnown ? row[k] - logProbability[item] : -1e9
                taught[k] = isKnown ? taught[k] - logProbability[item] : -1e9
            }
            loss += Double(freshet_distillation(row, taught, scale, K))
        }
        guard isRecording, let gradients else { return loss }
        let dx = accumulator(of: x)
        let dlogits = MatrixView(logits, N, K)
        multiply(dlogits, MatrixView(rows, K, C), into: MutableMatrixView(dx.pointer, N, C), beta: dx.beta)
        // The gathered rows are no longer needed as values: their gradient takes the place.
        multiply(dlogits.transposed, x.matrix, into: MutableMatrixView(rows, K, C))
        gradients.add(rows, toRows: items, of: table)
        return loss
    }

    /// The teacher's scores of the items, `[N, K]`, anything for those it does not know.
    private func teacherLogits(
        _ teacher: Tensor,
        _ table: Parameter,
        _ items: UnsafeBufferPointer<Int32>,
        knownItems: Int
    ) -> UnsafeMutablePointer<Float> {
        let (N, C, K) = (teacher.rows, teacher.columns, items.count)
        let rows = pool.take(K * C)
        for (k, item) in items.enumerated() {
            let known = Int(item) < knownItems ? Int(item) : 0
            (rows + k * C).update(from: table.pointer + known * C, count: C)
        }
        let logits = pool.take(N * K)
        multiply(teacher.matrix, MatrixView(rows, K, C).transposed, into: MutableMatrixView(logits, N, K))
        return logits
    }
}
