import CFreshetKernels

extension Tape {
    /// `y[s] = Σ weight · table[row]` over the entries of `s`: a sparse matrix times a table, such as what a user chose times
    /// a first layer.
    ///
    /// - Parameters:
    ///   - table: `[V, C]`, any gradient layout.
    ///   - rows: a row number of the table for each entry; the memory must live until the tape is reset.
    ///   - weights: a number for each entry; the same.
    ///   - offsets: where the entries of each `s` begin, and the end; `S + 1` numbers.
    /// - Returns: `[S, C]`.
    ///
    /// Gradient: `dtable[row] += weight · dy[s]`.
    public func weightedRows(
        _ table: Parameter,
        rows: UnsafeBufferPointer<Int32>,
        weights: UnsafeBufferPointer<Float>,
        offsets: [Int]
    ) -> Tensor {
        let (S, C) = (offsets.count - 1, table.columns)
        precondition(offsets[S] == rows.count && rows.count == weights.count, "weightedRows: \(rows.count) entries")
        let y = make(S, C)
        y.values.update(repeating: 0, count: y.count)
        for s in 0..<S {
            for n in offsets[s]..<offsets[s + 1] {
                freshet_axpy(y.values + s * C, table.pointer + Int(rows[n]) * C, weights[n], C)
            }
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y), let gradients, table.layout != .frozen else { return }
            let dense = table.layout == .dense ? gradients.dense(table) : nil
            for s in 0..<S {
                for n in offsets[s]..<offsets[s + 1] {
                    let row = dense.map { $0 + Int(rows[n]) * C } ?? gradients.rows(table).row(rows[n])
                    freshet_axpy(row, dy + s * C, weights[n], C)
                }
            }
        }
        return y
    }
}
