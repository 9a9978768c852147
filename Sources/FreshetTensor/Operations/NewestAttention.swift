import CFreshetKernels

/// The keys and values of one sequence's events in one block, so that a new event costs one row and not the whole past.
public final class KeyValueCache {
    /// How many events it can hold.
    public let capacity: Int
    /// How many events it holds.
    public private(set) var count = 0
    fileprivate let rows: UnsafeMutablePointer<Float>
    fileprivate let channels: Int

    /// Creates an empty cache for `capacity` events of `C` channels.
    public init(capacity: Int, channels: Int) {
        self.capacity = capacity
        self.channels = channels
        rows = .allocate(capacity: max(capacity, 1) * 2 * channels)
    }

    deinit { rows.deallocate() }

    /// Adds the keys and values of further events, `[N, 2C]`.
    public func append(_ keysAndValues: Tensor) {
        precondition(count + keysAndValues.rows <= capacity, "a full key-value cache")
        (rows + count * 2 * channels).update(from: keysAndValues.values, count: keysAndValues.count)
        count += keysAndValues.rows
    }

    /// Forgets all events.
    public func removeAll() { count = 0 }
}

extension Tape {
    /// Self-attention of one new event over the cached past and itself: the last row of what causal attention gives.
    ///
    /// Inference only.
    ///
    /// - Parameters:
    ///   - query: `[1, C]`.
    ///   - keyAndValue: `[1, 2C]`, added to the cache.
    ///   - cache: the past.
    ///   - heads: `H`.
    ///   - bias: `[H, D]` by distance, or `nil`.
    /// - Returns: `[1, C]`.
    public func cachedAttention(
        query: Tensor,
        keyAndValue: Tensor,
        cache: KeyValueCache,
        heads: Int,
        bias: Parameter? = nil
    ) -> Tensor {
        precondition(!isRecording && query.rows == 1, "cached attention is for one event and for inference")
        cache.append(keyAndValue)
        let y = make(1, query.columns)
        attendNewest(query.values, cache.rows, seen: cache.count, into: y.values, query.columns, heads, bias)
        return y
    }

    /// One query over the `seen` rows of `[seen, 2C]` keys and values.
    private func attendNewest(
        _ query: UnsafePointer<Float>,
        _ rows: UnsafePointer<Float>,
        seen: Int,
        into y: UnsafeMutablePointer<Float>,
        _ C: Int,
        _ heads: Int,
        _ bias: Parameter?
    ) {
        let width = C / heads
        let scores = pool.take(seen)
        for head in 0..<heads {
            let offset = head * width
            let (query, keys) = (query + offset, rows + offset)
            multiply(
                MatrixView(query, 1, width),
                MatrixView(keys, seen, width, stride: 2 * C).transposed,
                into: MutableMatrixView(scores, 1, seen)
            )
            freshet_attention_softmax_forward(
                scores,
                nil,
                bias.map { $0.pointer + head * $0.columns },
                1 / Float(width).squareRoot(),
                0,
                0,
                (bias?.columns ?? 1) - 1,
                seen - 1,
                1,
                1,
                seen
            )
            multiply(
                MatrixView(scores, 1, seen),
                MatrixView(keys + C, seen, width, stride: 2 * C),
                into: MutableMatrixView(y + offset, 1, width)
            )
        }
    }
}
