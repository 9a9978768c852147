import Foundation
import FreshetCore
import FreshetData
import FreshetRecommendation
import Synchronization

extension Engine {
    /// What a user wants next; the answer is kept as an impression before it is given.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range, of kind `external` when the store fails.
    public func recommend(_ request: RecommendationRequest) async throws -> Recommendation {
        let count = try checkedCount(request.count)
        let snapshot = live.current
        var seen = Set<String>(request.exclude ?? [])
        if let user = request.user.flatMap(vocabulary.user) {
            let items = try sessions.history(of: user).items
            if request.includeSeen != true { seen.formUnion(vocabulary.ids(of: Set(items))) }
        }
        let items = ranked().lazy.filter { !seen.contains($0.id) }.prefix(count)
        return try await answer(Array(items), user: request.user, scenario: request.scenario, snapshot.version)
    }

    /// In which order a user wants given items.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range, of kind `external` when the store fails.
    public func rank(_ request: RankingRequest) async throws -> Recommendation {
        let count = try checkedCount(request.count ?? request.items.count)
        let wanted = Set(request.items)
        let known = ranked().filter { wanted.contains($0.id) }
        let unknown = wanted.subtracting(known.map(\.id)).sorted().map { RecommendedItem(id: $0, score: 0) }
        let items = (known + unknown).prefix(count)
        return try await answer(Array(items), user: request.user, scenario: request.scenario, live.current.version)
    }

    /// Items like one.
    /// - Throws: ``FreshetError`` of kind `usage` for an item that nothing is known of or a count out of range.
    public func similar(to item: String, count: Int, filter: ItemFilter? = nil) throws -> [RecommendedItem] {
        let count = try checkedCount(count)
        guard vocabulary.item(item) != nil else { throw FreshetError(.usage, "Nothing is known of item '\(item)'.") }
        return Array(ranked().lazy.filter { $0.id != item }.prefix(count))
    }

    /// What is popular now.
    public func popular(count: Int, filter: ItemFilter? = nil) -> [RecommendedItem] {
        Array(ranked().prefix(max(0, count)))
    }

    private func ranked() -> [RecommendedItem] {
        let counts = counts.withLock { $0 }
        let order = counts.indices.sorted { (counts[$0], $1) > (counts[$1], $0) }
        let ids = vocabulary.ids(of: order.map(ItemIndex.init))
        return zip(order, ids).map { RecommendedItem(id: $1, score: Float(counts[$0])) }
    }

    private func checkedCount(_ count: Int?) throws -> Int {
        let count = count ?? configuration.serving.count
        guard (1...configuration.serving.maximumCount).contains(count) else {
            throw FreshetError(
                .usage,
                "\(count) items were asked for.",
                remedy: "Ask for 1 to \(configuration.serving.maximumCount)."
            )
        }
        return count
    }

    private func answer(
        _ items: [RecommendedItem],
        user: String?,
        scenario: String?,
        _ version: ModelVersion
    ) async throws -> Recommendation {
        let id = UUID().uuidString.lowercased()
        if configuration.serving.recordsImpressions {
            let shown = items.map { Impression.ShownItem(item: $0.id, score: $0.score) }
            try await store.record(
                Impression(
                    id: id,
                    user: user,
                    time: clock.milliseconds,
                    model: version,
                    scenario: scenario,
                    items: shown
                )
            )
        }
        return Recommendation(id: id, model: version, items: items)
    }
}
