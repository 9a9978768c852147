import CFreshetKernels

extension Tape {
    /// Causal self-attention of texts that go on after one past, whose keys and values were kept.
    ///
    /// It is what a causal model needs to read a token without reading again what came before it. For inference only.
    ///
    /// - Parameters:
    ///   - queries: `[N, C]`.
    ///   - keysAndValues: `[N, 2C]`, side by side, of the same tokens.
    ///   - heads: `H`, a divisor of `C`.
    ///   - offsets: where each text begins in the `N` rows, and the end; each sees the past and itself, and no other.
    ///   - past: `[P, 2C]`, the keys and values of the `P` tokens before; none for `P = 0`.
    /// - Returns: `[N, C]`.
    public func causalAttention(
        queries: Tensor,
        keysAndValues: Tensor,
        heads: Int,
        offsets: [Int],
        after past: MatrixView
    ) -> Tensor {
        let (N, C) = (queries.rows, queries.columns)
        precondition(!isRecording, "attention after a past has no gradient")
        precondition(keysAndValues.rows == N && keysAndValues.columns == 2 * C, "attention: \(keysAndValues.rows) keys")
        precondition(C % heads == 0 && past.columns == 2 * C, "attention: \(heads) heads in \(C) channels")
        precondition(offsets.last == N, "attention: offsets end at \(offsets.last ?? -1)")
        let width = C / heads
        let scale = 1 / Float(width).squareRoot()
        let y = make(N, C)
        let scores = pool.take(past.rows + N)
        for text in 0..<offsets.count - 1 {
            let start = offsets[text]
            for head in 0..<heads {
                freshet_attend_after(
                    y.values + start * C + head * width,
                    scores,
                    queries.values + start * C + head * width,
                    past.pointer + head * width,
                    keysAndValues.values + start * 2 * C + head * width,
                    scale,
                    past.rows,
                    offsets[text + 1] - start,
                    width,
                    C
                )
            }
        }
        return y
    }
}
