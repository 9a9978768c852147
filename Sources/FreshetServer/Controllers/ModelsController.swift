import FreshetCore
import FreshetEngine
import Hummingbird
import Logging

/// The versions of the model, what was decided about them, and the two buttons.
struct ModelsController {
    let engine: Engine

    private struct Models: Encodable {
        let live: ModelVersion
        let versions: [VersionRecord]
    }

    private struct Live: Encodable {
        let live: ModelVersion
    }

    private struct Decisions: Encodable {
        let decisions: [Decision]
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/models",
                right: .read,
                Operation(
                    "listModels",
                    tag: "models",
                    "The versions of the model, newest first",
                    answer: .init(status: 200, detail: "Versions.", schema: Schemas.reference("Models"))
                ),
                list
            ),
            Route(
                .post,
                "/v1/models/{version}/promote",
                right: .admin,
                Operation(
                    "promoteModel",
                    tag: "models",
                    "Let a kept version answer from now on",
                    parameters: [.version],
                    answer: .init(status: 200, detail: "It answers.", schema: Schemas.reference("Live")),
                    problems: [.notFound, .conflict]
                ),
                promote
            ),
            Route(
                .post,
                "/v1/models/{version}/rollback",
                right: .admin,
                Operation(
                    "rollBackModel",
                    tag: "models",
                    "Let the version before a version answer again",
                    detail: "The version must be the live one, so that two who press at once go back one step only.",
                    parameters: [.version],
                    answer: .init(status: 200, detail: "What answers now.", schema: Schemas.reference("Live")),
                    problems: [.conflict]
                ),
                rollBack
            ),
            Route(
                .get,
                "/v1/decisions",
                right: .read,
                Operation(
                    "listDecisions",
                    tag: "models",
                    "The newest decisions about the model",
                    parameters: [.integer("limit", 1...1000, default: 100, "How many at most.")],
                    answer: .init(status: 200, detail: "Decisions.", schema: Schemas.reference("Decisions"))
                ),
                decisions
            ),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(Models(live: engine.status().live, versions: try await engine.versions()))
    }

    @Sendable private func promote(_ request: Request, _ context: ServerContext) async throws -> Response {
        let version = try context.version()
        guard try await engine.versions().contains(where: { $0.version == version }) else {
            throw Problem.notFound("version \(version)")
        }
        try await engine.promote(version)
        context.logger.notice("promoted by hand", metadata: Self.metadata(version, context))
        return try .encoded(Live(live: engine.status().live))
    }

    @Sendable private func rollBack(_ request: Request, _ context: ServerContext) async throws -> Response {
        let version = try context.version()
        let live = engine.status().live
        guard version == live else {
            throw Problem(.conflict, "Version \(version) is not the live one; \(live) is.")
        }
        _ = try await engine.rollback()
        context.logger.notice("rolled back by hand", metadata: Self.metadata(version, context))
        return try .encoded(Live(live: engine.status().live))
    }

    @Sendable private func decisions(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["limit"])
        let limit = query.integer("limit", in: 1...1000, default: 100)
        try query.finish()
        return try .encoded(Decisions(decisions: try await engine.decisions(limit: limit)))
    }

    private static func metadata(_ version: ModelVersion, _ context: ServerContext) -> Logger.Metadata {
        ["version": .stringConvertible(version), "key": .string(context.key?.id ?? "none")]
    }
}
