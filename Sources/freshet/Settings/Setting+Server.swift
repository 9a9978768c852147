import FreshetServer
import FreshetStorage

extension Setting where Root == ServeSettings {
    /// How the server listens.
    static var server: [Setting] {
        [
            .text(
                "server.host",
                \.server.host,
                "The address to listen on; one that others can reach needs a key first."
            ),
            .whole("server.port", \.server.port, 0...65_535, "The port; 0 takes a free one."),
            .texts(
                "server.allowed_origins",
                \.server.allowedOrigins,
                "Origins whose pages may call the server; * for all."
            ),
            .texts(
                "server.allowed_hosts",
                \.server.allowedHosts,
                "Further names in Host that are let in without keys."
            ),
            .flag("server.logs_requests", \.server.logsRequests, "Whether each request is written to the log."),
            .whole("server.limits.body_bytes", \.server.limits.bodyBytes, 1024...(1 << 30), "The longest body."),
            .whole(
                "server.limits.body_bytes_in_flight",
                \.server.limits.bodyBytesInFlight,
                1024...(1 << 40),
                "The longest bodies of all requests at a time together."
            ),
            .whole("server.limits.events", \.server.limits.events, 1...1_000_000, "The events of one delivery."),
            .whole(
                "server.limits.entries",
                \.server.limits.entries,
                1...100_000,
                "The items or users of one delivery."
            ),
            .whole(
                "server.limits.header_bytes",
                \.server.limits.headerBytes,
                1024...(1 << 20),
                "The headers in bytes."
            ),
            .whole("server.limits.headers", \.server.limits.headers, 8...10_000, "The headers of a request."),
            .whole("server.limits.connections", \.server.limits.connections, 1...1_000_000, "Connections at a time."),
            .whole(
                "server.limits.status_streams",
                \.server.limits.statusStreams,
                0...10_000,
                "Clients that follow the status stream at a time."
            ),
            .number("server.timeouts.idle", \.server.timeouts.idle, 0.1...86_400, "Seconds without anything arriving."),
            .number("server.timeouts.request", \.server.timeouts.request, 0.1...86_400, "Seconds for a whole request."),
            .number(
                "server.timeouts.stream_write",
                \.server.timeouts.streamWrite,
                0.1...86_400,
                "Seconds for a client of the status stream to take what was sent."
            ),
            .number(
                "server.rate_limit.requests_per_second",
                \.server.rateLimit.requestsPerSecond,
                0...1e9,
                "Requests a second of one key in the long run; 0 for no limit."
            ),
            .number("server.rate_limit.burst", \.server.rateLimit.burst, 1...1e9, "Requests of one key at once."),
        ]
    }

    /// How events are kept.
    static var storage: [Setting] {
        [
            .choice(
                "storage.synchronous",
                \.storage.synchronous,
                "What an acknowledged event survives: os (any end of the process) or disk (a power failure too)."
            ),
            .whole(
                "storage.maximum_group",
                \.storage.maximumGroup,
                1...1_000_000,
                "Events of one transaction at most."
            ),
            .whole("storage.maximum_readers", \.storage.maximumReaders, 1...256, "Threads that read at the same time."),
            .whole(
                "storage.checkpoint_pages",
                \.storage.checkpointPages,
                1...1_000_000,
                "Pages of 4 KiB that gather in the write-ahead log before they are moved into the database."
            ),
            .whole(
                "storage.maximum_log_pages",
                \.storage.maximumLogPages,
                1...100_000_000,
                "Pages of the write-ahead log with which it starts again, though commits wait for a slow disk then."
            ),
            .number(
                "storage.busy_seconds",
                \.storage.busySeconds,
                0...3600,
                "Seconds to wait for another program that has locked the database."
            ),
            .whole(
                "storage.maximum_pages",
                \.storage.pages,
                0...4_294_967_294,
                "Pages of 4 KiB that the database may have; 0 for no limit but the disk."
            ),
        ]
    }
}

extension SQLiteStore.Configuration {
    /// ``maximumPages`` with 0 for none.
    fileprivate var pages: Int {
        get { maximumPages ?? 0 }
        set { maximumPages = newValue == 0 ? nil : newValue }
    }
}
