import FreshetCore
import FreshetEngine
import Hummingbird
import Logging

/// What the operator wants of answers; a change is in force for the next question.
struct RulesController {
    let engine: Engine
    let bodies: BodyReader

    private struct Kept: Encodable {
        let version: RuleVersion
        var warnings: [String] = []

        enum CodingKeys: String, CodingKey { case warnings }

        func encode(to encoder: any Encoder) throws {
            try version.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            if !warnings.isEmpty { try container.encode(warnings, forKey: .warnings) }
        }
    }

    private struct Rules: Encodable {
        let rules: [RuleVersion]
    }

    private struct Versions: Encodable {
        let versions: [RuleVersion]
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/rules",
                right: .read,
                Operation(
                    "listRules",
                    tag: "rules",
                    "The rules there are",
                    answer: .init(status: 200, detail: "Rules.", schema: Schemas.reference("RuleList"))
                ),
                list
            ),
            Route(
                .get,
                "/v1/rules/{id}",
                right: .read,
                Operation(
                    "getRule",
                    tag: "rules",
                    "Get a rule",
                    parameters: [.id(of: "rule")],
                    answer: .init(status: 200, detail: "The rule.", schema: Schemas.reference("RuleVersion")),
                    problems: [.notFound]
                ),
                get
            ),
            Route(
                .put,
                "/v1/rules/{id}",
                right: .write,
                Operation(
                    "putRule",
                    tag: "rules",
                    "Add or replace a rule",
                    detail: "In force from the next question on; what may not be meant is said in `warnings`.",
                    parameters: [.id(of: "rule")],
                    body: .json("The rule.", Schemas.reference("Rule")),
                    answer: .init(status: 200, detail: "The rule as kept.", schema: Schemas.reference("RuleVersion")),
                    problems: [.invalidRequest]
                ),
                put
            ),
            Route(
                .delete,
                "/v1/rules/{id}",
                right: .write,
                Operation(
                    "deleteRule",
                    tag: "rules",
                    "Remove a rule",
                    parameters: [.id(of: "rule")],
                    answer: .init(status: 204, detail: "It is in force no more."),
                    problems: [.notFound]
                ),
                remove
            ),
            Route(
                .get,
                "/v1/rules/{id}/versions",
                right: .read,
                Operation(
                    "listRuleVersions",
                    tag: "rules",
                    "The newest versions of a rule",
                    detail: "A version without a rule says that it was removed.",
                    parameters: [.id(of: "rule")],
                    answer: .init(status: 200, detail: "Newest first.", schema: Schemas.reference("RuleVersionList")),
                    problems: [.notFound]
                ),
                versions
            ),
            Route(
                .post,
                "/v1/rules/dry-run",
                right: .read,
                Operation(
                    "tryRule",
                    tag: "rules",
                    "What a rule would do to an answer",
                    detail: "As if it were switched on, now and for everybody. Nothing is kept.",
                    body: .json("A rule, and who asks for what.", Schemas.reference("DryRunRequest")),
                    answer: .init(status: 200, detail: "Both answers.", schema: Schemas.reference("DryRun")),
                    problems: [.invalidRequest]
                ),
                tryOut
            ),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(Rules(rules: engine.allRules))
    }

    @Sendable private func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard let rule = engine.rule(id) else { throw Problem.notFound("rule '\(id)'") }
        return try .encoded(rule)
    }

    @Sendable private func versions(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        let versions = engine.ruleVersions(id)
        guard !versions.isEmpty else { throw Problem.notFound("rule '\(id)'") }
        return try .encoded(Versions(versions: versions))
    }

    @Sendable private func put(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        return try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            var fields = try JSONFields(
                try JSONValue(bytes),
                identifiers: engine.configuration.ingest.identifiers
            )
            let rule = Rule(&fields, path: id)
            try fields.finish()
            let (version, warnings) = try await engine.put(rule)
            context.logger.notice("rule changed", metadata: ["rule": .string(id), "version": "\(version.version)"])
            return try .encoded(Kept(version: version, warnings: warnings))
        }
    }

    @Sendable private func remove(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard try await engine.removeRule(id) else { throw Problem.notFound("rule '\(id)'") }
        context.logger.notice("rule removed", metadata: ["rule": .string(id)])
        return Response(status: .noContent)
    }

    @Sendable private func tryOut(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let body = try DryRunRequest(
                JSONValue(bytes),
                maximumCount: engine.configuration.serving.maximumCount,
                identifiers: engine.configuration.ingest.identifiers
            )
            let trial = try await engine.tryOut(body.rule, body.question)
            var writer = JSONWriter(capacity: 256 + 64 * (trial.before.count + trial.after.count))
            writer.trial(trial, body.question.fields)
            return .json(writer)
        }
    }
}
