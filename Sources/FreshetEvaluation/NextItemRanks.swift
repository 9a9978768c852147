import FreshetCore
import FreshetModels
import FreshetTensor

/// The place of the item that was chosen next, among the whole catalogue: what prequential figures are made of.
public enum NextItemRanks {
    /// The rank of each context's next item from 1, ties against the model.
    ///
    /// Items of the history are ranked like all others.
    ///
    /// - Parameters:
    ///   - scorer: the model.
    ///   - contexts: `N` contexts.
    ///   - items: their `N` next items.
    ///   - pool: the threads.
    /// - Returns: `N` ranks; `Int.max` for an item that the model does not know.
    public static func ranks(
        of scorer: any Scorer,
        contexts: [ScoringContext],
        items: [ItemIndex],
        pool: ThreadPool
    ) -> [Int] {
        precondition(contexts.count == items.count, "\(contexts.count) contexts for \(items.count) items")
        let ranking = FullRanking(
            scorer: scorer,
            excludingSeen: false,
            sampledNegatives: nil,
            depth: 0,
            seed: 0,
            pool: pool
        )
        return ranking.rank(contexts: contexts, relevant: items.map { [$0] }).ranks.map { $0[0] }
    }
}
