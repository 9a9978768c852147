import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// What is compared: the last day with the last week, by half-life.
    private static let windows = (short: PopularityHalfLife.day, long: PopularityHalfLife.week)

    /// What lies within the standard deviation of chance is no trend.
    private static let leastTrend: Float = 1

    /// The items whose share of all events grows, by how little that may be chance.
    ///
    /// An item's decayed count of the day stands beside the one that its count of the week lets expect, `e`, were its share
    /// of the events the same. A decayed count of independent events varies by half its size, so the score is
    /// `(count − e) / √(e / 2 + 1)`, with one for what is so new that nothing is expected. What all items have more of, such as in
    /// the evening, makes none of them a trend.
    ///
    /// - Parameters:
    ///   - query: how many items, which may appear, and when; the newest event's time counts where that is earlier.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items whose share grows, the surest first, of those that are among the most popular of the day.
    public func trending(for query: Query, streaming: any StreamingEvidence) -> [RankedItem] {
        let none = ModelSnapshot(version: ModelVersion(0), scorer: nil, offset: 0)
        let request = request(query, snapshot: none, streaming: streaming)
        let (short, long) = (Self.windows.short.rawValue, Self.windows.long.rawValue)
        let counts = streaming.withModels { models in
            let popularity = models.popularity
            let time = min(query.time, popularity.newestTime ?? query.time)
            let items = Set(popularity.top(halfLife: short)).union(popularity.top(halfLife: long)).sorted()
            return items.map { item in
                (
                    item: item, day: popularity.count(of: item, halfLife: short, at: time),
                    week: popularity.count(of: item, halfLife: long, at: time)
                )
            }
        }
        let all = counts.reduce(0) { $0 + $1.week }
        guard all > 0 else { return [] }
        let share = counts.reduce(0) { $0 + $1.day } / all
        var best = BestItems(limit: query.count)
        for (item, day, week) in counts {
            let expected = share * week
            let score = Float((day - expected) / (expected / 2 + 1).squareRoot())
            if score >= Self.leastTrend, request.admits(item) { best.add(ScoredItem(item: item, score: score)) }
        }
        return best.sorted().map { RankedItem(item: $0.item, score: $0.score, sources: .popularity) }
    }
}
