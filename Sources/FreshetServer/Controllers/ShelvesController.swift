import FreshetCore
import FreshetEngine
import Hummingbird

/// Rows of a page, what is trending, and what a segment of users wants.
struct ShelvesController {
    let engine: Engine
    let bodies: BodyReader

    private var counts: (preset: Int, maximum: Int) {
        (engine.configuration.serving.count, engine.configuration.serving.maximumCount)
    }
    private var identifiers: IdentifierRule { engine.configuration.ingest.identifiers }

    var routes: [Route] {
        [
            Route(
                .post,
                "/v1/shelves",
                right: .read,
                Operation(
                    "fillShelves",
                    tag: "recommendations",
                    "Rows of items for a page",
                    detail:
                        "What suits, what is like the last items, the best category, what is trending; no item comes twice.",
                    body: .json("Who asks, and for what.", Schemas.reference("ShelvesRequest")),
                    answer: .init(status: 200, detail: "Rows.", schema: Schemas.reference("ShelfList")),
                    problems: [.invalidRequest]
                ),
                shelves
            ),
            Route(
                .get,
                "/v1/trending",
                right: .read,
                Operation(
                    "trendingItems",
                    tag: "recommendations",
                    "What has a growing share of all events",
                    parameters: [
                        .integer("count", 1...counts.maximum, default: counts.preset, "How many items.")
                    ] + Operation.Parameter.list,
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("ItemList"))
                ),
                trending
            ),
            Route(
                .post,
                "/v1/segments/{id}/recommendations",
                right: .read,
                Operation(
                    "recommendToSegment",
                    tag: "recommendations",
                    "What the users of a segment want",
                    detail: "The items that stand high in the lists of many of those who were active of late.",
                    parameters: [.id(of: "segment")],
                    body: .json("For what.", Schemas.reference("SegmentRequest")),
                    answer: .init(status: 200, detail: "Items.", schema: Schemas.reference("SegmentAnswer")),
                    problems: [.invalidRequest, .notFound]
                ),
                recommendToSegment
            ),
        ]
    }

    @Sendable private func shelves(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let body = try ShelvesRequest(JSONValue(bytes), maximumCount: counts.maximum, identifiers: identifiers)
            let shelves = try await engine.shelves(body)
            var writer = JSONWriter(capacity: shelves.reduce(32) { $0 + 256 + $1.answer.items.count * 64 })
            writer.raw("{\"shelves\":")
            writer.array(shelves) { $0.shelf($1, body.question.fields) }
            writer.raw("}")
            return .json(writer)
        }
    }

    @Sendable private func trending(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: QueryFields.listParameters, lists: QueryFields.listLists)
        let question = query.listRequest(counts: counts, identifiers: identifiers)
        try query.finish()
        let items = try await engine.trending(question)
        var writer = JSONWriter(capacity: 32 + items.count * 64)
        writer.itemList(items, question.fields)
        return .json(writer)
    }

    @Sendable private func recommendToSegment(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        return try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            var fields = try JSONFields(try JSONValue(bytes), identifiers: identifiers)
            var question = RecommendationRequest()
            question.read(&fields, maximumCount: counts.maximum)
            try fields.finish()
            let (answer, users) = try await engine.recommendations(forSegment: id, question)
            var writer = JSONWriter(capacity: 192 + answer.items.count * 64)
            writer.segmentAnswer(answer, users: users, question.fields)
            return .json(writer)
        }
    }
}
