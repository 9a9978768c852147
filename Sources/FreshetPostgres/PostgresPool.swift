#if PostgreSQL
import Foundation
import FreshetCore
import Synchronization

/// Connections that read, each with a question at a time; what finds none free waits without a thread.
final class PostgresPool: Sendable {
    private typealias Work = @Sendable () -> Void

    private struct State {
        var idle: [PostgresConnection] = []
        var waiting: [Work] = []
        /// How many questions are at work.
        var busy = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "freshet.postgres.readers", attributes: .concurrent)
    private let limit: Int
    private let retries: Retries
    private let connect: @Sendable () throws -> PostgresConnection

    /// Creates an empty pool, which connects when it is asked.
    init(limit: Int, retries: Retries, connect: @escaping @Sendable () throws -> PostgresConnection) {
        (self.limit, self.retries, self.connect) = (limit, retries, connect)
    }

    /// Asks something, again where that helps.
    func read<Value: Sendable>(_ body: @escaping @Sendable (PostgresConnection) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit { continuation.resume(with: Result { try self.ask(body) }) }
        }
    }

    /// As ``read(_:)``, blocking the calling thread.
    func readNow<Value: Sendable>(_ body: @escaping @Sendable (PostgresConnection) throws -> Value) throws -> Value {
        let answer = Answer<Value>()
        submit {
            let result = Result { try self.ask(body) }
            answer.value.withLock { $0 = result }
            answer.isThere.signal()
        }
        answer.isThere.wait()
        guard let result = answer.value.withLock({ $0 }) else { preconditionFailure("signalled without an answer") }
        return try result.get()
    }

    /// Lets go of the connections; whatever is asked after that fails.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        withExtendedLifetime(idle) {}
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Result<Value, any Error>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    private func submit(_ work: @escaping Work) {
        let starts = state.withLock { state in
            guard state.busy < limit else {
                state.waiting.append(work)
                return false
            }
            state.busy += 1
            return true
        }
        if starts { queue.async { self.run(work) } }
    }

    /// Does one piece of work and then what waits.
    private func run(_ first: @escaping Work) {
        var next: Work? = first
        while let work = next {
            work()
            next = state.withLock { state in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.busy -= 1
                return nil
            }
        }
    }

    private func ask<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        try retries.run {
            let connection = try take()
            defer { give(connection) }
            return try body(connection)
        }
    }

    private func take() throws -> PostgresConnection {
        let known: PostgresConnection? = try state.withLock { state in
            guard !state.isClosed else { throw FreshetError.closed }
            return state.idle.popLast()
        }
        return try known ?? connect()
    }

    /// Takes a connection back, unless it is gone.
    private func give(_ connection: PostgresConnection) {
        guard connection.isConnected else { return }
        state.withLock { if !$0.isClosed { $0.idle.append(connection) } }
    }
}

/// How long and how often something is tried again that met another transaction, or a server that is away.
struct Retries: Sendable {
    /// How long to go on, in seconds.
    let seconds: Double

    /// Runs something until it succeeds or fails for good.
    /// - Throws: ``FreshetError``.
    func run<Value>(_ body: () throws -> Value) throws -> Value {
        let end = ContinuousClock.now + .seconds(seconds)
        var pause = 0.005
        while true {
            do {
                return try body()
            } catch let failure as PostgresFailure {
                guard failure.kind != .lasting, ContinuousClock.now < end else { throw FreshetError(failure) }
            }
            Thread.sleep(forTimeInterval: pause)
            pause = min(pause * 2, 0.5)
        }
    }
}
#endif
