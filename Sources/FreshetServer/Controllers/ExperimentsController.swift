import FreshetCore
import FreshetEngine
import Hummingbird
import Logging

/// Starts, shows and ends experiments.
struct ExperimentsController {
    let engine: Engine
    let bodies: BodyReader

    private struct List: Encodable {
        let experiments: [ExperimentDocument]
    }

    private static let variant = Operation.Parameter.text(
        "variant",
        "The variant to decide for; what the verdict names, else the first, where left out."
    )

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/experiments",
                right: .read,
                Operation(
                    "listExperiments",
                    tag: "experiments",
                    "The experiments there are, newest first",
                    answer: .init(status: 200, detail: "Experiments.", schema: Schemas.reference("ExperimentList"))
                ),
                list
            ),
            Route(
                .post,
                "/v1/experiments",
                right: .admin,
                Operation(
                    "startExperiment",
                    tag: "experiments",
                    "Start an experiment",
                    detail: "From the next request on its users are answered by their variants, also after a restart.",
                    body: .json("What is compared, on whom, and by what.", Schemas.reference("ExperimentRequest")),
                    answer: .init(status: 201, detail: "It runs.", schema: Schemas.reference("Experiment")),
                    problems: [.invalidRequest, .conflict]
                ),
                start
            ),
            Route(
                .get,
                "/v1/experiments/{id}",
                right: .read,
                Operation(
                    "getExperiment",
                    tag: "experiments",
                    "An experiment and what it has shown",
                    detail: "Look as often as you like: intervals, p-values and verdict hold at every look.",
                    parameters: [.id(of: "experiment")],
                    answer: .init(status: 200, detail: "The experiment.", schema: Schemas.reference("Experiment")),
                    problems: [.notFound]
                ),
                show
            ),
            Route(
                .patch,
                "/v1/experiments/{id}",
                right: .admin,
                Operation(
                    "changeExperiment",
                    tag: "experiments",
                    "Change the weights or the coverage of an experiment that runs",
                    detail: """
                        From the next request on users come in or drop out; nobody goes from one variant to another. Weights that \
                        are not named stay, and all add up to 1.
                        """,
                    parameters: [.id(of: "experiment")],
                    body: .init(
                        detail: "What changes.",
                        schemas: ["application/merge-patch+json", "application/json"].map {
                            ($0, Schemas.reference("ExperimentChange"))
                        }
                    ),
                    answer: .init(status: 200, detail: "It goes on.", schema: Schemas.reference("Experiment")),
                    problems: [.invalidRequest, .notFound, .conflict]
                ),
                change
            ),
            Route(
                .delete,
                "/v1/experiments/{id}",
                right: .admin,
                Operation(
                    "deleteExperiment",
                    tag: "experiments",
                    "Forget an experiment that has ended",
                    detail: "Settings that it was shipped with end with it.",
                    parameters: [.id(of: "experiment")],
                    answer: .init(status: 204, detail: "It is gone."),
                    problems: [.notFound, .conflict]
                ),
                delete
            ),
            ending(
                "stop",
                "stopExperiment",
                "End an experiment without a decision",
                "Everybody is answered as before it.",
                takesVariant: false,
                stop
            ),
            ending(
                "conclude",
                "concludeExperiment",
                "End an experiment and decide for a variant",
                "What is known at this moment is kept as the evidence.",
                takesVariant: true,
                conclude
            ),
            ending(
                "ship",
                "shipExperiment",
                "Let everybody be answered by a variant",
                "Its version goes live; its settings are everybody's until the experiment is deleted.",
                takesVariant: true,
                ship
            ),
        ]
    }

    private func ending(
        _ name: String,
        _ id: String,
        _ summary: String,
        _ detail: String,
        takesVariant: Bool,
        _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            .post,
            "/v1/experiments/{id}/" + name,
            right: .admin,
            Operation(
                id,
                tag: "experiments",
                summary,
                detail: detail,
                parameters: [.id(of: "experiment")] + (takesVariant ? [Self.variant] : []),
                answer: .init(status: 200, detail: "It has ended.", schema: Schemas.reference("Experiment")),
                problems: [.notFound, .conflict]
            ),
            handler
        )
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(List(experiments: engine.experiments.map { try document($0, isWhole: false) }))
    }

    @Sendable private func start(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let served = try await engine.start(ExperimentDraft(JSONValue(bytes)))
            note("started", served.id, context)
            return try .encoded(document(served), status: .created)
        }
    }

    @Sendable private func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(document(engine.experiment(context.identifier())))
    }

    @Sendable private func change(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        return try await bodies.read(request, context, as: BodyReader.patch) { bytes, _ in
            let change = try ExperimentChange(JSONValue(bytes))
            let served = try await engine.changeExperiment(id, weights: change.weights, coverage: change.coverage)
            note("changed", id, context)
            return try .encoded(document(served))
        }
    }

    @Sendable private func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        try await engine.removeExperiment(id)
        note("deleted", id, context)
        return Response(status: .noContent)
    }

    @Sendable private func stop(_ request: Request, _ context: ServerContext) async throws -> Response {
        let served = try await engine.stopExperiment(context.identifier())
        note("stopped", served.id, context)
        return try .encoded(document(served))
    }

    @Sendable private func conclude(_ request: Request, _ context: ServerContext) async throws -> Response {
        let served = try await engine.concludeExperiment(context.identifier(), winner: Self.winner(request))
        note("concluded", served.id, context)
        return try .encoded(document(served))
    }

    @Sendable private func ship(_ request: Request, _ context: ServerContext) async throws -> Response {
        let served = try await engine.shipExperiment(context.identifier(), winner: Self.winner(request))
        note("shipped", served.id, context)
        return try .encoded(document(served))
    }

    private static func winner(_ request: Request) throws(Problem) -> String? {
        var query = QueryFields(request, known: ["variant"])
        let winner = query.string("variant")
        try query.finish()
        return winner
    }

    private func document(_ served: ServedExperiment, isWhole: Bool = true) throws -> ExperimentDocument {
        ExperimentDocument(served, figures: try engine.figures(ofExperiment: served.id), isWhole: isWhole)
    }

    private func note(_ what: String, _ id: String, _ context: ServerContext) {
        context.logger.notice(
            "experiment \(what) by hand",
            metadata: ["experiment": .string(id), "key": .string(context.key?.id ?? "none")]
        )
    }
}
