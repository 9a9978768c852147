import FreshetCore
import FreshetData
import FreshetEngine
import Hummingbird

/// Recommendations, rankings, similar and popular items.
struct RecommendationsController {
    let engine: Engine
    let bodies: BodyReader

    private var maximum: Int { engine.configuration.serving.maximumCount }
    private var identifiers: IdentifierRule { engine.configuration.ingest.identifiers }

    var routes: [Route] {
        [
            Route(
                .post,
                "/v1/recommendations",
                right: .read,
                Operation(
                    "recommend",
                    tag: "recommendations",
                    "Recommend items",
                    detail: "For a user, for the events of an anonymous session, or for neither: then what is popular.",
                    body: .json("Who asks, and for what.", Schemas.reference("RecommendationRequest")),
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("Recommendation")),
                    problems: [.invalidRequest]
                ),
                recommend
            ),
            Route(
                .post,
                "/v1/rankings",
                right: .read,
                Operation(
                    "rank",
                    tag: "recommendations",
                    "Order given items",
                    body: .json("Who asks, and which items.", Schemas.reference("RankingRequest")),
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("Recommendation")),
                    problems: [.invalidRequest]
                ),
                rank
            ),
            Route(
                .post,
                "/v1/search",
                right: .read,
                Operation(
                    "search",
                    tag: "recommendations",
                    "Find items by words",
                    detail: "By the words, by what the items' texts mean, and among those by what the user is after.",
                    body: .json("The text, and who asks.", Schemas.reference("SearchRequest")),
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("Recommendation")),
                    problems: [.invalidRequest]
                ),
                search
            ),
            Route(
                .get,
                "/v1/items/{id}/similar",
                right: .read,
                Operation(
                    "similarItems",
                    tag: "recommendations",
                    "Items like one",
                    parameters: [.id(of: "item"), countParameter] + Operation.Parameter.filter,
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("ItemList")),
                    problems: [.notFound]
                ),
                similar
            ),
            Route(
                .get,
                "/v1/popular",
                right: .read,
                Operation(
                    "popularItems",
                    tag: "recommendations",
                    "What is popular now",
                    parameters: [countParameter] + Operation.Parameter.filter,
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("ItemList"))
                ),
                popular
            ),
        ]
    }

    private var countParameter: Operation.Parameter {
        .integer("count", 1...maximum, default: engine.configuration.serving.count, "How many items.")
    }

    @Sendable private func recommend(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try RecommendationRequest(
                JSONValue(bytes),
                maximumCount: maximum,
                identifiers: identifiers
            )
            return Self.answer(try await engine.recommend(question))
        }
    }

    @Sendable private func rank(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try RankingRequest(JSONValue(bytes), maximumCount: maximum, identifiers: identifiers)
            return Self.answer(try await engine.rank(question))
        }
    }

    @Sendable private func search(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try SearchRequest(JSONValue(bytes), maximumCount: maximum, identifiers: identifiers)
            return Self.answer(try await engine.search(question))
        }
    }

    @Sendable private func similar(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier(by: identifiers)
        var query = QueryFields(request, known: ["count"], lists: QueryFields.filterLists)
        let count = query.integer("count", in: 1...maximum, default: engine.configuration.serving.count)
        try query.finish()
        return Self.list(try engine.similar(to: id, count: count, filter: query.filter()))
    }

    @Sendable private func popular(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["count"], lists: QueryFields.filterLists)
        let count = query.integer("count", in: 1...maximum, default: engine.configuration.serving.count)
        try query.finish()
        return Self.list(engine.popular(count: count, filter: query.filter()))
    }

    private static func answer(_ answer: Recommendation) -> Response {
        var writer = JSONWriter(capacity: 128 + answer.items.count * 64)
        writer.recommendation(answer)
        return .json(writer)
    }

    private static func list(_ items: [RecommendedItem]) -> Response {
        var writer = JSONWriter(capacity: 32 + items.count * 64)
        writer.itemList(items)
        return .json(writer)
    }
}
