import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// What a likeness by content counts beside the share of the closest company: what is like an item of the basket may
    /// stand in its place as well as beside it.
    private static let likenessShare: Float = 0.25
    /// How many times the wanted items are put in order, and how many at least.
    private static let width = (factor: 4, least: 50)

    /// The items that go with those of a basket: in the company of several of them, like them, and wanted by who asks.
    ///
    /// Two orders are put together by their ranks: what was dealt with together with the basket's items, and what the
    /// query's history, which ends with the basket, asks for next.
    ///
    /// - Parameters:
    ///   - basket: the items.
    ///   - query: who asks, with the basket as the newest events; which items may appear, the basket's not among them.
    ///   - snapshot: the model.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items, best first; scores are comparable within one list only.
    public func complete(
        _ basket: [ItemIndex],
        for query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        var wide = query
        wide.count = max(Self.width.least, Self.width.factor * query.count)
        let wanted = recommend(wide, snapshot: snapshot, streaming: streaming)
        let company = company(of: basket, wide.count, for: request(query, snapshot: snapshot, streaming: streaming))
        let sources = Dictionary(wanted.items.map { ($0.item, $0.sources) }) { first, _ in first }
        let scores = Self.reciprocalRanks(of: [
            company, wanted.items.map { ScoredItem(item: $0.item, score: $0.score) },
        ])
        let items = scores.map { RankedItem(item: $0, score: $1, sources: sources[$0] ?? .company) }
            .sorted { ($1.score, $0.item) < ($0.score, $1.item) }
        return RankedList(version: snapshot.version, items: Array(items.prefix(query.count)), rules: wanted.rules)
    }

    /// What goes together with the items of a basket or is like them, and may appear, best first.
    private func company(of basket: [ItemIndex], _ count: Int, for request: PipelineRequest) -> [ScoredItem] {
        var together: [ItemIndex: Float] = [:]
        for item in basket {
            // One by one, so that nobody who learns waits for the whole basket.
            let companions = request.streaming.withModels { models in
                models.coVisitation.companions(of: item, at: request.query.time)
            }
            for companion in companions { together[companion.item, default: 0] += companion.score }
        }
        let profile = request.profile(of: basket[...])
        var likeness: [ItemIndex: Float] = [:]
        for item in profile.neighbours() { likeness[item] = profile.likeness(to: item) }
        for item in basket {
            for near in request.vectors?.neighbours(of: item) ?? [] {
                likeness[near.item] = max(likeness[near.item] ?? 0, near.score)
            }
        }
        let closest = max(together.values.max() ?? 0, .leastNormalMagnitude)
        var best = BestItems(limit: count)
        for item in Set(together.keys).union(likeness.keys) where request.admits(item) {
            let score = (together[item] ?? 0) / closest + Self.likenessShare * (likeness[item] ?? 0)
            if score > 0 { best.add(ScoredItem(item: item, score: score)) }
        }
        return best.sorted()
    }
}

extension CandidateSources {
    /// What goes together with the items of a basket.
    public static let company = CandidateSources(named: "company")
}
