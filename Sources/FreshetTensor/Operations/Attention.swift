import CFreshetKernels

extension Tape {
    /// Up to this many keys one loop is faster than two products, which cost a call each: 89 µs against 158 for 21 tokens of
    /// 12 heads, 700 against 370 for 64.
    ///
    /// In training it saves seven products.
    private static let shortSequence = 32

    /// Causal self-attention over packed sequences (Vaswani and others, 2017): each event sees itself and what came
    /// before it in its own sequence.
    ///
    /// Sequences of different lengths lie one after another without padding; each is worked off in blocks of rows, so
    /// neither padding nor the upper triangle costs a product (beyond a block's rest).
    ///
    /// - Parameters:
    ///   - queries: `[N, C]`, or `[Q, C]` of some rows only.
    ///   - keysAndValues: `[N, 2C]`, side by side.
    ///   - heads: `H`, a divisor of `C`.
    ///   - offsets: where each sequence begins in the `N` rows, and the end; `S + 1` entries.
    ///   - rows: which of the `N` rows the `Q` queries are, ascending; all unless given.
    ///   - bias: `[H, D]`, added to the score at distance `0 ..< D` (farther ones share the last), or `nil`.
    ///   - dropout: the rate at which attention weights are dropped when recording.
    /// - Returns: `[N, C]`, or `[Q, C]`.
    ///
    /// Gradient: with `P` the softmax and `D` it after dropout, `dV = Dᵀ dO`, `dS = D∘(dO Vᵀ) - P · rowsum(D∘(dO Vᵀ))`,
    /// `dQ = dS K / √d`, `dK = dSᵀ Q / √d`; the bias gets the sums of `dS` along the diagonals.
    public func causalAttention(
        queries: Tensor,
        keysAndValues: Tensor,
        heads: Int,
        offsets: [Int],
        rows: UnsafeBufferPointer<Int32>? = nil,
        bias: Parameter? = nil,
        dropout: Float = 0
    ) -> Tensor {
        attention(queries, keysAndValues, heads, offsets, rows, bias, dropout, isCausal: true)
    }

    /// Self-attention over packed sequences in which each place sees its whole sequence, as in BERT.
    ///
    /// - Parameters:
    ///   - queries: `[N, C]`, or `[Q, C]` of some rows only.
    ///   - keysAndValues: `[N, 2C]`, side by side.
    ///   - heads: `H`, a divisor of `C`.
    ///   - offsets: where each sequence begins in the `N` rows, and the end; `S + 1` entries.
    ///   - rows: which of the `N` rows the `Q` queries are, ascending; all unless given.
    ///   - dropout: the rate at which attention weights are dropped when recording.
    /// - Returns: `[N, C]`, or `[Q, C]`.
    ///
    /// The gradient is that of
    /// ``causalAttention(queries:keysAndValues:heads:offsets:rows:bias:dropout:)``.
    public func attention(
        queries: Tensor,
        keysAndValues: Tensor,
        heads: Int,
        offsets: [Int],
        rows: UnsafeBufferPointer<Int32>? = nil,
        dropout: Float = 0
    ) -> Tensor {
        attention(queries, keysAndValues, heads, offsets, rows, nil, dropout, isCausal: false)
    }

    private func attention(
        _ queries: Tensor,
        _ keysAndValues: Tensor,
        _ heads: Int,
        _ offsets: [Int],
        _ rows: UnsafeBufferPointer<Int32>?,
        _ bias: Parameter?,
        _ dropout: Float,
        isCausal: Bool
    ) -> Tensor {
        let C = queries.columns
        precondition(keysAndValues.columns == 2 * C && C % heads == 0, "attention: \(heads) heads in \(C) channels")
        precondition(offsets.last == keysAndValues.rows, "attention: offsets end at \(offsets.last ?? -1)")
        precondition(queries.rows == rows?.count ?? keysAndValues.rows, "attention: \(queries.rows) queries")
        let inputs = AttentionInputs(
            queries: queries,
            keysAndValues: keysAndValues,
            width: C / heads,
            bias: bias,
            rate: isRecording ? dropout : 0
        )
        let y = make(queries.rows, C)
        var blocks: [AttentionBlock] = []
        AttentionBlock.forEach(offsets: offsets, rows: rows, heads: heads, isCausal: isCausal) { block in
            let done = attend(block, inputs, y)
            if isRecording { blocks.append(done) }
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            let dqueries = gradient(of: queries)
            let dkeys = gradient(of: keysAndValues)
            for block in blocks {
                if inputs.bias == nil, block.seen <= Self.shortSequence {
                    propagateShort(block, inputs, dqueries, dkeys, dy)
                } else {
                    propagate(block, inputs, dqueries, dkeys, dy)
                }
            }
        }
        return y
    }

