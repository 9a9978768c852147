import FreshetEngine
import Hummingbird
import ServiceLifecycle
import Synchronization

/// Encodes the engine's status once a second, whoever follows it, and hands every client the same bytes.
///
/// Nothing is encoded while nobody follows. A client holds at most two messages: a slow one misses some.
final class StatusBroadcaster: Service {
    private struct State {
        var next = 0
        var clients: [Int: AsyncStream<ByteBuffer>.Continuation] = [:]
    }

    private let engine: Engine
    private let maximum: Int
    private let count: PrometheusNumber
    private let state = Mutex(State())

    init(engine: Engine, maximum: Int, registry: PrometheusRegistry) {
        self.engine = engine
        self.maximum = maximum
        registry.describe("freshet_http_status_streams", "Clients that follow the status stream.")
        count = registry.gauge("freshet_http_status_streams", [])
    }

    /// The messages from now on; `nil` when as many clients follow as may.
    func subscribe() -> AsyncStream<ByteBuffer>? {
        state.withLock { state -> AsyncStream<ByteBuffer>? in
            guard state.clients.count < maximum else { return nil }
            let (stream, continuation) = AsyncStream.makeStream(
                of: ByteBuffer.self,
                bufferingPolicy: .bufferingNewest(2)
            )
            let client = state.next
            state.next += 1
            state.clients[client] = continuation
            count.set(Double(state.clients.count))
            continuation.onTermination = { [weak self] _ in self?.remove(client) }
            return stream
        }
    }

    private func remove(_ client: Int) {
        state.withLock { state in
            state.clients[client] = nil
            count.set(Double(state.clients.count))
        }
    }

    /// Sends until shutdown; when the engine says nothing for a while, a heartbeat keeps connections open.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await status in self.engine.statusUpdates().cancelOnGracefulShutdown() {
                    guard self.hasClients else { continue }
                    self.send(try .status(status))
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(15))
                    self.send(ByteBuffer(string: ": heartbeat\n\n"))
                }
            }
            try await group.next()
            group.cancelAll()
        }
        state.withLock { Array($0.clients.values) }.forEach { $0.finish() }
    }

    private var hasClients: Bool { state.withLock { !$0.clients.isEmpty } }

    private func send(_ message: ByteBuffer) {
        // Outside the lock: a continuation that ends calls back into this object.
        for client in state.withLock({ Array($0.clients.values) }) { client.yield(message) }
    }
}

extension ByteBuffer {
    /// A status as a server-sent event.
    static func status(_ status: EngineStatus) throws -> ByteBuffer {
        var message = ByteBuffer(string: "event: status\ndata: ")
        var json = try ByteBuffer(encoding: status)
        message.writeBuffer(&json)
        message.writeString("\n\n")
        return message
    }
}
