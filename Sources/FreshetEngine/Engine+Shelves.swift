import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

/// Rows of a page, what is trending, and what a segment wants.
extension Engine {
    /// The number of a segment's users who are asked what they want.
    private static let members = 50
    /// The number of recently active users among whom a segment's are looked for.
    private static let lookedAt = 2_000
    /// The number of currently popular items that say who was active recently.
    private static let popularItems = 200

    /// The items whose share of all events grows.
    /// - Throws: ``FreshetError`` of kind `usage` for a count out of range.
    public func trending(_ request: ListRequest = ListRequest()) async throws -> [RecommendedItem] {
        let query = try await query(request)
        return named(recommender.trending(for: query, streaming: streaming), request.fields)
    }

    /// Rows of items for a page, none of which comes twice; each is kept as an impression of its own, of no experiment.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func shelves(_ request: ShelvesRequest) async throws -> [Shelf] {
        let question = request.question
        let asked = Question(
            user: Event.user(question.user, orVisitorOf: question.session).map(vocabulary.name),
            scenario: question.scenario,
            context: question.context,
            fields: question.fields,
            treatment: .ordinary
        )
        let shelves = recommender.recommender.shelves(
            request.shelves,
            for: try await query(question),
            snapshot: live.current,
            streaming: streaming
        )
        return shelves.map { shelf in
            Shelf(
                kind: shelf.kind,
                title: shelf.title,
                item: shelf.item.map { vocabulary.id(of: $0) },
                answer: answer(AnsweredList(shelf.list), to: asked)
            )
        }
    }

    /// What the users of a segment want, those who were active of late: the items that stand high in the lists of many.
    ///
    /// - Parameters:
    ///   - segment: the id of the segment.
    ///   - request: how many items, which may appear.
    /// - Returns: the items, best first, and of how many users the lists were put together.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown segment, of kind `usage` for a count out of range.
    public func recommendations(
        forSegment segment: String,
        _ request: RecommendationRequest
    ) async throws -> (answer: Recommendation, users: Int) {
        let asked = Question(
            user: nil,
            scenario: request.scenario,
            context: request.context,
            fields: request.fields,
            treatment: .ordinary
        )
        guard let condition = rules.segments.first(where: { $0.id == segment })?.filter else {
            throw FreshetError(.notFound, "There is no segment '\(segment)'.")
        }
        let (snapshot, count) = try (live.current, checkedCount(request.count))
        var lists: [[ScoredItem]] = []
        for user in activeUsers() {
            guard lists.count < Self.members else { break }
            try Task.checkCancellation()
            var question = request
            (question.user, question.session, question.events, question.count) = (user, nil, nil, count)
            let query = try await query(question, comparing: Set(condition.userAttributes))
            guard recommender.recommender.isIn(segment, query) else { continue }
            lists.append(
                recommender.recommend(query, snapshot: snapshot, streaming: streaming).items
                    .map { ScoredItem(item: $0.item, score: $0.score) }
            )
            await Task.yield()
        }
        let best = Recommender.reciprocalRanks(of: lists).sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(
            count
        )
        let items = best.map { RankedItem(item: $0.key, score: $0.value) }
        let answer = answer(AnsweredList(RankedList(version: snapshot.version, items: items)), to: asked)
        return (answer, lists.count)
    }

    /// Users who lately dealt with what is popular now, the most active first.
    private func activeUsers() -> [String] {
        let items = streaming.withModels { models in
            models.popularity.top(halfLife: PopularityHalfLife.week.rawValue).prefix(Self.popularItems)
        }
        return audience.users(of: items.map { (item: $0, weight: Float(1)) }).prefix(Self.lookedAt)
            .map { vocabulary.id(of: $0.user) }
    }
}
