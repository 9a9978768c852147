import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN

/// A scorer whose scores stand in a table, row by user.
struct TableScorer: RatingPredictor {
    let rows: [[Float]]

    var itemCount: Int { rows[0].count }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        for (place, context) in contexts.enumerated() {
            let row = rows[context.user?.position ?? 0]
            for (item, score) in row.enumerated() { scores[place * itemCount + item] = score }
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        scores.update(repeating: 0)
    }

    func checkpoint() -> Checkpoint { Checkpoint() }

    func predictedValue(user: UserIndex?, item: ItemIndex) -> Float {
        user.map { rows[$0.position][item.position] } ?? 3
    }
}

extension ScoringContext {
    /// A user with the items of their history.
    init(_ user: Int, _ items: [Int] = []) {
        self.init(user: UserIndex(user), history: History(items: items.map { ItemIndex($0) }[...]))
    }
}
