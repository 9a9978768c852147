import Synchronization

/// How many bytes of request bodies are in memory, and how many may be; a part of a larger budget where several share one.
final class ByteBudget: Sendable {
    private let maximum: Int
    private let whole: ByteBudget?
    private let used = Mutex(0)

    /// Creates a budget, whose bytes come out of `whole` if there is one.
    init(_ maximum: Int, of whole: ByteBudget? = nil) {
        self.maximum = maximum
        self.whole = whole
    }

    /// Takes a number of bytes; returns whether they were available.
    func take(_ count: Int) -> Bool {
        let isTaken = used.withLock { used in
            guard used + count <= maximum else { return false }
            used += count
            return true
        }
        guard isTaken, let whole, !whole.take(count) else { return isTaken }
        used.withLock { $0 -= count }
        return false
    }

    /// Gives bytes back.
    func giveBack(_ count: Int) {
        used.withLock { $0 -= count }
        whole?.giveBack(count)
    }
}
