import FreshetCore
import FreshetData
import FreshetEngine
import Hummingbird

/// Recommendations, rankings, baskets, similar and popular items.
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
                "/v1/recommendations/batch",
                right: .read,
                Operation(
                    "recommendToMany",
                    tag: "recommendations",
                    "Recommend items to many users",
                    detail: "One question, an answer a user, in the order of the users; one version answers all.",
                    body: .json("The users, and what for.", Schemas.reference("BatchRequest")),
                    answer: .init(status: 200, detail: "Answers.", schema: Schemas.reference("BatchAnswer")),
                    problems: [.invalidRequest]
                ),
                recommendToMany
            ),
            Route(
                .post,
                "/v1/recommendations/labels",
                right: .read,
                Operation(
                    "recommendLabels",
                    tag: "recommendations",
                    "Recommend categories, tags or brands",
                    detail: "Those of the items that suit the user; `of` says which, such as `attributes.brand`.",
                    body: .json("Who asks, and for which labels.", Schemas.reference("LabelRequest")),
                    answer: .init(status: 200, detail: "Labels.", schema: Schemas.reference("LabelList")),
                    problems: [.invalidRequest]
                ),
                recommendLabels
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
                "/v1/baskets",
                right: .read,
                Operation(
                    "completeBasket",
                    tag: "recommendations",
                    "Recommend what goes with a set of items",
                    detail: "By what was dealt with together, by what the items say, and by what the user is after.",
                    body: .json("The items, and whose they are.", Schemas.reference("BasketRequest")),
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("Recommendation")),
                    problems: [.invalidRequest]
                ),
                complete
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
                    detail: "Where a user is named, in the order in which they want them.",
                    parameters: [.id(of: "item"), countParameter] + Operation.Parameter.list,
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
                    parameters: [countParameter] + Operation.Parameter.list,
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("ItemList"))
                ),
                popular
            ),
        ]
    }

    private var countParameter: Operation.Parameter {
        .integer("count", 1...maximum, default: engine.configuration.serving.count, "How many items.")
    }

    private var counts: (preset: Int, maximum: Int) { (engine.configuration.serving.count, maximum) }

    @Sendable private func recommend(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try RecommendationRequest(
                JSONValue(bytes),
                maximumCount: maximum,
                identifiers: identifiers
            )
            return Self.answer(try await engine.recommend(question), question.fields)
        }
    }

    @Sendable private func recommendToMany(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let batch = try BatchRequest(JSONValue(bytes), counts: counts, identifiers: identifiers)
            let answers = try await engine.recommend(to: batch.users, batch.question)
            var writer = JSONWriter(capacity: answers.reduce(64) { $0 + 128 + $1.items.count * 64 })
            writer.raw("{\"answers\":")
            writer.array(zip(batch.users, answers)) { $0.recommendation($1.1, of: $1.0, batch.question.fields) }
            writer.raw("}")
            return .json(writer)
        }
    }

    @Sendable private func recommendLabels(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let body = try LabelRequest(JSONValue(bytes), maximumCount: maximum, identifiers: identifiers)
            let labels = try await engine.labels(body.kind, body.question, examples: body.examples)
            var writer = JSONWriter(capacity: 32 + labels.count * 96)
            writer.raw("{\"labels\":")
            writer.array(labels) { $0.label($1) }
            writer.raw("}")
            return .json(writer)
        }
    }

    @Sendable private func rank(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try RankingRequest(JSONValue(bytes), maximumCount: maximum, identifiers: identifiers)
            return Self.answer(try await engine.rank(question), question.fields)
        }
    }

    @Sendable private func complete(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try BasketRequest(JSONValue(bytes), maximumCount: maximum, identifiers: identifiers)
            return Self.answer(try await engine.complete(question), question.fields)
        }
    }

    @Sendable private func search(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try SearchRequest(JSONValue(bytes), maximumCount: maximum, identifiers: identifiers)
            return Self.answer(try await engine.search(question), question.fields)
        }
    }

    @Sendable private func similar(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier(by: identifiers)
        let question = try list(request)
        return Self.list(try await engine.similar(to: id, question), question.fields)
    }

    @Sendable private func popular(_ request: Request, _ context: ServerContext) async throws -> Response {
        let question = try list(request)
        return Self.list(try await engine.popular(question), question.fields)
    }

    private func list(_ request: Request) throws(Problem) -> ListRequest {
        var query = QueryFields(request, known: QueryFields.listParameters, lists: QueryFields.listLists)
        let question = query.listRequest(counts: counts, identifiers: identifiers)
        try query.finish()
        return question
    }

    private static func answer(_ answer: Recommendation, _ fields: ItemFields?) -> Response {
        var writer = JSONWriter(capacity: 192 + answer.items.count * 64)
        writer.recommendation(answer, of: nil, fields)
        return .json(writer)
    }

    private static func list(_ items: [RecommendedItem], _ fields: ItemFields?) -> Response {
        var writer = JSONWriter(capacity: 32 + items.count * 64)
        writer.itemList(items, fields)
        return .json(writer)
    }
}
