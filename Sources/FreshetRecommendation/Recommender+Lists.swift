import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// The items that most resemble one: by the model, or where it has nothing to say by what goes together with the item
    /// and by words and categories.
    ///
    /// - Parameters:
    ///   - item: the item to compare with, which is not in the answer.
    ///   - count: how many items are wanted.
    ///   - filter: which items may appear.
    ///   - time: now, in seconds since 1970.
    ///   - snapshot: the model.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items, most alike first; scores are comparable within one list only.
    public func similar(
        to item: ItemIndex,
        count: Int,
        filter: ItemFilter? = nil,
        at time: Int64,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        let catalog = catalog.current()
        let search = SimilarItems(item: item, count: count, filter: ResolvedFilter(filter, catalog), catalog: catalog)
        let vectors = content?.current
        var found = search.byModel(snapshot)
        if found.isEmpty {
            found = search.byCompanyAndContent(streaming, at: time, scratch, vectors)
        } else if let vectors {
            found = search.adding(vectors, to: found, unknownTo: snapshot)
        }
        let items = found.map { RankedItem(item: $0.item, score: $0.score) }
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
        let halfLife = PopularityHalfLife.week.rawValue
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
