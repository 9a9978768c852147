import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// The items that most resemble one, by the model where it knows the item, else by words and categories.
    ///
    /// - Parameters:
    ///   - item: the item to compare with, which is not in the answer.
    ///   - count: how many items are wanted.
    ///   - filter: which items may appear.
    ///   - snapshot: the model.
    /// - Returns: the items, most alike first; scores are cosines.
    public func similar(
        to item: ItemIndex,
        count: Int,
        filter: ItemFilter? = nil,
        snapshot: ModelSnapshot
    ) -> RankedList {
        let catalog = catalog.current()
        let filter = ResolvedFilter(filter, catalog)
        var best = BestItems(limit: count)
        func add(_ other: ItemIndex, _ score: Float) {
            guard other != item, score > 0, filter.admits(other, catalog) else { return }
            best.add(ScoredItem(item: other, score: score))
        }
        if let scorer = snapshot.scorer, item.position < scorer.itemCount {
            let V = scorer.itemCount
            withUnsafeTemporaryAllocation(of: Float.self, capacity: V) { scores in
                scorer.similarities(to: item, into: scores)
                for position in 0..<V { add(ItemIndex(position), scores[position]) }
            }
        } else {
            let profile = ContentProfile(of: History(items: [item]), catalog, scratch: scratch)
            if !profile.isEmpty {
                for position in 0..<catalog.itemCount {
                    let other = ItemIndex(position)
                    add(other, profile.likeness(to: other))
                }
            }
        }
        let items = best.sorted().map { RankedItem(item: $0.item, score: $0.score) }
        return RankedList(version: snapshot.version, items: items)
    }

    /// The items that are popular now: by their number of events, those of a week ago counting half.
    ///
    /// - Parameters:
    ///   - count: how many items are wanted.
    ///   - filter: which items may appear.
    ///   - time: now, in seconds since 1970; the newest event's time counts where that is earlier.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items, most popular first; scores are the decayed numbers of events.
    public func popular(
        count: Int,
        filter: ItemFilter? = nil,
        at time: Int64,
        streaming: any StreamingEvidence
    ) -> [RankedItem] {
        let catalog = catalog.current()
        let filter = ResolvedFilter(filter, catalog)
        let halfLife = 2
        let (items, isComplete) = streaming.withModels { models in
            let popularity = models.popularity
            // Without an event since the newest one the order stands still; scores of a replayed past would all be 0.
            let time = min(time, popularity.newestTime ?? time)
            let items = popularity.top(halfLife: halfLife).lazy
                .filter { filter.admits($0, catalog) }
                .prefix(count)
                .map { ScoredItem(item: $0, score: Float(popularity.count(of: $0, halfLife: halfLife, at: time))) }
            return (Array(items), items.count >= count || popularity.itemCount <= popularity.topCount)
        }
        func named(_ items: [ScoredItem]) -> [RankedItem] {
            items.map { RankedItem(item: $0.item, score: $0.score, sources: .popularity) }
        }
        guard !isComplete else { return named(items) }
        // A selective filter: beyond the items at hand, everything that it lets through is looked at.
        var admitted: [ItemIndex] = []
        filter.forEachAdmitted(below: streaming.withModels { $0.itemCount }, catalog) { admitted.append($0) }
        return named(
            streaming.mostPopular(count, of: admitted, halfLife: halfLife, at: time).filter { $0.score > 0 }
        )
    }
}
