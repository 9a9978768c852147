import Synchronization

/// How much waits for the disk: bounded, so that a slow disk refuses instead of filling the memory.
final class IntakeQueue: Sendable {
    private struct State {
        var waiting = 0
        /// Events a second that the disk took lately, a moving average.
        var rate = 10_000.0
    }

    private let maximumWaiting: Int
    private let state = Mutex(State())

    init(maximumWaiting: Int) { self.maximumWaiting = maximumWaiting }

    /// How many events wait.
    var waiting: Int { state.withLock { $0.waiting } }

    /// Lets events wait, while `body` writes them; a delivery that finds nothing waiting is let in however long it is, since
    /// it would never find more room.
    /// - Throws: ``EngineBusy`` when too many wait already, and what `body` throws.
    func withPlace<Result>(for count: Int, _ body: () async throws -> Result) async throws -> Result {
        try state.withLock { state in
            guard state.waiting == 0 || state.waiting + count <= maximumWaiting else {
                throw EngineBusy(retryAfter: Int(min(60, Double(state.waiting) / max(1, state.rate)).rounded(.up)))
            }
            state.waiting += count
        }
        let start = ContinuousClock.now
        defer {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            state.withLock { state in
                // All that waits moves through in the time that one call takes.
                state.rate += 0.1 * (Double(state.waiting) / max(seconds, 1e-4) - state.rate)
                state.waiting -= count
            }
        }
        return try await body()
    }
}
