import Foundation
import FreshetCore
import FreshetEngine
import FreshetStorage
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore

@testable import FreshetServer

/// A server over a real engine and a store of its own, which goes with it.
struct TestServer: Sendable {
    let engine: Engine
    let keys: KeyRing
    let registry = PrometheusRegistry()
    let server: FreshetServer
    let log = LogRecorder()

    init(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        engine changeEngine: (inout EngineConfiguration) -> Void = { _ in },
        onServerRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        let store = try SQLiteStore.temporary()
        var settings = EngineConfiguration(folder: store.folder + "/engine")
        changeEngine(&settings)
        engine = try await Engine(configuration: settings, store: store)
        keys = KeyRing(store: store)
        var configuration = ServerConfiguration()
        configuration.port = 0
        change(&configuration)
        let log = log
        var logger = Logger(label: "test") { _ in log.handler }
        logger.logLevel = .trace
        server = try FreshetServer(
            engine: engine,
            keys: keys,
            configuration: configuration,
            registry: registry,
            logger: logger,
            onServerRunning: onServerRunning
        )
    }

    /// Sends requests straight to the router.
    func test(_ body: @Sendable (TestClient) async throws -> Void) async throws {
        try await server.application.test(.router) { try await body(TestClient(client: $0)) }
    }
}

/// Sends requests, with JSON as dictionaries.
struct TestClient: Sendable {
    let client: any TestClientProtocol

    /// An answer.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let body: ByteBuffer

        var text: String { String(buffer: body) }
        /// The body as an object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:] }
        /// The ids of its items.
        var items: [String] { (json["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String } }
    }

    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        _ body: String? = nil,
        type: String = "application/json",
        key: String? = nil,
        headers extra: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = extra
        if body != nil, !type.isEmpty { headers[.contentType] = type }
        if let key { headers[.authorization] = "Bearer \(key)" }
        let response = try await client.executeRequest(
            uri: uri,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        )
        return Answer(status: response.status.code, headers: response.headers, body: response.body)
    }
}
