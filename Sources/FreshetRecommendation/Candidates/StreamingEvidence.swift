import FreshetCore
import FreshetData
import FreshetModels

/// What is known from counting events as they come: the pipeline's view of the streaming models.
///
/// Items may be newer than any snapshot. Times are seconds since 1970; calls come from many threads.
public protocol StreamingEvidence: Sendable {
    /// What is popular now, best first.
    func popularItems(limit: Int, at time: Int64) -> [ScoredItem]
    /// How popular each item is now, 0 where it never had an event, in the order of the items.
    func popularities(of items: [ItemIndex], at time: Int64) -> [Float]
    /// What goes together with the items of a history, best first.
    func companions(of history: History, limit: Int, at time: Int64) -> [ScoredItem]
    /// How much each event of a history adds to the co-visitation score of an item, in the order of the events.
    func contributions(of history: History, to item: ItemIndex, at time: Int64) -> [Float]
}

/// No evidence at all.
public struct NoStreamingEvidence: StreamingEvidence {
    /// Creates it.
    public init() {}
    /// Nothing.
    public func popularItems(limit: Int, at time: Int64) -> [ScoredItem] { [] }
    /// Zeros.
    public func popularities(of items: [ItemIndex], at time: Int64) -> [Float] { items.map { _ in 0 } }
    /// Nothing.
    public func companions(of history: History, limit: Int, at time: Int64) -> [ScoredItem] { [] }
    /// Zeros.
    public func contributions(of history: History, to item: ItemIndex, at time: Int64) -> [Float] {
        history.items.map { _ in 0 }
    }
}
