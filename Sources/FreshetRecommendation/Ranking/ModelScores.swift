import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetModels

/// What the trained model says for one request: a score for every item that it knows.
///
/// For a small catalogue all scores are there; for a large one the user's vector is, and what is asked for is computed.
final class ModelScores {
    private let itemCount: Int
    private let scores: ScoreBuffer?
    private let buffers: ScoreBuffers

    /// Asks the model; it stays silent where the user did nothing that it knows.
    init(of context: ScoringContext, in snapshot: ModelSnapshot, buffers: ScoreBuffers) {
        self.buffers = buffers
        guard let scorer = snapshot.scorer, scorer.itemCount > 0, context.history.count > 0 else {
            itemCount = 0
            scores = nil
            return
        }
        itemCount = scorer.itemCount
        let buffer = buffers.take(itemCount)
        scorer.score([context][...], into: buffer.scores(itemCount))
        scores = buffer
    }

    deinit {
        if let scores { buffers.giveBack(scores) }
    }

    /// Whether the model has nothing to say.
    var isSilent: Bool { scores == nil }

    /// How many items the model knows, from 0 on; 0 when it is silent.
    var knownCount: Int { itemCount }

    /// The score of an item; `nil` when the model does not know it.
    subscript(item: ItemIndex) -> Float? {
        guard let scores, item.position < itemCount else { return nil }
        return scores.start[item.position]
    }

    /// The best items, best first, ties by the lower index, those of `excluded` left out.
    func best(_ count: Int, excluding excluded: some Sequence<ItemIndex>) -> [ScoredItem] {
        guard let scores else { return [] }
        let count = min(count, itemCount)
        var hidden: [(Int, Float)] = []
        for item in excluded where item.position < itemCount {
            hidden.append((item.position, scores.start[item.position]))
            scores.start[item.position] = -.infinity
        }
        // Backwards, since an item may be named twice.
        defer { for (position, score) in hidden.reversed() { scores.start[position] = score } }
        let items = UnsafeMutablePointer<Int32>.allocate(capacity: max(count, 1))
        let values = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
        defer {
            items.deallocate()
            values.deallocate()
        }
        let found = freshet_top_k(items, values, scores.start, itemCount, count)
        return (0..<found).map { ScoredItem(item: ItemIndex(rawValue: items[$0]), score: values[$0]) }
    }
}
