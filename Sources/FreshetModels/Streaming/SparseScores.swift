import CFreshetKernels
import FreshetCore
import FreshetTensor

/// Scores of a few items of a large catalogue: scratch that is filled, read and emptied without allocating.
///
/// Belongs to one thread at a time. Every score is above 0; an item without one scores 0.
public final class SparseScores {
    private let memory: GrowingBuffer<Float>
    /// A score for each item, in ``memory``.
    private var dense: UnsafeMutableBufferPointer<Float>
    private(set) var touched = ScratchList<Int32>()
    private var compact = ScratchList<Float>()
    private var best = ScratchList<Int32>()
    private var values = ScratchList<Float>()

    /// Creates empty scores.
    public init() {
        memory = GrowingBuffer()
        dense = memory.numbers
    }

    /// How many bytes the scratch takes.
    var memorySize: Int {
        memory.capacity * MemoryLayout<Float>.stride + touched.memorySize + compact.memorySize + best.memorySize
            + values.memorySize
    }

    /// How many items have a score.
    public var count: Int { touched.count }

    /// An item's score.
    public subscript(item: ItemIndex) -> Float { item.position < dense.count ? dense[item.position] : 0 }

    /// Empties the scores and reserves room for the items of a catalogue.
    public func reset(itemCount: Int) {
        for item in touched { dense[Int(item)] = 0 }
        touched.removeAll()
        memory.grow(to: itemCount)
        dense = memory.numbers
    }

    /// Adds to an item's score.
    @inline(__always)
    func add(_ item: Int32, _ score: Float) {
        guard score > 0 else { return }
        let old = dense[Int(item)]
        if old == 0 { touched.append(item) }
        dense[Int(item)] = old + score
    }

    /// The best items, best first; ties by the order in which they were added.
    public func top(_ count: Int) -> [ScoredItem] {
        var items: [ScoredItem] = []
        items.reserveCapacity(min(count, touched.count))
        forEachTop(count) { items.append(ScoredItem(item: ItemIndex(rawValue: $0), score: $1)) }
        return items
    }

    /// Calls `body` for the best items, best first.
    func forEachTop(_ count: Int, _ body: (Int32, Float) -> Void) {
        let K = min(count, touched.count)
        guard K > 0 else { return }
        compact.removeAll()
        for item in touched { compact.append(dense[Int(item)]) }
        best.reserve(K)
        values.reserve(K)
        let found = freshet_top_k(best.start, values.start, compact.start, compact.count, K)
        for rank in 0..<found { body(touched[Int(best.start[rank])], values.start[rank]) }
    }
}
