import CFreshetKernels

extension Tape {
    /// Causal self-attention over packed sequences (Vaswani and others, 2017): each event sees itself and what came
    /// before it in its own sequence.
    ///
    /// Sequences of different lengths lie one after another without padding; each is worked off in blocks of rows, so
    /// neither padding nor the upper triangle costs a product (beyond a block's rest).
    ///
    /// - Parameters:
    ///   - projections: `[N, 3C]`, query, key and value side by side.
    ///   - heads: `H`, a divisor of `C`.
    ///   - offsets: where each sequence begins in the `N` rows, and the end; `S + 1` entries.
    ///   - bias: `[H, D]`, added to the score at distance `0 ..< D` (farther ones share the last), or `nil`.
    ///   - dropout: the rate at which attention weights are dropped when recording.
    /// - Returns: `[N, C]`.
    ///
    /// Gradient: with `P` the softmax and `D` it after dropout, `dV = Dᵀ dO`, `dS = D∘(dO Vᵀ) - P · rowsum(D∘(dO Vᵀ))`,
    /// `dQ = dS K / √d`, `dK = dSᵀ Q / √d`; the bias gets the sums of `dS` along the diagonals.
    public func causalAttention(
        _ projections: Tensor,
        heads: Int,
        offsets: [Int],
        bias: Parameter? = nil,
        dropout: Float = 0
    ) -> Tensor {
        let C = projections.columns / 3
        precondition(projections.columns == 3 * C && C % heads == 0, "attention: \(heads) heads in \(C) channels")
        precondition(offsets.last == projections.rows, "attention: offsets end at \(offsets.last ?? -1)")
        let y = make(projections.rows, C)
        let rate = isRecording ? dropout : 0
        var blocks: [AttentionBlock] = []
        for s in 0..<offsets.count - 1 {
            for head in 0..<heads {
                for start in stride(from: offsets[s], to: offsets[s + 1], by: AttentionBlock.maximumRows) {
                    let block = AttentionBlock(
                        sequence: offsets[s],
                        start: start,
                        rows: min(AttentionBlock.maximumRows, offsets[s + 1] - start),
                        head: head,
                        probabilities: nil,
                        dropped: nil
                    )
                    blocks.append(attend(block, projections, y, heads: heads, bias: bias, rate: rate))
                }
            }
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            let dprojections = gradient(of: projections)
            for block in blocks { propagate(block, projections, dprojections, dy, heads: heads, bias: bias) }
        }
        return y
    }

    private func attend(
        _ block: AttentionBlock,
        _ projections: Tensor,
        _ y: Tensor,
        heads: Int,
        bias: Parameter?,
        rate: Float
    ) -> AttentionBlock {
        let stride = projections.columns
        let C = stride / 3
        let width = C / heads
        let (rows, seen) = (block.rows, block.seen)
        let query = projections.values + block.start * stride + block.head * width
        let key = projections.values + block.sequence * stride + C + block.head * width
        let probabilities = pool.take(rows * seen)
        multiply(
            rows, seen, width, query, aStride: stride, key, bStride: stride, transposeB: true, into: probabilities,
            cStride: seen)
        let dropped = rate > 0 ? pool.take(rows * seen) : nil
        freshet_causal_softmax_forward(
            probabilities, dropped, bias.map { $0.pointer + block.head * $0.columns }, 1 / Float(width).squareRoot(), rate,
            rate > 0 ? nextDropoutKey() : 0, (bias?.columns ?? 1) - 1, block.start - block.sequence, rows, seen)
        multiply(
            rows, width, seen, dropped ?? probabilities, aStride: seen, key + C, bStride: stride,
            into: y.values + block.start * C + block.head * width, cStride: C)
        var done = block
        done.probabilities = probabilities
        done.dropped = dropped ?? probabilities
        return done
    }

    private func propagate(
        _ block: AttentionBlock,
        _ projections: Tensor,
        _ dprojections: UnsafeMutablePointer<Float>,
        _ dy: UnsafeMutablePointer<Float>,
        heads: Int,
        bias: Parameter?
    ) {
        guard let probabilities = block.probabilities, let dropped = block.dropped, let gradients else { return }
        let stride = projections.columns
        let C = stride / 3
        let width = C / heads
        let (rows, seen) = (block.rows, block.seen)
        let queryOffset = block.start * stride + block.head * width
        let keyOffset = block.sequence * stride + C + block.head * width
        let scale = 1 / Float(width).squareRoot()
        let dout = dy + block.start * C + block.head * width
        let dscores = pool.take(rows * seen)
        multiply(
            rows, seen, width, dout, aStride: C, projections.values + keyOffset + C, bStride: stride, transposeB: true,
            into: dscores, cStride: seen)
        multiply(
            seen, width, rows, dropped, aStride: seen, transposeA: true, dout, bStride: C,
            into: dprojections + keyOffset + C, cStride: stride, beta: 1)
        freshet_causal_softmax_backward(
            dscores, bias.map { gradients.dense($0) + block.head * $0.columns }, probabilities, dropped,
            (bias?.columns ?? 1) - 1, block.start - block.sequence, rows, seen)
        multiply(
            rows, width, seen, dscores, aStride: seen, projections.values + keyOffset, bStride: stride,
            into: dprojections + queryOffset, cStride: stride, alpha: scale, beta: 1)
        multiply(
            seen, width, rows, dscores, aStride: seen, transposeA: true, projections.values + queryOffset, bStride: stride,
            into: dprojections + keyOffset, cStride: stride, alpha: scale, beta: 1)
    }
}

/// Some consecutive queries of one head of one sequence, with what they see.
private struct AttentionBlock {
    /// Queries a block: enough for the products to run at full speed, few enough to skip most of the upper triangle.
    static let maximumRows = 64

    /// The first row of the sequence.
    let sequence: Int
    /// The first row of the block.
    let start: Int
    /// Rows of the block.
    let rows: Int
    /// The head.
    let head: Int
    /// The softmax, `[rows, seen]`.
    var probabilities: UnsafeMutablePointer<Float>?
    /// The softmax after dropout, `[rows, seen]`.
    var dropped: UnsafeMutablePointer<Float>?

    /// How many keys the last query of the block sees.
    var seen: Int { start + rows - sequence }
}
