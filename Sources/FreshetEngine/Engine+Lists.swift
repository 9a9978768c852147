import FreshetCore
import FreshetData
import FreshetRecommendation

/// Lists that are nobody's own unless a user is named.
extension Engine {
    /// Items like one: what the model thinks alike, and before it knows the item what goes together with it and what its
    /// content resembles; where the request names a user, in the order in which that user wants them.
    /// - Throws: ``FreshetError`` of kind `notFound` for an item that nothing is known of or that was removed, of kind
    ///   `usage` for a count out of range.
    public func similar(to item: String, _ request: ListRequest = ListRequest()) async throws -> [RecommendedItem] {
        guard let index = vocabulary.item(item), !catalog.current().isRemoved(index) else {
            throw FreshetError(.notFound, "There is no item '\(item)'.")
        }
        var query = try await query(request)
        query.item = index
        let list = recommender.similar(
            to: index,
            for: query,
            snapshot: live.current,
            streaming: streaming
        )
        return named(list.items, request.fields)
    }

    /// What is popular now.
    /// - Throws: ``FreshetError`` of kind `usage` for a count out of range.
    public func popular(_ request: ListRequest = ListRequest()) async throws -> [RecommendedItem] {
        named(recommender.popular(for: try await query(request), streaming: streaming), request.fields)
    }

    /// The categories, tags or values of an attribute that suit a user, as items do.
    ///
    /// - Parameters:
    ///   - kind: which labels.
    ///   - request: who asks; its count is that of the labels.
    ///   - examples: how many items each label is given.
    /// - Returns: the labels, best first.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func labels(
        _ kind: LabelKind,
        _ request: RecommendationRequest,
        examples: Int
    ) async throws -> [RecommendedLabel] {
        let labels = recommender.recommender.labels(
            kind,
            for: try await query(request),
            examples: examples,
            snapshot: live.current,
            streaming: streaming
        )
        return labels.map {
            RecommendedLabel(name: $0.name, score: $0.score, items: vocabulary.ids(of: $0.items))
        }
    }

    func query(_ request: ListRequest) async throws -> Query {
        try await query(
            user: request.user,
            count: request.count,
            scenario: request.scenario,
            place: request.place,
            filter: request.filter
        )
    }
}
