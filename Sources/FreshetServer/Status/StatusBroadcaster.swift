import FreshetCore
import FreshetEngine
import Hummingbird
import ServiceLifecycle
import Synchronization

/// Looks at the engine's status once a second and wakes the clients that follow it when anything but the clock has moved.
///
/// A status is encoded once, whoever follows, and not at all while nobody does.
final class StatusBroadcaster: Service {
    /// How often a client hears something while nothing changes, so that a dead connection shows.
    private static let heartbeat = Duration.seconds(20)

    private struct State {
        var next = 0
        var clients: [Int: AsyncStream<Void>.Continuation] = [:]
        /// What clients are to have by now; `nil` while nobody follows.
        var newest: StatusDocument?
        /// How many documents there have been.
        var documents = 0
    }

    private let engine: Engine
    private let maximum: Int
    private let count: PrometheusNumber
    private let state = Mutex(State())

    init(engine: Engine, maximum: Int, registry: PrometheusRegistry) {
        self.engine = engine
        self.maximum = maximum
        registry.describe("freshet_http_status_streams", "Clients that follow the status stream.")
        count = registry.gauge("freshet_http_status_streams", engine.tenant.labels)
    }

    /// A new client; `nil` when as many clients follow as may.
    func subscribe() -> StatusFollower? {
        state.withLock { state -> StatusFollower? in
            guard state.clients.count < maximum else { return nil }
            // One wake that waits is enough: what is sent then is the newest.
            let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let client = state.next
            state.next += 1
            state.clients[client] = continuation
            count.set(Double(state.clients.count))
            continuation.onTermination = { [weak self] _ in self?.remove(client) }
            continuation.yield()
            return StatusFollower(wakes, of: self)
        }
    }

    private func remove(_ client: Int) {
        state.withLock { state in
            state.clients[client] = nil
            count.set(Double(state.clients.count))
        }
    }

    /// Watches until shutdown.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await status in self.engine.statusUpdates().cancelOnGracefulShutdown() where self.isFollowed() {
                    if let newest = self.newest, newest.says(status) { continue }
                    _ = try self.document(of: status)
                    self.wake()
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.heartbeat)
                    self.wake()
                }
            }
            try await group.next()
            group.cancelAll()
        }
        state.withLock { Array($0.clients.values) }.forEach { $0.finish() }
    }

    /// What clients are to have by now.
    var newest: StatusDocument? { state.withLock { $0.newest } }

    /// The state at this moment, for a client that has nothing yet: with the clock as it is now.
    func freshDocument() throws -> StatusDocument { try document(of: engine.status()) }

    /// Makes a status the newest document.
    private func document(of status: EngineStatus) throws -> StatusDocument {
        let (number, previous) = state.withLock { state in
            state.documents += 1
            return (state.documents, state.newest)
        }
        // Outside the lock: encoding takes milliseconds.
        let document = try StatusDocument(status, number: number, after: previous)
        state.withLock { state in
            if state.newest.map({ $0.number < number }) ?? true { state.newest = document }
        }
        return document
    }

    /// Whether anybody follows; what nobody has any more is let go.
    private func isFollowed() -> Bool {
        state.withLock { state in
            if state.clients.isEmpty { state.newest = nil }
            return !state.clients.isEmpty
        }
    }

    private func wake() {
        // Outside the lock: a continuation that ends calls back into this object.
        for client in state.withLock({ Array($0.clients.values) }) { client.yield() }
    }
}
