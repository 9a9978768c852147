import CFreshetKernels
import FreshetCore

/// The items' vectors of a ``VectorScorer`` in bytes: finds the best of a million items in a few milliseconds.
///
/// Every number is rounded to one of 255 steps of one global scale, so that an inner product of bytes is proportional to
/// the true one and all items are comparable. That is enough to find a few hundred that hold the best ten; those are
/// then scored exactly. Brute force: no index to build but the rounding, which takes as long as reading the table once.
/// Processors without byte products (AVX-512 VNNI) take a slower loop with the same result.
public final class QuantizedItems: Sendable {
    /// How many items a catalogue has from which on it pays to look through bytes first.
    public static let threshold = 100_000
    /// How many times the wanted items are scored exactly, and how many more.
    private static let spare = (factor: 4, constant: 200)

    /// The scorer whose items these are.
    public let scorer: any VectorScorer
    private let bytes: PackedBytes
    private let blocks: Int
    private let columns: Int
    private let scale: Float
    private let biases: [Float]
    /// One over the length of each item's vector; 0 for a vector of zeros.
    private let inverseLengths: [Float]

    /// Rounds the items of a scorer.
    public init(_ scorer: any VectorScorer) {
        self.scorer = scorer
        let V = scorer.itemCount
        let C = scorer.vectorWidth
        let blocks = (V + Int(FRESHET_PACKED_ITEMS) - 1) / Int(FRESHET_PACKED_ITEMS)
        let columns = (C + 3) / 4 * 4
        let bytes = PackedBytes(count: blocks * columns * Int(FRESHET_PACKED_ITEMS))
        scale = scorer.withItemVectors { vectors in
            let largest = freshet_largest_magnitude(vectors, V * C)
            let scale = largest > 0 ? 127 / largest : 1
            for block in 0..<blocks {
                let first = block * Int(FRESHET_PACKED_ITEMS)
                let start = bytes.start + block * columns * Int(FRESHET_PACKED_ITEMS)
                let rows = min(V - first, Int(FRESHET_PACKED_ITEMS))
                freshet_pack_bytes(start, vectors + first * C, scale, rows, C, columns)
            }
            return scale
        }
        inverseLengths = scorer.withItemVectors { vectors in
            (0..<V).map { item in
                let length = freshet_dot(vectors + item * C, vectors + item * C, C).squareRoot()
                return length > 0 ? 1 / length : 0
            }
        }
        self.blocks = blocks
        self.columns = columns
        self.bytes = bytes
        biases = scorer.itemBiases
    }

    /// The room for scores that ``score(_:into:)`` needs: the number of items, rounded up.
    public var capacity: Int { blocks * Int(FRESHET_PACKED_ITEMS) }

    /// Scores every item roughly.
    ///
    /// - Parameters:
    ///   - user: a user's vector, shape `[C]`.
    ///   - scores: where to write, ``capacity`` numbers, of which those of the items mean something.
    public func score(_ user: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>) {
        multiply(user, into: scores)
        guard !biases.isEmpty else { return }
        biases.withUnsafeBufferPointer { freshet_axpy(scores, $0.baseAddress!, 1, $0.count) }
    }

    private func multiply(_ user: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>) {
        let largest = freshet_largest_magnitude(user, scorer.vectorWidth)
        let step = largest > 0 ? 127 / largest : 1
        withUnsafeTemporaryAllocation(of: Int8.self, capacity: columns) { rounded in
            rounded.initialize(repeating: 0)
            for column in 0..<scorer.vectorWidth {
                let number = (user[column] * step).rounded()
                rounded[column] = number.isFinite ? Int8(number) : 0
            }
            freshet_score_bytes(scores, bytes.start, rounded.baseAddress!, 1 / (scale * step), blocks, columns)
        }
    }

    /// Compares every item with one, roughly: the cosines of their vectors.
    ///
    /// - Parameters:
    ///   - item: the item to compare with.
    ///   - scores: where to write, ``capacity`` numbers, of which those of the items mean something.
    public func compare(with item: ItemIndex, into scores: UnsafeMutablePointer<Float>) {
        scorer.withItemVectors { multiply($0 + item.position * scorer.vectorWidth, into: scores) }
        let own = inverseLengths[item.position]
        inverseLengths.withUnsafeBufferPointer { inverse in
            for other in inverse.indices { scores[other] *= own * inverse[other] }
        }
    }

    /// The exact cosine between the vectors of two items.
    public func exactCosine(_ left: ItemIndex, _ right: ItemIndex) -> Float {
        let C = scorer.vectorWidth
        return scorer.withItemVectors { vectors in
            freshet_dot(vectors + left.position * C, vectors + right.position * C, C)
                * inverseLengths[left.position] * inverseLengths[right.position]
        }
    }

    /// The exact score of an item for a user.
    @inline(__always)
    public func exactScore(_ item: Int, _ user: UnsafePointer<Float>, _ vectors: UnsafePointer<Float>) -> Float {
        let C = scorer.vectorWidth
        return freshet_dot(user, vectors + item * C, C) + (biases.isEmpty ? 0 : biases[item])
    }

    /// The best items, best first, ties by the lower ``FreshetCore/ItemIndex``.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - user: the user's vector.
    ///   - scores: what ``score(_:into:)`` wrote; items at minus infinity are left out. The exact scores of the
    ///     items that were looked at closely replace the rough ones.
    /// - Returns: the items with their exact scores.
    public func best(
        _ count: Int,
        for user: UnsafePointer<Float>,
        among scores: UnsafeMutablePointer<Float>
    ) -> [ScoredItem] {
        let V = scorer.itemCount
        let wanted = min(V, Self.spare.factor * count + Self.spare.constant)
        guard count > 0, wanted > 0 else { return [] }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: wanted) { items in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: wanted) { values in
                let found = freshet_top_k(items.baseAddress!, values.baseAddress!, scores, V, wanted)
                return scorer.withItemVectors { vectors in
                    let exact = (0..<found).map { place in
                        let item = items[place]
                        let score = exactScore(Int(item), user, vectors)
                        scores[Int(item)] = score
                        return ScoredItem(item: ItemIndex(rawValue: item), score: score)
                    }
                    let sorted = exact.sorted { ($1.score, $0.item) < ($0.score, $1.item) }
                    return Array(sorted.prefix(count))
                }
            }
        }
    }
}

/// Memory that frees itself.
///
/// `@unchecked Sendable`: written while its owner is made, read only afterwards.
private final class PackedBytes: @unchecked Sendable {
    let start: UnsafeMutablePointer<UInt8>

    init(count: Int) {
        start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
            .bindMemory(to: UInt8.self, capacity: max(count, 1))
        start.initialize(repeating: 128, count: count)
    }

    deinit { start.deallocate() }
}
