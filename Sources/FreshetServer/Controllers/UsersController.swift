import FreshetCore
import FreshetEngine
import Hummingbird

/// What a user did, who is who, and what became of erasures.
struct UsersController {
    let engine: Engine
    let bodies: BodyReader

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
                "/v1/users/{id}/similar",
                right: .read,
                Operation(
                    "similarUsers",
                    tag: "users",
                    "Users who did the same things",
                    parameters: [.id(of: "user"), countParameter],
                    answer: .init(status: 200, detail: "Users.", schema: Schemas.reference("UserList")),
                    problems: [.notFound]
                ),
                similar
            ),
            Route(
                .get,
                "/v1/users/{id}/next-actions",
                right: .read,
                Operation(
                    "nextActions",
                    tag: "users",
                    "Which kind of event to ask a user for",
                    detail: """
                        By what users did after what this one did last: how likely each action is, and by how much it raises the \
                        chance to reach the goal. It is what they did by themselves; an experiment tells what asking does.
                        """,
                    parameters: [
                        .id(of: "user"),
                        .text("goal", "The type of event that is wanted in the end; `purchase` where left out."),
                        .text("among", "The types that can be asked for, between commas; all likings where left out."),
                        .integer("count", 1...20, default: 3, "How many at most."),
                    ],
                    answer: .init(status: 200, detail: "Actions.", schema: Schemas.reference("NextActions"))
                ),
                nextActions
            ),
            Route(
                .get,
                "/v1/items/{id}/users",
                right: .read,
                Operation(
                    "usersForItem",
                    tag: "users",
                    "Users to whom an item may appeal",
                    detail: "Those who have not dealt with it, among those lately active near it.",
                    parameters: [.id(of: "item"), countParameter],
                    answer: .init(status: 200, detail: "Users.", schema: Schemas.reference("UserList")),
                    problems: [.notFound]
                ),
                users
            ),
            Route(
                .post,
                "/v1/users/merge",
                right: .write,
                Operation(
                    "mergeUsers",
                    tag: "users",
                    "Join a visitor to an account",
                    detail: """
                        For good: events, impressions and attributes are the account's from then on, and so is what \
                        comes under the visitor's id. Sent again, nothing changes.
                        """,
                    body: .json("Who turned out to be whom.", Schemas.reference("MergeRequest")),
                    answer: .init(status: 200, detail: "They are one.", schema: Schemas.reference("Merge")),
                    problems: [.invalidRequest, .conflict, .quotaExceeded]
                ),
                merge
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

    private var countParameter: Operation.Parameter {
        let serving = engine.configuration.serving
        return .integer("count", 1...serving.maximumCount, default: serving.count, "How many users.")
    }

    private func count(_ request: Request) throws(Problem) -> Int {
        let serving = engine.configuration.serving
        var query = QueryFields(request, known: ["count"])
        let count = query.integer("count", in: 1...serving.maximumCount, default: serving.count)
        try query.finish()
        return count
    }

    @Sendable private func similar(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier(by: engine.configuration.ingest.identifiers)
        return Self.list(try await engine.similarUsers(to: id, count: try count(request)))
    }

    @Sendable private func nextActions(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier(by: engine.configuration.ingest.identifiers)
        var query = QueryFields(request, known: ["goal", "among", "count"])
        let (goal, among) = (query.string("goal"), query.string("among"))
        let count = query.integer("count", in: 1...20, default: 3)
        try query.finish()
        let types = among.map { $0.split(separator: ",").map { String($0) } }
        return try .encoded(try await engine.nextActions(of: id, goal: goal, among: types, count: count))
    }

    @Sendable private func users(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier(by: engine.configuration.ingest.identifiers)
        return Self.list(try await engine.users(for: id, count: try count(request)))
    }

    private static func list(_ users: [RankedUser]) -> Response {
        var writer = JSONWriter(capacity: 32 + users.count * 48)
        writer.userList(users)
        return .json(writer)
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

    @Sendable private func merge(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try MergeRequest(JSONValue(bytes), identifiers: engine.configuration.ingest.identifiers)
            let merge = try await engine.merge(question.from, into: question.into)
            return .json([
                "user": .string(merge.name), "events": .number(Double(merge.events)),
                "impressions": .number(Double(merge.impressions)), "changed": .bool(merge.isNew),
            ])
        }
    }

    @Sendable private func erasure(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard let receipt = try await engine.erasure(id) else { throw Problem.notFound("erasure '\(id)'") }
        return try .encoded(receipt)
    }
}
