import FreshetCore
import FreshetData
import FreshetNN

/// Scores by adding up the sparse neighbour lists of a history's items.
struct ItemToItemScorer: Scorer {
    /// Row `i`: the items that item `i` speaks for, and how loudly.
    let neighbours: SparseRows
    let query: HistoryQuery

    var itemCount: Int { neighbours.rowCount }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard var target = scores.baseAddress else { return }
        scores.update(repeating: 0)
        for context in contexts {
            query.forEach(in: context.history) { item, weight in neighbours.add(item, times: weight, to: target) }
            target += itemCount
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let target = scores.baseAddress else { return }
        scores.update(repeating: 0)
        neighbours.add(item.position, times: 1, to: target)
    }

    func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint()
        neighbours.store(in: &checkpoint, as: "neighbours")
        return checkpoint
    }
}

extension ItemToItemScorer {
    init(from checkpoint: Checkpoint, query: HistoryQuery) throws {
        self.init(neighbours: try SparseRows(from: checkpoint, named: "neighbours"), query: query)
    }
}
