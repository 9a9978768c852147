import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetTensor

/// An item and its score.
public struct ScoredItem: Sendable, Equatable {
    /// The item.
    public let item: ItemIndex
    /// Its score; only its order within one list means something.
    public let score: Float

    /// Creates a scored item.
    public init(item: ItemIndex, score: Float) {
        self.item = item
        self.score = score
    }
}

/// Recommends to many contexts at once: scores blocks of them in parallel and keeps each one's best items.
///
/// Memory: `threads × block × V` scores, at most 16 MB a thread for catalogues of up to half a million items.
public struct BatchRecommender: Sendable {
    private static let scoresPerBlock = 1 << 22
    private static let contextsPerBlock = 8...128

    private let scorer: any Scorer
    private let pool: ThreadPool

    /// Creates a recommender for a trained model.
    public init(scorer: any Scorer, pool: ThreadPool) {
        self.scorer = scorer
        self.pool = pool
    }

    /// The best items for every context, best first, ties by the lower ``ItemIndex``.
    ///
    /// - Parameters:
    ///   - contexts: for whom.
    ///   - count: how many items at most; a list is shorter when the catalogue has no more.
    ///   - excludingSeen: whether the items of a context's own history are left out; those that it dislikes always are.
    ///   - refused: the items that the context of a place may not be given, besides.
    /// - Returns: a list for every context, in their order.
    public func recommend(
        contexts: [ScoringContext],
        count: Int,
        excludingSeen: Bool,
        refused: (@Sendable (_ place: Int) -> [ItemIndex])? = nil
    ) -> [[ScoredItem]] {
        precondition(count >= 0, "\(count) recommendations")
        let V = scorer.itemCount
        let K = min(count, V)
        guard K > 0, !contexts.isEmpty else { return Array(repeating: [], count: contexts.count) }
        // Small enough for the cache and for every thread to get several blocks, large enough for products of matrices.
        let limits = Self.contextsPerBlock
        let share = (contexts.count + pool.threads - 1) / pool.threads
        let block = min(max(min(Self.scoresPerBlock / V, limits.upperBound), limits.lowerBound), share)
        let scratch = (0..<pool.threads).map { _ in Scratch(scores: block * V, best: K) }
        var lists = [[ScoredItem]](repeating: [], count: contexts.count)
        lists.withUnsafeMutableBufferPointer { lists in
            pool.forEachRange(contexts.count, grain: block) { range, worker in
                let scratch = scratch[worker]
                let scores = UnsafeMutableBufferPointer(rebasing: scratch.scores[..<(range.count * V)])
                scorer.score(contexts[range], into: scores)
                for (row, context) in zip(0..., range) {
                    let row = UnsafeMutableBufferPointer(rebasing: scores[(row * V)..<((row + 1) * V)])
                    let history = contexts[context].history
                    for (place, item) in history.items.enumerated() where excludingSeen || history.weight(at: place) < 0
                    {
                        row[item.position] = -.infinity
                    }
                    if let refused { for item in refused(context) { row[item.position] = -.infinity } }
                    lists[context] = scratch.best(of: row, count: K)
                }
            }
        }
        return lists
    }
}

/// The buffers of one worker.
private final class Scratch {
    let scores: UnsafeMutableBufferPointer<Float>
    private let items: UnsafeMutableBufferPointer<Int32>
    private let values: UnsafeMutableBufferPointer<Float>

    init(scores: Int, best: Int) {
        self.scores = .allocate(capacity: scores)
        items = .allocate(capacity: best)
        values = .allocate(capacity: best)
    }

    deinit {
        scores.deallocate()
        items.deallocate()
        values.deallocate()
    }

    func best(of scores: UnsafeMutableBufferPointer<Float>, count: Int) -> [ScoredItem] {
        guard let items = items.baseAddress, let values = values.baseAddress, let first = scores.baseAddress else {
            return []
        }
        let found = freshet_top_k(items, values, first, scores.count, count)
        return (0..<found).map { ScoredItem(item: ItemIndex(rawValue: items[$0]), score: values[$0]) }
    }
}