    private func attend(_ block: AttentionBlock, _ inputs: AttentionInputs, _ y: Tensor) -> AttentionBlock {
        let (C, width, bias, rate) = (y.columns, inputs.width, inputs.bias, inputs.rate)
        let (rows, seen) = (block.rows, block.seen)
        let query = inputs.queries.values + block.queryOffset(C, width)
        let key = inputs.keysAndValues.values + block.keyOffset(C, width)
        if bias == nil, seen <= Self.shortSequence {
            guard !isRecording else { return attendRecorded(block, inputs, y) }
            freshet_attend(
                y.values + block.queryOffset(C, width),
                pool.take((width + 1) * seen),
                query,
                key,
                key + C,
                inputs.scale,
                block.isCausal ? block.start - block.sequence : seen - 1,
                block.isCausal ? 1 : 0,
                rows,
                seen,
                width,
                C
            )
            return block
        }
        let probabilities = pool.take(rows * seen)
        multiply(
            MatrixView(query, rows, width, stride: C),
            MatrixView(key, seen, width, stride: 2 * C).transposed,
            into: MutableMatrixView(probabilities, rows, seen)
        )
        let dropped = rate > 0 ? pool.take(rows * seen) : nil
        freshet_attention_softmax_forward(
            probabilities,
            dropped,
            bias.map { $0.pointer + block.head * $0.columns },
            inputs.scale,
            rate,
            rate > 0 ? nextDropoutKey() : 0,
            (bias?.columns ?? 1) - 1,
            block.isCausal ? block.start - block.sequence : seen - 1,
            block.isCausal ? 1 : 0,
            rows,
            seen
        )
        multiply(
            MatrixView(dropped ?? probabilities, rows, seen),
            MatrixView(key + C, seen, width, stride: 2 * C),
            into: MutableMatrixView(y.values + block.queryOffset(C, width), rows, width, stride: C)
        )
        var done = block
        done.probabilities = probabilities
        done.dropped = dropped ?? probabilities
        return done
    }

    /// The same loop for a short sequence, with what its gradient needs.
    private func attendRecorded(_ block: AttentionBlock, _ inputs: AttentionInputs, _ y: Tensor) -> AttentionBlock {
        let (C, width, rate) = (y.columns, inputs.width, inputs.rate)
        let (rows, seen) = (block.rows, block.seen)
        let key = inputs.keysAndValues.values + block.keyOffset(C, width)
        let probabilities = pool.take(rows * seen)
        let dropped = rate > 0 ? pool.take(rows * seen) : nil
        let mark = pool.mark
        defer { pool.rewind(to: mark) }
        freshet_attend_recorded(
            y.values + block.queryOffset(C, width),
            probabilities,
            dropped,
            pool.take(width * seen),
            inputs.queries.values + block.queryOffset(C, width),
            key,
            key + C,
            inputs.scale,
            rate,
            rate > 0 ? nextDropoutKey() : 0,
            block.isCausal ? block.start - block.sequence : seen - 1,
            block.isCausal ? 1 : 0,
            rows,
            seen,
            width,
            C
        )
        var done = block
        done.probabilities = probabilities
        done.dropped = dropped ?? probabilities
        return done
    }

    /// The gradient of a block that one loop made.
    private func propagateShort(
        _ block: AttentionBlock,
        _ inputs: AttentionInputs,
        _ dqueries: UnsafeMutablePointer<Float>,
        _ dkeys: UnsafeMutablePointer<Float>,
        _ dy: UnsafeMutablePointer<Float>
    ) {
        guard let probabilities = block.probabilities, let dropped = block.dropped else { return }
        let (C, width, seen) = (inputs.queries.columns, inputs.width, block.seen)
        let (queryOffset, keyOffset) = (block.queryOffset(C, width), block.keyOffset(C, width))
        let key = inputs.keysAndValues.values + keyOffset
        let mark = pool.mark
        defer { pool.rewind(to: mark) }
        freshet_attend_backward(
            dqueries + queryOffset,
            dkeys + keyOffset,
            dkeys + keyOffset + C,
            pool.take((width + 1) * seen),
            dy + queryOffset,
            probabilities,
            dropped,
            inputs.queries.values + queryOffset,
            key,
            key + C,
            inputs.scale,
            block.isCausal ? block.start - block.sequence : seen - 1,
            block.isCausal ? 1 : 0,
            block.rows,
            seen,
            width,
            C
        )
    }

