import AsyncHTTPClient
import Foundation
import FreshetCore
import FreshetEngine
import FreshetStorage
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

@testable import FreshetServer

/// A server of several shops that listens on a free port of the loopback, over a data folder that may outlive it.
struct TenantStage: Sendable {
    let server: FreshetServer
    let tenants: Tenants
    let registry: PrometheusRegistry
    /// What the operator's key is.
    let root: String
    let port: Int

    /// An answer.
    struct Answer: Sendable {
        let status: Int
        let text: String

        /// The body as an object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:] }
    }

    /// A data folder that goes when `body` is done.
    static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/freshet-tenants-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// Runs a server over a data folder while `body` works with it; nothing learns unless `change` says so.
    static func run(
        in folder: String,
        engine change: @Sendable (inout EngineConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TenantStage) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let registry = PrometheusRegistry()
        var settings = EngineConfiguration(folder: folder)
        (settings.learning.isEnabled, settings.retraining.isEnabled) = (false, false)
        settings.language.encoder = "light"
        change(&settings)
        var configuration = ServerConfiguration()
        configuration.port = 0
        let store = try SQLiteStore.open(folder: folder, tenant: .default)
        let engine = try await Engine(configuration: settings, store: store, logger: logger)
        let keys = KeyRing(store: store)
        let root = try await keys.create(name: "root", rights: [.admin]).text
        let tenants = Tenants(
            data: folder,
            engine: settings,
            server: configuration,
            registry: registry,
            logger: logger
        ) { tenant in
            let store = try SQLiteStore.open(folder: tenant.folder(in: folder), tenant: tenant)
            return TenantStore(store) { try store.close() }
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try FreshetServer(
            engine: engine,
            keys: keys,
            configuration: configuration,
            tenants: tenants,
            registry: registry,
            logger: logger
        ) { port.yield($0) }
        await tenants.open()
        let group = ServiceGroup(services: [engine, tenants, server], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            guard let port = await ports.first(where: { _ in true }) else { return }
            let stage = TenantStage(server: server, tenants: tenants, registry: registry, root: root, port: port)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(stage))
            } catch let error {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
        try store.close()
    }

    /// Sends a request over the network.
    func send(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        key: String?,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let text = String(buffer: try await answer.body.collect(upTo: 4 << 20))
        return Answer(status: Int(answer.status.code), text: text)
    }

    /// Makes a tenant.
    /// - Returns: the text of its first key.
    func create(_ name: String, settings: String = "{}") async throws -> String {
        let made = try await send("POST", "/v1/tenants", #"{"name":"\#(name)","settings":\#(settings)}"#, key: root)
        guard made.status == 201, let text = made.json["text"] as? String else {
            throw FreshetError(.usage, "No tenant: \(made.status) \(made.text)")
        }
        return text
    }
}
