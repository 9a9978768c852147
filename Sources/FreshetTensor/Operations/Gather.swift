import CFreshetKernels

extension Tape {
    /// `y[n] = table[indices[n]]`: the rows of an embedding table.
    ///
    /// - Parameters:
    ///   - table: `[V, C]`.
    ///   - indices: `N` row numbers; the memory must live until the tape is reset.
    /// - Returns: `[N, C]`.
    ///
    /// Gradient: `dtable[indices[n]] += dy[n]`, only the touched rows for a row-wise table.
    public func gather(_ table: Parameter, _ indices: UnsafeBufferPointer<Int32>) -> Tensor {
        let y = make(indices.count, table.columns)
        assert(indices.allSatisfy { 0..<table.rows ~= Int($0) }, "gather: a row beyond '\(table.name)'")
        guard let first = indices.baseAddress else { return y }
        freshet_gather(y.values, table.pointer, first, indices.count, table.columns)
        record { [unowned self] in
            guard let dy = gradientIfReached(y), let gradients else { return }
            gradients.add(dy, toRows: indices, of: table)
        }
        return y
    }

    /// `y[n] = x[rows[n]]`: some rows of a matrix, such as the last event of each sequence.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - rows: `M` row numbers; the memory must live until the tape is reset.
    /// - Returns: `[M, C]`.
    public func selectRows(_ x: Tensor, _ rows: UnsafeBufferPointer<Int32>) -> Tensor {
        let y = make(rows.count, x.columns)
        guard let first = rows.baseAddress else { return y }
        freshet_gather(y.values, x.values, first, rows.count, x.columns)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            freshet_scatter_add(gradient(of: x), dy, first, rows.count, x.columns)
        }
        return y
    }
}
