import Dispatch
import Foundation
import Synchronization

/// Turns of threads, which wait here until theirs comes.
final class TurnGate: Sendable {
    private struct State {
        var turns: FairTurns<Int>
        var waiting: [Int: DispatchSemaphore] = [:]
    }

    private let state: Mutex<State>
    /// What the calling thread has used of the processor, in seconds.
    private let meter: @Sendable () -> Double

    init(places: Int, meter: @escaping @Sendable () -> Double = TurnGate.processorSeconds) {
        state = Mutex(State(turns: FairTurns(places: places)))
        self.meter = meter
    }

    func add(_ member: Int, weight: Double) { state.withLock { $0.turns.add(member, weight: weight) } }

    func remove(_ member: Int) { state.withLock { $0.turns.remove(member) } }

    /// Whether a member waits for its turn.
    func isWaiting(_ member: Int) -> Bool { state.withLock { $0.waiting[member] != nil } }

    /// Waits for the member's turn and does what it is for; a member asks from one thread at a time.
    /// - Returns: what `body` returns; `nil` when `isCancelled` said so before the turn came, which is asked twice a second.
    @discardableResult
    func take<Result>(_ member: Int, until isCancelled: () -> Bool, _ body: () throws -> Result) rethrows -> Result? {
        let turn = DispatchSemaphore(value: 0)
        state.withLock { state in
            state.turns.ask(member)
            state.waiting[member] = turn
            Self.admit(&state)
        }
        while turn.wait(timeout: .now() + .milliseconds(500)) == .timedOut {
            guard isCancelled() else { continue }
            let isWithdrawn = state.withLock { state in
                // It may have come at this very moment.
                guard state.waiting.removeValue(forKey: member) != nil else { return false }
                state.turns.withdraw(member)
                return true
            }
            if isWithdrawn { return nil }
        }
        let before = meter()
        defer {
            let cost = meter() - before
            state.withLock { state in
                state.turns.finish(member, cost: cost)
                Self.admit(&state)
            }
        }
        return try body()
    }

    /// Wakes those whose turn it is.
    private static func admit(_ state: inout State) {
        while let member = state.turns.next() { state.waiting.removeValue(forKey: member)?.signal() }
    }

    /// The processor time of the calling thread.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
