import AsyncHTTPClient
import Foundation
import FreshetCore
import NIOCore
import NIOHTTP1

/// Talks to a running engine over its HTTP interface.
struct APIClient: Sendable {
    /// An answer.
    struct Reply: Sendable {
        let status: Int
        /// Seconds that the server asks to wait.
        let retryAfter: Double?
        let body: ByteBuffer

        /// The body as text.
        var text: String { String(buffer: body) }

        /// The body as a value.
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            do {
                return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
            } catch let error as DecodingError {
                throw FreshetError(.external, "The server's answer cannot be understood: \(error).")
            }
        }
    }

    private static let mostBytes = 64 << 20

    let server: String
    private let client: HTTPClient
    private let key: String?
    private let timeout: TimeAmount

    /// Runs `body` with a client and closes its connections afterwards.
    static func with<Result: Sendable>(
        server: String,
        key: String?,
        connections: Int = 8,
        timeout: TimeAmount = .seconds(30),
        _ body: @Sendable (APIClient) async throws -> Result
    ) async throws -> Result {
        var settings = HTTPClient.Configuration()
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        settings.connectionPool.retryConnectionEstablishment = false
        settings.timeout.connect = .seconds(5)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(APIClient(server: server, client: client, key: key, timeout: timeout)))
        } catch let error {
            outcome = .failure(error)
        }
        try await client.shutdown()
        return try outcome.get()
    }

    private init(server: String, client: HTTPClient, key: String?, timeout: TimeAmount) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.client = client
        self.key = key
        self.timeout = timeout
    }

    /// Sends one request and takes whatever comes back.
    /// - Throws: when there is no answer at all.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        body: ByteBuffer? = nil,
        type: String = "application/json"
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: server + path)
        request.method = method
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(body)
        }
        let response = try await client.execute(request, timeout: timeout)
        return Reply(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "Retry-After").flatMap(Double.init),
            body: try await response.body.collect(upTo: Self.mostBytes)
        )
    }

    /// Sends a request until it is answered with a success.
    ///
    /// "Not now" (429, 5xx) and a server that cannot be reached are tried again, as the policy says.
    /// - Parameters:
    ///   - method: the method.
    ///   - path: the path with its query.
    ///   - body: the body.
    ///   - type: the body's media type.
    ///   - expected: refusals that are answers to the caller.
    ///   - policy: how long to wait.
    ///   - isCancelled: asked before every attempt.
    ///   - onRetry: told of every wait.
    /// - Returns: the answer, whose status is below 400 or expected.
    /// - Throws: ``FreshetError`` with the server's own words when it refuses, or when the patience is over.
    func deliver(
        _ method: HTTPMethod,
        _ path: String,
        body: ByteBuffer? = nil,
        type: String = "application/json",
        expecting expected: Set<Int> = [],
        policy: RetryPolicy = RetryPolicy(),
        isCancelled: @Sendable () -> Bool = { Interruption.isRequested },
        onRetry: @Sendable (_ reason: String, _ seconds: Double) -> Void = { _, _ in }
    ) async throws -> Reply {
        let began = ProgressReporter.now()
        var attempt = 0
        while true {
            attempt += 1
            let reason: String
            var retryAfter: Double?
            do {
                let reply = try await send(method, path, body: body, type: type)
                if reply.status < 400 || expected.contains(reply.status) { return reply }
                guard RetryPolicy.isRetryable(reply.status) else { throw Self.refusal(reply, path: path) }
                retryAfter = reply.retryAfter
                reason = "\(reply.status) \(Problem(reply)?.title ?? "")"
            } catch let error as FreshetError {
                throw error
            } catch let error {
                reason = "\(error)"
            }
            guard !isCancelled() else { throw FreshetError(.cancelled, "Stopped.") }
            let elapsed = ProgressReporter.now() - began
            guard let wait = policy.wait(after: attempt, elapsed: elapsed, retryAfter: retryAfter) else {
                throw FreshetError(
                    .external,
                    "\(server) does not answer \(path): \(reason), \(attempt) times in \(Words.duration(elapsed)).",
                    remedy: "Start it with: freshet serve"
                )
            }
            onRetry(reason, wait)
            try await Task.sleep(for: .seconds(wait))
        }
    }

    /// The error for an answer that refuses, in the server's own words.
    static func refusal(_ reply: Reply, path: String) -> FreshetError {
        let problem = Problem(reply)
        let words = problem.map { [$0.title, $0.detail].compactMap(\.self).joined(separator: ": ") } ?? reply.text
        let remedy: String? =
            switch reply.status {
            case 401: "Give the key with --key or FRESHET_KEY; freshet keys create makes one."
            case 403: "The key has not the right for this; freshet keys create --rights makes one that has."
            default: nil
            }
        return FreshetError(.external, "The server refused \(path) with \(reply.status): \(words)", remedy: remedy)
    }
}

/// A problem document (RFC 9457), as far as people read it.
struct Problem: Decodable {
    let title: String?
    let detail: String?

    init?(_ reply: APIClient.Reply) {
        guard let problem = try? JSONDecoder().decode(Problem.self, from: Data(reply.body.readableBytesView)) else {
            return nil
        }
        self = problem
    }
}
