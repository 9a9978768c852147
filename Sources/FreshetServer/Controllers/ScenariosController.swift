import Foundation
import FreshetCore
import FreshetEngine
import FreshetRecommendation
import Hummingbird
import Logging

/// Segments of users that rules are bound to, and policies of scenarios, both changed while the server runs.
struct ScenariosController {
    let engine: Engine
    let bodies: BodyReader

    private struct Segments: Encodable {
        let segments: [UserSegment]
    }

    private struct Scenario: Encodable {
        let id: String
        let changed: Bool
        let policies: PolicyConfiguration
    }

    private struct Scenarios: Encodable {
        let scenarios: [Scenario]
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/segments",
                right: .read,
                Operation(
                    "listSegments",
                    tag: "rules",
                    "The segments there are",
                    answer: .init(status: 200, detail: "Segments.", schema: Schemas.reference("SegmentList"))
                ),
                listSegments
            ),
            Route(
                .put,
                "/v1/segments/{id}",
                right: .write,
                Operation(
                    "putSegment",
                    tag: "rules",
                    "Add or replace a segment",
                    detail: "A condition on the user's attributes; `user.events` is how many events are remembered.",
                    parameters: [.id(of: "segment")],
                    body: .json("The condition.", Schemas.reference("SegmentFields")),
                    answer: .init(status: 200, detail: "The segment.", schema: Schemas.reference("Segment")),
                    problems: [.invalidRequest]
                ),
                putSegment
            ),
            Route(
                .delete,
                "/v1/segments/{id}",
                right: .write,
                Operation(
                    "deleteSegment",
                    tag: "rules",
                    "Remove a segment that no rule names",
                    parameters: [.id(of: "segment")],
                    answer: .init(status: 204, detail: "It is gone."),
                    problems: [.notFound, .conflict]
                ),
                removeSegment
            ),
            Route(
                .get,
                "/v1/scenarios",
                right: .read,
                Operation(
                    "listScenarios",
                    tag: "rules",
                    "The scenarios with policies of their own",
                    answer: .init(status: 200, detail: "Scenarios.", schema: Schemas.reference("ScenarioList"))
                ),
                listScenarios
            ),
            Route(
                .put,
                "/v1/scenarios/{id}",
                right: .write,
                Operation(
                    "putScenario",
                    tag: "rules",
                    "Give a scenario policies of its own",
                    detail:
                        "In the place of the configuration's, from the next question on. What is left out has its default.",
                    parameters: [.id(of: "scenario")],
                    body: .json("The policies.", Schemas.reference("Policies")),
                    answer: .init(status: 200, detail: "The scenario.", schema: Schemas.reference("Scenario")),
                    problems: [.invalidRequest]
                ),
                putScenario
            ),
            Route(
                .delete,
                "/v1/scenarios/{id}",
                right: .write,
                Operation(
                    "resetScenario",
                    tag: "rules",
                    "Give a scenario the configuration's policies again",
                    parameters: [.id(of: "scenario")],
                    answer: .init(status: 204, detail: "It has them."),
                    problems: [.notFound]
                ),
                resetScenario
            ),
        ]
    }

    // MARK: Segments

    @Sendable private func listSegments(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(Segments(segments: engine.segments))
    }

    @Sendable private func putSegment(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        return try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            var fields = try JSONFields(try JSONValue(bytes))
            if let own = fields.string("id"), own != id { fields.fault("id", "is not the id in the path, '\(id)'") }
            let filter = fields.expression("filter")
            if fields.value("filter") == nil { fields.fault("filter", "is missing") }
            try fields.finish()
            guard let filter else { throw Problem(.invalidRequest, "The filter is missing.") }
            let segment = UserSegment(id: id, filter: filter)
            try await engine.put(segment)
            context.logger.notice("segment changed", metadata: ["segment": .string(id)])
            return try .encoded(segment)
        }
    }

    @Sendable private func removeSegment(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard try await engine.removeSegment(id) else { throw Problem.notFound("segment '\(id)'") }
        return Response(status: .noContent)
    }

    // MARK: Scenarios

    @Sendable private func listScenarios(_ request: Request, _ context: ServerContext) async throws -> Response {
        let scenarios = engine.scenarios.sorted { $0.key < $1.key }.map { id, scenario in
            Scenario(id: id, changed: scenario.isChanged, policies: scenario.policies)
        }
        return try .encoded(Scenarios(scenarios: scenarios))
    }

    @Sendable private func putScenario(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        return try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let policies = try Self.policies(bytes)
            try await engine.setScenario(id, to: policies)
            context.logger.notice("scenario changed", metadata: ["scenario": .string(id)])
            return try .encoded(Scenario(id: id, changed: true, policies: policies))
        }
    }

    @Sendable private func resetScenario(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard engine.scenarios[id]?.isChanged == true else { throw Problem.notFound("changed scenario '\(id)'") }
        try await engine.setScenario(id, to: nil)
        return Response(status: .noContent)
    }

    /// The names are checked here, the values as those of the configuration are.
    private static func policies(_ bytes: ByteBuffer) throws -> PolicyConfiguration {
        var fields = try JSONFields(try JSONValue(bytes))
        for name in Schemas.policies.map(\.0) { _ = fields.value(name) }
        try fields.finish()
        do {
            return try JSONDecoder().decode(PolicyConfiguration.self, from: Data(bytes.readableBytesView))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context)
        {
            let pointer = context.codingPath.map { "/" + $0.stringValue }.joined()
            throw Problem.invalid([.init(pointer: pointer, detail: context.debugDescription)])
        }
    }
}
