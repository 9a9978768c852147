import FreshetCore
import FreshetEngine
import FreshetFeedback
import Hummingbird

/// Probes and metrics.
struct HealthController {
    let engine: Engine
    let registry: PrometheusRegistry

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
        let running = try engine.experiments.filter { $0.state == .running }
            .map { (served: $0, figures: try engine.figures(ofExperiment: $0.id)) }
        let text =
            registry.text() + StatusMetrics.text(of: engine.status(), engine.servingCounts, engine.tenant)
            + OutcomeMetrics.text(of: engine.feedback(by: [.scenario]), running, engine.tenant)
            + ProcessMetrics.text(folder: engine.configuration.folder)
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
