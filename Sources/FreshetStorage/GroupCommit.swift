import FreshetCore
import Synchronization

/// What waits for the writing thread: everything that waits at one moment goes into one transaction.
///
/// While a transaction is being committed others gather, so the group grows with the load and nobody waits for more
/// than two commits.
final class GroupCommit: Sendable {
    /// Something to be written, and who waits for it.
    enum Request {
        /// Events, and when they arrived, in milliseconds since 1970.
        case events([Event], received: Int64, CheckedContinuation<AppendReceipt, any Error>)
        /// An impression.
        case impression(Impression, CheckedContinuation<Void, any Error>)

        /// How many rows it is worth.
        var weight: Int {
            switch self {
            case .events(let events, _, _): events.count
            case .impression: 1
            }
        }

        /// Tells the one who waits that nothing was written.
        func fail(_ error: FreshetError) {
            switch self {
            case .events(_, _, let continuation): continuation.resume(throwing: error)
            case .impression(_, let continuation): continuation.resume(throwing: error)
            }
        }
    }

    private struct State {
        var requests: [Request] = []
        /// Whether the writing thread has been asked to come.
        var isScheduled = false
    }

    private let state = Mutex(State())

    /// Adds a request; whether the caller must call the writing thread.
    func add(_ request: Request) -> Bool {
        state.withLock { state in
            state.requests.append(request)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
    }

    /// Takes the requests of the next transaction, in order, up to about `limit` rows but at least one.
    func take(limit: Int) -> [Request] {
        state.withLock { state in
            var (count, weight) = (0, 0)
            while count < state.requests.count && (count == 0 || weight < limit) {
                weight += state.requests[count].weight
                count += 1
            }
            defer { state.requests.removeFirst(count) }
            return Array(state.requests[..<count])
        }
    }

    /// Ends a turn of the writing thread; whether it must come again for those who gathered meanwhile.
    func endTurn() -> Bool {
        state.withLock { state in
            state.isScheduled = !state.requests.isEmpty
            return state.isScheduled
        }
    }
}
