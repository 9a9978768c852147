import FreshetCore
import FreshetEngine
import Hummingbird
import ServiceLifecycle

/// The state of the engine: asked for once, or followed; and the settings in force.
struct StatusController {
    let engine: Engine
    let broadcaster: StatusBroadcaster
    let configuration: ServerConfiguration
    let settings: [SettingInForce]

    private struct Settings: Encodable {
        let settings: [SettingInForce]
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
                    "The state of the engine, and what changes in it",
                    detail: """
                        Server-sent events: one `status`, which is a Status, then at most once a second a `patch`, which \
                        is a JSON Patch (RFC 6902) of the operations `add`, `remove` and `replace` to carry out on it. \
                        Nothing is sent while only the clock moves but a comment every 20 s. A slow client gets several \
                        changes as one; one that takes nothing for \(Int(configuration.timeouts.streamWrite)) s is let go.
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
                    "The settings in force, and where each comes from",
                    answer: .init(status: 200, detail: "The settings.", schema: Schemas.reference("Settings"))
                ),
                settingsInForce
            ),
        ]
    }

    @Sendable private func status(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(engine.status())
    }

    @Sendable private func settingsInForce(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(Settings(settings: settings))
    }

    @Sendable private func follow(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard let follower = broadcaster.subscribe() else {
            var problem = Problem(.unavailable, "Too many status subscribers.")
            problem.retryAfter = 10
            throw problem
        }
        let timeout = Duration.seconds(configuration.timeouts.streamWrite)
        let body = ResponseBody { writer in
            let client = StreamWriter(writer, timeout: timeout)
            var follower = follower
            for await _ in follower.wakes.cancelOnGracefulShutdown() { try await client.write(follower.next()) }
            try await writer.finish(nil)
        }
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        return Response(status: .ok, headers: headers, body: body)
    }
}
