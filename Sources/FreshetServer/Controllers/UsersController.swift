import FreshetEngine
import Hummingbird

/// What a user did, and what became of erasures.
struct UsersController {
    let engine: Engine

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/users/{id}/events",
                right: .read,
                Operation(
                    "userEvents",
                    tag: "users",
                    "The newest events of a user",
                    parameters: [
                        .id(of: "user"), .integer("limit", 1...1000, default: 100, "How many at most."),
                    ],
                    answer: .init(status: 200, detail: "Events, oldest first.", schema: Schemas.reference("History"))
                ),
                events
            ),
            Route(
                .get,
                "/v1/erasures/{id}",
                right: .read,
                Operation(
                    "getErasure",
                    tag: "users",
                    "The receipt of an erasure",
                    parameters: [.id(of: "erasure")],
                    answer: .init(status: 200, detail: "The receipt.", schema: Schemas.reference("Erasure")),
                    problems: [.notFound]
                ),
                erasure
            ),
        ]
    }

    @Sendable private func events(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier(by: engine.configuration.ingest.identifiers)
        var query = QueryFields(request, known: ["limit"])
        let limit = query.integer("limit", in: 1...1000, default: 100)
        try query.finish()
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"events\":")
        writer.array(try await engine.history(of: id, limit: limit)) { $0.event($1) }
        writer.raw("}")
        return .json(writer)
    }

    @Sendable private func erasure(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard let receipt = try await engine.erasure(id) else { throw Problem.notFound("erasure '\(id)'") }
        return try .encoded(receipt)
    }
}
