import FreshetEngine
import Logging
import ServiceLifecycle

@testable import FreshetServer

/// A server that listens on a free port of the loopback, with its engine, until the test is done.
enum LiveServer {
    /// Runs `body` with the port.
    static func run(
        _ change: @Sendable (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (_ port: Int, _ test: TestServer, _ group: ServiceGroup) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let test = try await TestServer(change, onServerRunning: { port.yield($0) })
        let group = ServiceGroup(services: [test.engine, test.server], logger: .init(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            guard let port = await ports.first(where: { _ in true }) else { return }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(port, test, group))
            } catch let error {
                result = .failure(error)
            }
            // Ended before an error goes on, as on ``DashboardStage``.
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }
}
