import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// What orders are put together by: the sum of `1 / (60 + rank)` (reciprocal rank fusion; Cormack, Clarke and
    /// Büttcher, SIGIR 2009).
    private static let rankOffset: Float = 60

    /// The items that most resemble one: by the model, or where it has nothing to say by what goes together with the item
    /// and by words and categories.
    ///
    /// Where the query has a history, the list is that user's: of the items that resemble most, a few times as many as
    /// wanted, those that the user may not be shown again are left out, and the order is that of the likeness and that
    /// of the user's taste put together by their ranks.
    ///
    /// - Parameters:
    ///   - item: the item to compare with, which is not in the answer.
    ///   - query: who asks, how many items, which may appear.
    ///   - snapshot: the model.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items, most alike first; scores are comparable within one list only.
    public func similar(
        to item: ItemIndex,
        for query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        let request = request(query, snapshot: snapshot, streaming: streaming)
        let isPersonal = query.history.count > 0
        let spare = request.forbidden.count + query.excluded.count
        let search = SimilarItems(
            item: item,
            count: (isPersonal ? max(50, 4 * query.count) : query.count) + spare,
            filter: request.filter,
            catalog: request.catalog
        )
        let vectors = vectors(of: snapshot)
        var found = search.byModel(snapshot)
        if found.isEmpty {
            found = search.byCompanyAndContent(streaming, at: query.time, scratch, vectors)
        } else if let vectors {
            found = search.adding(vectors, to: found, streaming)
        }
        found.removeAll { !request.admits($0.item) }
        if isPersonal { found = fused(found, with: query, snapshot: snapshot, streaming: streaming) }
        let items = found.prefix(query.count).map { RankedItem(item: $0.item, score: $0.score) }
        return RankedList(version: snapshot.version, items: Array(items))
    }

    /// Items that come in one order, in that and the order in which a user wants them.
    private func fused(
        _ items: [ScoredItem],
        with query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> [ScoredItem] {
        guard !items.isEmpty else { return [] }
        var ranking = query
        ranking.candidates = items.map(\.item)
        ranking.count = items.count
        ranking.explains = false
        ranking.diversity = 0
        let taste = recommend(ranking, snapshot: snapshot, streaming: streaming).items
            .map { ScoredItem(item: $0.item, score: $0.score) }
        let scores = Self.reciprocalRanks(of: [items, taste])
        return items.map { ScoredItem(item: $0.item, score: scores[$0.item] ?? 0) }
            .sorted { ($1.score, $0.item) < ($0.score, $1.item) }
    }

    /// What each item has from its places in several orders; those of one score in a row have one rank, so that no order
    /// is made of what says nothing.
    package static func reciprocalRanks(of orders: [[ScoredItem]]) -> [ItemIndex: Float] {
        var scores: [ItemIndex: Float] = [:]
        for order in orders {
            var rank = 0
            for (place, scored) in order.enumerated() {
                if place == 0 || scored.score != order[place - 1].score { rank = place + 1 }
                scores[scored.item, default: 0] += 1 / (rankOffset + Float(rank))
            }
        }
        return scores
    }

    /// The items that are popular now: by their number of events, those of a week ago counting half.
    ///
    /// - Parameters:
    ///   - query: how many items, which may appear, and when; the newest event's time counts where that is earlier.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items, most popular first; scores are the decayed numbers of events.
    public func popular(for query: Query, streaming: any StreamingEvidence) -> [RankedItem] {
        // What is popular is counted; no model is asked.
        let none = ModelSnapshot(version: ModelVersion(0), scorer: nil, offset: 0)
        let request = request(query, snapshot: none, streaming: streaming)
        let (count, time) = (query.count, query.time)
        let halfLife = PopularityHalfLife.week.rawValue
        let (items, isComplete) = streaming.withModels { models in
            let popularity = models.popularity
            // Without an event since the newest one the order stands still; scores of a replayed past would all be 0.
            let time = min(time, popularity.newestTime ?? time)
            let items = popularity.top(halfLife: halfLife).lazy
                .filter { request.admits($0) }
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
        request.forEachAdmitted { admitted.append($0) }
        return named(
            streaming.mostPopular(count, of: admitted, halfLife: halfLife, at: time).filter { $0.score > 0 }
        )
    }
}
