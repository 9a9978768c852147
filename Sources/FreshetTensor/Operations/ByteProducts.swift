/// Operations with matrices of bytes: for inference only, since nothing that is rounded has a gradient.
extension Tape {
    /// `y = x · W + b` with `x` and `W` rounded to bytes.
    ///
    /// - Parameters:
    ///   - x: `[N, I]`; each row is rounded with a scale of its own.
    ///   - weight: `[I, O]`.
    ///   - bias: `[O]`, or `nil` for none.
    /// - Returns: `[N, O]`.
    public func linear(_ x: Tensor, _ weight: ByteMatrix, bias: Parameter? = nil) -> Tensor {
        precondition(!isRecording, "a product with bytes has no gradient")
        precondition(weight.rows == x.columns, "linear: \(x.columns) inputs, the matrix takes \(weight.rows)")
        let y = make(x.rows, weight.columns)
        weight.multiply(x, bias: bias, into: y.values, pool: pool)
        return y
    }

    /// `y[n] = table[indices[n]]`, of a table whose rows are the columns of a matrix of bytes.
    ///
    /// - Parameters:
    ///   - table: `[C, V]`.
    ///   - indices: `N` numbers of columns.
    /// - Returns: `[N, C]`.
    public func gather(_ table: ByteMatrix, _ indices: UnsafeBufferPointer<Int32>) -> Tensor {
        precondition(!isRecording, "a table of bytes has no gradient")
        assert(indices.allSatisfy { 0..<table.columns ~= Int($0) }, "gather: a row beyond the table")
        let y = make(indices.count, table.rows)
        table.gather(indices, into: y.values)
        return y
    }

    /// Runs a part of a pass of which nothing is kept, and gives back its memory; a tape that records keeps all.
    public func keepingNothing(of part: () -> Void) {
        let mark = pool.mark
        part()
        if !isRecording { pool.rewind(to: mark) }
    }

    /// Runs a part of a pass and gives back the memory of everything but its result; a tape that records keeps all.
    ///
    /// - Parameter part: the part, whose result must be made in it.
    /// - Returns: the result.
    public func keepingResult(of part: () -> Tensor) -> Tensor {
        guard !isRecording else { return part() }
        let mark = pool.mark
        let result = part()
        pool.rewind(to: mark)
        let kept = make(result.rows, result.columns)
        kept.values.update(from: result.values, count: result.count)
        return kept
    }
}
