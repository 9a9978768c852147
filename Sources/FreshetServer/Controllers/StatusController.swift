import FreshetEngine
import Hummingbird
import ServiceLifecycle

/// The state of the engine: asked for once, or followed; and the settings in force.
struct StatusController {
    let engine: Engine
    let broadcaster: StatusBroadcaster
    let configuration: ServerConfiguration

    private struct Settings: Encodable {
        let engine: EngineConfiguration
        let server: ServerConfiguration
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/status",
                right: .read,
                Operation(
                    "getStatus",
                    tag: "status",
                    "The state of the engine",
                    answer: .init(status: 200, detail: "The state.", schema: Schemas.reference("Status"))
                ),
                status
            ),
            Route(
                .get,
                "/v1/status/stream",
                right: .read,
                Operation(
                    "followStatus",
                    tag: "status",
                    "The state of the engine, once a second",
                    detail: """
                        Server-sent events of the name `status`, each a Status. A client that is slow misses some; one \
                        that takes nothing for \(Int(configuration.timeouts.streamWrite)) s is let go.
                        """,
                    answer: .init(
                        status: 200,
                        detail: "A stream that does not end.",
                        type: "text/event-stream",
                        schema: ["type": "string"]
                    )
                ),
                follow
            ),
            Route(
                .get,
                "/v1/settings",
                right: .admin,
                Operation(
                    "getSettings",
                    tag: "status",
                    "The settings in force",
                    answer: .init(status: 200, detail: "The settings.", schema: Schemas.reference("Settings"))
                ),
                settings
            ),
        ]
    }

    @Sendable private func status(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(engine.status())
    }

    @Sendable private func settings(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(Settings(engine: engine.configuration, server: configuration))
    }

    @Sendable private func follow(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard let messages = broadcaster.subscribe() else {
            var problem = Problem(.unavailable, "As many clients follow the status as may.")
            problem.retryAfter = 10
            throw problem
        }
        let timeout = Duration.seconds(configuration.timeouts.streamWrite)
        let first = try ByteBuffer.status(engine.status())
        let body = ResponseBody { writer in
            let client = StreamWriter(writer, timeout: timeout)
            try await client.write(first)
            for await message in messages.cancelOnGracefulShutdown() { try await client.write(message) }
            try await writer.finish(nil)
        }
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        return Response(status: .ok, headers: headers, body: body)
    }
}
