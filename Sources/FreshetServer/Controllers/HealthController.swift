import FreshetCore
import FreshetEngine
import FreshetFeedback
import Hummingbird

/// Probes and metrics.
struct HealthController {
    let engine: Engine
    let registry: PrometheusRegistry
    /// The engines whose figures the page has too, for who may see all; `nil` where it is the page of one tenant among others.
    let others: (@Sendable () -> [Engine])?

    var routes: [Route] {
        [
            Route(
                .get,
                "/health/live",
                right: nil,
                Operation(
                    "isLive",
                    tag: "health",
                    "Whether the process answers",
                    answer: .init(status: 200, detail: "It does.", schema: Schemas.reference("Probe"))
                ),
                live
            ),
            Route(
                .get,
                "/health/ready",
                right: nil,
                Operation(
                    "isReady",
                    tag: "health",
                    "Whether it can answer requests",
                    answer: .init(status: 200, detail: "It can.", schema: Schemas.reference("Probe"))
                ),
                ready
            ),
            Route(
                .get,
                "/metrics",
                right: .read,
                Operation(
                    "metrics",
                    tag: "health",
                    "Figures for Prometheus",
                    answer: .init(
                        status: 200,
                        detail: "Figures.",
                        type: "text/plain",
                        schema: ["type": "string"]
                    )
                ),
                metrics
            ),
        ]
    }

    @Sendable private func live(_ request: Request, _ context: ServerContext) async throws -> Response {
        .json(["status": "live"])
    }

    @Sendable private func ready(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard engine.isReady else {
            var problem = Problem(.unavailable, "The engine is not ready.")
            problem.retryAfter = 1
            throw problem
        }
        return .json(["status": "ready", "live": .string(engine.status().live.description)])
    }

    @Sendable private func metrics(_ request: Request, _ context: ServerContext) async throws -> Response {
        // Of the moment, and of several engines under one heading each.
        let moment = PrometheusRegistry()
        for engine in [engine] + (others?() ?? []) { Self.add(engine, to: moment) }
        let text =
            others == nil
            ? registry.text(of: engine.tenant) + moment.text()
            : registry.text() + moment.text() + ProcessMetrics.text(folder: engine.configuration.folder)
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    private static func add(_ engine: Engine, to registry: PrometheusRegistry) {
        // One that was deleted at this moment, by whichever shop, has no figures, and keeps no other from having them.
        let running = engine.experiments.filter { $0.state == .running }
            .map { (served: $0, figures: try? engine.figures(ofExperiment: $0.id)) }
        StatusMetrics.add(engine.status(), engine.servingCounts, of: engine.tenant, to: registry)
        OutcomeMetrics.add(engine.feedback(by: [.scenario]), running, of: engine.tenant, to: registry)
    }
}
