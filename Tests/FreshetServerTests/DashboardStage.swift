import FreshetCore
import FreshetEngine
import FreshetServer
import FreshetStorage
import Logging
import ServiceLifecycle

/// A real server over a real engine on a free port, and a browser to look at it.
struct DashboardStage: Sendable {
    let engine: Engine
    let chromium: Chromium
    let address: String
    /// The key that the server wants, if any.
    let key: String?

    /// Runs `body` with a stage, and takes it down.
    static func run(
        withKey: Bool = false,
        configure: (inout EngineConfiguration) -> Void = { _ in },
        _ body: @Sendable @escaping (DashboardStage) async throws -> Void
    ) async throws {
        var logger = Logger(label: "dashboard.tests")
        logger.logLevel = .error
        let store = try SQLiteStore.temporary()
        var settings = EngineConfiguration(folder: store.folder)
        configure(&settings)
        let engine = try await Engine(
            configuration: settings,
            store: store,
            logger: logger
        )
        let keys = KeyRing(store: store)
        try await keys.load()
        let key = withKey ? try await keys.create(name: "tests", rights: [.admin]).text : nil
        var configuration = ServerConfiguration()
        configuration.port = 0
        let (ports, portFound) = AsyncStream.makeStream(of: Int.self)
        let server = try FreshetServer(engine: engine, keys: keys, configuration: configuration, logger: logger) {
            portFound.yield($0)
        }
        let services = ServiceGroup(services: [engine, server], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { portFound.finish() }
                try await services.run()
            }
            if let port = await ports.first(where: { _ in true }) {
                let chromium = try await Chromium(width: 1280, height: 900)
                defer { chromium.close() }
                let result: Result<Void, any Error>
                do {
                    let address = "http://127.0.0.1:\(port)"
                    let stage = DashboardStage(engine: engine, chromium: chromium, address: address, key: key)
                    result = .success(try await body(stage))
                } catch let error {
                    result = .failure(error)
                }
                // Ended before an error goes on: a server that is cancelled drops connections it has not looked at yet,
                // which ends the process.
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
                try result.get()
            }
            try await group.waitForAll()
        }
    }
}
