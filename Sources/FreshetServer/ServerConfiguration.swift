import FreshetCore

/// How the HTTP server listens and what it lets in; every setting has a default that is safe on a developer's machine.
public struct ServerConfiguration: Sendable, Equatable, Codable {
    /// The address to listen on; the machine itself only, unless told otherwise.
    ///
    /// Any other address needs a key first: without one the server refuses to start.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    public var port = 8090
    /// The origins whose pages may call the server from a browser, such as `https://shop.example`; `*` for all.
    public var allowedOrigins: [String] = []
    /// The host names that requests may name in `Host` where no key is needed; loopback names always may.
    public var allowedHosts: [String] = []
    /// What one request, and all requests together, may bring.
    public var limits = Limits()
    /// How long connections may take; in seconds.
    public var timeouts = Timeouts()
    /// How many requests each key may make.
    public var rateLimit = RateLimit()
    /// Whether each request is written to the log.
    public var logsRequests = false
    /// Whether the server of the default tenant serves the others in its data folder too, and makes new ones.
    public var servesTenants = true

    /// Creates the defaults.
    public init() {}

    /// What one request, and all requests together, may bring.
    public struct Limits: Sendable, Equatable, Codable {
        /// The longest body, in bytes.
        public var bodyBytes = 16 << 20
        /// The longest bodies of all requests at a time together, in bytes.
        public var bodyBytesInFlight = 256 << 20
        /// The events of one delivery.
        public var events = 10_000
        /// The items or users of one delivery.
        public var entries = 1000
        /// The headers of a request, in bytes.
        public var headerBytes = 16 << 10
        /// The headers of a request.
        public var headers = 64
        /// The connections at a time; more wait to be accepted.
        public var connections = 1024
        /// The clients that follow the status stream at a time.
        public var statusStreams = 64
        /// Creates the defaults.
        public init() {}
    }

    /// How long connections may take; in seconds.
    public struct Timeouts: Sendable, Equatable, Codable {
        /// Without a request, or with one that does not go on arriving.
        public var idle = 30.0
        /// For a whole request to arrive.
        public var request = 60.0
        /// For a client of the status stream to take what was sent.
        public var streamWrite = 10.0
        /// Creates the defaults.
        public init() {}
    }

    /// How many requests each key may make: a token bucket.
    public struct RateLimit: Sendable, Equatable, Codable {
        /// Requests a second in the long run.
        public var requestsPerSecond = 0.0
        /// Requests at once.
        public var burst = 1000.0
        /// Creates the defaults.
        public init() {}
    }

    /// Whether the server can be reached from this machine only.
    public var isLoopback: Bool { HostName.isLoopback(host) }

    /// Checks each value, and those that must fit each other.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and what it may be.
    public func validate() throws {
        guard !host.isEmpty else { throw FreshetError(.usage, "The server's host has no name.") }
        try checkSettings(of: "server")
        try SettingRange.check(
            "server.limits.body_bytes",
            limits.bodyBytes,
            isAtMost: "server.limits.body_bytes_in_flight",
            limits.bodyBytesInFlight
        )
    }
}

extension ServerConfiguration: Configurable {
    package static var settings: [Setting<Self>] {
        let own: [Setting<Self>] = [
            .text("host", \.host, "The address to listen on; one that others can reach needs a key first."),
            .whole("port", \.port, 0...65_535, "The port; 0 takes a free one."),
            .texts("allowed_origins", \.allowedOrigins, "Origins whose pages may call the server; * for all."),
            .texts("allowed_hosts", \.allowedHosts, "Further names in Host that are let in without keys."),
            .flag("logs_requests", \.logsRequests, "Whether each request is written to the log."),
            .flag("serves_tenants", \.servesTenants, "Whether the default tenant's server has those in tenants/ too."),
        ]
        return own + part("limits", \.limits) + part("timeouts", \.timeouts) + part("rate_limit", \.rateLimit)
    }
}

extension ServerConfiguration.Limits: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .whole("body_bytes", \.bodyBytes, 1024...(1 << 30), "The longest body."),
            .whole(
                "body_bytes_in_flight",
                \.bodyBytesInFlight,
                1024...(1 << 40),
                "The longest bodies of all requests at a time together."
            ),
            .whole("events", \.events, 1...1_000_000, "The events of one delivery."),
            .whole("entries", \.entries, 1...100_000, "The items or users of one delivery."),
            .whole("header_bytes", \.headerBytes, 1024...(1 << 20), "The headers in bytes."),
            .whole("headers", \.headers, 8...10_000, "The headers of a request."),
            .whole("connections", \.connections, 1...1_000_000, "Connections at a time."),
            .whole(
                "status_streams",
                \.statusStreams,
                0...10_000,
                "Clients that follow the status stream at a time."
            ),
        ]
    }
}

extension ServerConfiguration.Timeouts: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .number("idle", \.idle, 0.1...86_400, "Seconds without anything arriving."),
            .number("request", \.request, 0.1...86_400, "Seconds for a whole request."),
            .number(
                "stream_write",
                \.streamWrite,
                0.1...86_400,
                "Seconds for a client of the status stream to take what was sent."
            ),
        ]
    }
}

extension ServerConfiguration.RateLimit: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .number(
                "requests_per_second",
                \.requestsPerSecond,
                0...1e9,
                "Requests a second of one key in the long run; 0 for no limit."
            ),
            .number("burst", \.burst, 1...1e9, "Requests of one key at once."),
        ]
    }
}
