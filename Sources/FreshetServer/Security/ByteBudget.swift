import Synchronization

/// How many bytes of request bodies are in memory, and how many may be.
final class ByteBudget: Sendable {
    private let maximum: Int
    private let used = Mutex(0)

    /// Creates a budget.
    init(_ maximum: Int) { self.maximum = maximum }

    /// Takes so many bytes; whether they were there.
    func take(_ count: Int) -> Bool {
        used.withLock { used in
            guard used + count <= maximum else { return false }
            used += count
            return true
        }
    }

    /// Gives bytes back.
    func giveBack(_ count: Int) { used.withLock { $0 -= count } }
}
