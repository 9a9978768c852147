import FreshetCore
import GRDB
import Synchronization

/// Goes through the log from its oldest event and names those that a rule does not keep, portion by portion.
///
/// Of each user the oldest go first, so that the chain from the newest back stays whole as far as it reaches.
final class EventCompaction: Sendable {
    /// How many events are looked at in one portion: a few milliseconds of reading, and at most as many of writing.
    private static let portion: Int64 = 1024

    private struct State {
        /// The newest event that was looked at.
        var position: Int64 = 0
        /// How many events are too many.
        var excess: Int
        /// Of each user met, the oldest event that stays whatever the limits say.
        var firstKept: [UserIndex: Int64] = [:]
        var isFinished = false
    }

    private let memory: LogMemory
    private let eventsPerUser: Int
    private let last: Int64
    private let cutoff: Int64
    private let now: Int64
    private let state: Mutex<State>

    init(_ memory: LogMemory, _ rule: RetentionRule, learnedUpTo offset: Int64, now: Int64) {
        self.memory = memory
        self.now = now
        eventsPerUser = rule.eventsPerUser
        last = min(offset, memory.newestOffset)
        cutoff = rule.eventDays.map { Self.cutoff(days: $0, now: now) } ?? .min
        state = Mutex(State(excess: rule.maximumEvents.map { memory.eventCount - $0 } ?? 0))
    }

    /// The time from which something is young enough.
    static func cutoff(days: Int, now: Int64) -> Int64 {
        let (age, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000)
        return overflow ? .min : now - age
    }

    /// The events of the next portion that go; `nil` when there is none left that might.
    func nextPortion(_ db: Database) throws -> [Int64]? {
        try state.withLock { state in
            guard !state.isFinished else { return nil }
            let rows = try EventRows(db, "WHERE offset > ? AND offset <= ? ORDER BY offset LIMIT \(Self.portion)")
            rows.statement.bind(1, state.position)
            rows.statement.bind(2, last)
            var candidates: [LoggedEvent] = []
            state.isFinished = true
            try rows.statement.forEachRow {
                candidates.append(rows.event)
                return true
            }
            state.isFinished = candidates.count < Self.portion
            var offsets: [Int64] = []
            for event in candidates {
                // An event from the future, of a clock that was wrong for a while, is neither old nor a reason to stop.
                let isOld = event.received < cutoff
                guard isOld || state.excess > 0 || event.received > now else {
                    state.isFinished = true
                    break
                }
                state.position = event.offset
                guard isOld || state.excess > 0, try event.offset < firstKept(of: event.user, &state, db) else {
                    continue
                }
                offsets.append(event.offset)
                state.excess -= 1
            }
            return offsets
        }
    }

    /// The oldest event of a user that stays whatever the limits say.
    ///
    /// Events that come in later only make that a newer one.
    private func firstKept(of user: UserIndex, _ state: inout State, _ db: Database) throws -> Int64 {
        if let known = state.firstKept[user] { return known }
        let head = eventsPerUser > 0 ? memory.head(of: user).offset : 0
        let kept = try NewestEvents.read(from: head, limit: max(1, eventsPerUser), db)
        let first = kept.lazy.map(\.offset).min() ?? .max
        state.firstKept[user] = first
        return first
    }
}
