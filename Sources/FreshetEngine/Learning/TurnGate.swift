import Dispatch
import Foundation
import Synchronization

/// Turns of threads, which wait here until theirs comes.
///
/// A thread cannot ask for its next turn before the one that it has is over. Would its place go at once to whoever waits,
/// two who are always busy would take turns one by one, however dear each is. So a place is kept for a moment for a member
/// who would be the next again.
final class TurnGate: Sendable {
    private struct State {
        var turns: FairTurns<Int>
        var waiting: [Int: DispatchSemaphore] = [:]
        /// For whom a place is kept, by the number of the turn after which it is.
        var kept: [Int: Int] = [:]
        var finished = 0
    }

    private let state: Mutex<State>
    /// What the calling thread has used of the processor, in seconds.
    private let meter: @Sendable () -> Double
    /// How long a place is kept, in milliseconds.
    private let patience: Int

    init(
        places: Int,
        patience: Int = 2,
        meter: @escaping @Sendable () -> Double = TurnGate.processorSeconds
    ) {
        state = Mutex(State(turns: FairTurns(places: places)))
        self.patience = patience
        self.meter = meter
    }

    func add(_ member: Int, weight: Double) { state.withLock { $0.turns.add(member, weight: weight) } }

    func remove(_ member: Int) {
        state.withLock { state in
            state.turns.remove(member)
            state.kept[member] = nil
            Self.admit(&state)
        }
    }

    /// Whether a member waits for its turn.
    func isWaiting(_ member: Int) -> Bool { state.withLock { $0.waiting[member] != nil } }

    /// Waits for the member's turn and does what it is for; a member asks from one thread at a time.
    /// - Returns: what `body` returns; `nil` when `isCancelled` said so before the turn came, which is asked twice a second.
    @discardableResult
    func take<Result>(_ member: Int, until isCancelled: () -> Bool, _ body: () throws -> Result) rethrows -> Result? {
        let turn = DispatchSemaphore(value: 0)
        state.withLock { state in
            state.kept[member] = nil
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
            finish(member, cost: meter() - before)
        }
        return try body()
    }

    /// Passes the place on, at once or after a moment.
    private func finish(_ member: Int, cost: Double) {
        let kept = state.withLock { state -> Int? in
            state.turns.finish(member, cost: cost)
            state.finished += 1
            let isKept = state.turns.goesFirst(member)
            if isKept { state.kept[member] = state.finished }
            Self.admit(&state)
            return isKept ? state.finished : nil
        }
        guard let kept else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(patience)) { self.release(member, kept) }
    }

    /// Keeps a place no longer, unless it is that of a later turn.
    private func release(_ member: Int, _ turn: Int) {
        state.withLock { state in
            guard state.kept[member] == turn else { return }
            state.kept[member] = nil
            Self.admit(&state)
        }
    }

    /// Wakes those whose turn it is.
    private static func admit(_ state: inout State) {
        while let member = state.turns.next(keeping: state.kept.count) {
            state.waiting.removeValue(forKey: member)?.signal()
        }
    }

    /// The processor time of the calling thread.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
