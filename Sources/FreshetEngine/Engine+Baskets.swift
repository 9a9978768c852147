import FreshetCore
import FreshetData
import FreshetRecommendation

extension Engine {
    /// What goes with the items of a basket; the answer is kept as an impression, as a recommendation is.
    ///
    /// Items that nothing is known of count for nothing.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func complete(_ request: BasketRequest) async throws -> Recommendation {
        let asked = try question(request.user, request.session, request.scenario, request.context, request.fields)
        let snapshot = live.current
        let basket = request.items.compactMap(vocabulary.item)
        var query = try await query(
            asked.treatment,
            user: request.user,
            session: request.session,
            events: request.items.map { SessionEvent(item: $0, type: .cart) },
            count: request.count,
            scenario: request.scenario,
            place: request.place,
            filter: request.filter
        )
        query.excluded = Set(basket + (request.exclude ?? []).compactMap(vocabulary.item))
        query.includeSeen = request.includeSeen
        let list = list(query, asked.treatment, by: snapshot) { query, snapshot in
            recommender.recommender.complete(basket, for: query, snapshot: snapshot, streaming: streaming)
        }
        return answer(list, to: asked)
    }
}
