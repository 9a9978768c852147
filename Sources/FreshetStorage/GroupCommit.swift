import FreshetCore
import Synchronization

/// What waits for the writing thread: everything that waits at one moment goes into one transaction.
///
/// While a transaction is being committed others gather, so the group grows with the load and nobody waits for more
/// than two commits.
package final class GroupCommit: Sendable {
    /// Events to be written, and who waits for it.
    package struct Request {
        /// What is to be written.
        package let events: [Event]
        /// How far sources were read with them.
        package let steps: [SourceStep]
        /// When they arrived, in milliseconds since 1970.
        package let received: Int64
        /// Who waits.
        package let continuation: CheckedContinuation<AppendReceipt, any Error>

        /// Creates a request.
        package init(
            events: [Event],
            steps: [SourceStep] = [],
            received: Int64,
            continuation: CheckedContinuation<AppendReceipt, any Error>
        ) {
            (self.events, self.steps, self.received, self.continuation) = (events, steps, received, continuation)
        }
    }

    private struct State {
        var requests: [Request] = []
        /// Whether the writing thread has been asked to come.
        var isScheduled = false
    }

    private let state = Mutex(State())

    /// Creates an empty line.
    package init() {}

    /// Adds a request; whether the caller must call the writing thread.
    package func add(_ request: Request) -> Bool {
        state.withLock { state in
            state.requests.append(request)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
    }

    /// Takes the requests of the next transaction, in order, up to about `limit` rows but at least one.
    package func take(limit: Int) -> [Request] {
        state.withLock { state in
            var (count, weight) = (0, 0)
            while count < state.requests.count && (count == 0 || weight < limit) {
                weight += state.requests[count].events.count
                count += 1
            }
            defer { state.requests.removeFirst(count) }
            return Array(state.requests[..<count])
        }
    }

    /// Ends a turn of the writing thread; whether it must come again for those who gathered meanwhile.
    package func endTurn() -> Bool {
        state.withLock { state in
            state.isScheduled = !state.requests.isEmpty
            return state.isScheduled
        }
    }
}