    private func propagate(
        _ block: AttentionBlock,
        _ inputs: AttentionInputs,
        _ dqueries: UnsafeMutablePointer<Float>,
        _ dkeys: UnsafeMutablePointer<Float>,
        _ dyValues: UnsafeMutablePointer<Float>
    ) {
        guard let probabilities = block.probabilities, let dropped = block.dropped, let gradients else { return }
        let (C, width, bias, scale) = (inputs.queries.columns, inputs.width, inputs.bias, inputs.scale)
        let (rows, seen) = (block.rows, block.seen)
        let queryOffset = block.queryOffset(C, width)
        let keyOffset = block.keyOffset(C, width)
        let query = MatrixView(inputs.queries.values + queryOffset, rows, width, stride: C)
        let key = MatrixView(inputs.keysAndValues.values + keyOffset, seen, width, stride: 2 * C)
        let value = MatrixView(inputs.keysAndValues.values + keyOffset + C, seen, width, stride: 2 * C)
        let dy = MatrixView(dyValues + queryOffset, rows, width, stride: C)
        let dkey = MutableMatrixView(dkeys + keyOffset, seen, width, stride: 2 * C)
        let dvalue = MutableMatrixView(dkeys + keyOffset + C, seen, width, stride: 2 * C)
        let dscores = pool.take(rows * seen)
        multiply(dy, value.transposed, into: MutableMatrixView(dscores, rows, seen))
        multiply(MatrixView(dropped, rows, seen).transposed, dy, into: dvalue, beta: 1)
        freshet_attention_softmax_backward(
            dscores,
            bias.map { gradients.dense($0) + block.head * $0.columns },
            probabilities,
            dropped,
            (bias?.columns ?? 1) - 1,
            block.isCausal ? block.start - block.sequence : seen - 1,
            block.isCausal ? 1 : 0,
            rows,
            seen
        )
        let dscore = MatrixView(dscores, rows, seen)
        let dquery = MutableMatrixView(dqueries + queryOffset, rows, width, stride: C)
        multiply(dscore, key, into: dquery, alpha: scale, beta: 1)
        multiply(dscore.transposed, query, into: dkey, alpha: scale, beta: 1)
    }
}

/// What every block of one attention shares.
private struct AttentionInputs {
    let queries: Tensor
    let keysAndValues: Tensor
    /// Channels a head.
    let width: Int
    let bias: Parameter?
    let rate: Float

    var scale: Float { 1 / Float(width).squareRoot() }
}

/// Some consecutive queries of one head of one sequence, with what they see.
private struct AttentionBlock {
    /// Queries a block: enough for the products to run at full speed, few enough to skip most of the upper triangle.
    private static let maximumRows = 64

    /// The first row of the sequence.
    let sequence: Int
    /// The first row after the sequence.
    let sequenceEnd: Int
    /// Whether a row sees only what came before it.
    let isCausal: Bool
    /// The first row of the block.
    let start: Int
    /// The row of `queries` that is the first of the block.
    let query: Int
    /// Rows of the block.
    let rows: Int
    /// The head.
    let head: Int
    /// The softmax, `[rows, seen]`.
    var probabilities: UnsafeMutablePointer<Float>?
    /// The softmax after dropout, `[rows, seen]`.
    var dropped: UnsafeMutablePointer<Float>?

    /// How many keys the last query of the block sees.
    var seen: Int { (isCausal ? start + rows : sequenceEnd) - sequence }

    /// Where the block's head begins in `[Q, C]`.
    func queryOffset(_ C: Int, _ width: Int) -> Int { query * C + head * width }

    /// Where the sequence's keys for the head begin in `[N, 2C]`; the values stand `C` further.
    func keyOffset(_ C: Int, _ width: Int) -> Int { sequence * 2 * C + head * width }

    /// The blocks of packed sequences, of which all rows ask or those that are given, ascending.
    static func forEach(
        offsets: [Int],
        rows: UnsafeBufferPointer<Int32>?,
        heads: Int,
        isCausal: Bool,
        _ body: (AttentionBlock) -> Void
    ) {
        let count = rows?.count ?? offsets[offsets.count - 1]
        var end = 0
        for s in 0..<offsets.count - 1 {
            let first = end
            while end < count, row(end, rows) < offsets[s + 1] { end += 1 }
            for head in 0..<heads {
                var next = first
                while next < end {
                    let start = next
                    next += 1
                    while next < min(end, start + maximumRows), row(next, rows) == row(start, rows) + next - start {
                        next += 1
                    }
                    body(
                        AttentionBlock(
                            sequence: offsets[s],
                            sequenceEnd: offsets[s + 1],
                            isCausal: isCausal,
                            start: row(start, rows),
                            query: start,
                            rows: next - start,
                            head: head
                        )
                    )
                }
            }
        }
        precondition(end == count, "attention: rows that do not ascend, or lie outside")
    }

    private static func row(_ query: Int, _ rows: UnsafeBufferPointer<Int32>?) -> Int {
        rows.map { Int($0[query]) } ?? query
    }
}
