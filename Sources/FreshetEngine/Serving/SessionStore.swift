import FreshetCore
import FreshetData
import Synchronization

/// Users' newest events in memory, bounded: what the next request looks back on.
///
/// Events come in through ``append(_:)`` in the order of the log, before they are acknowledged. A user who is not in
/// memory is read from the log when somebody asks; the users longest silent make room. Every user's run grows to twice
/// the limit and is then cut, so an event costs the same on average however long the history.
final class SessionStore: Sendable {
    /// How many newest events of a user are kept.
    let limit: Int
    private let log: any EventLog
    private let state: Mutex<SessionTable>

    /// Creates a store over a log.
    ///
    /// - Parameters:
    ///   - log: where users who are not in memory are read from.
    ///   - limit: how many newest events of a user are kept.
    ///   - capacity: how many events are kept over all users.
    ///   - knownUsers: how many users the log may already hold events of; those above are new.
    init(log: any EventLog, limit: Int, capacity: Int, knownUsers: Int) {
        self.log = log
        self.limit = limit
        state = Mutex(SessionTable(limit: limit, capacity: capacity, knownUsers: knownUsers))
    }

    /// How many events are in memory.
    var eventCount: Int { state.withLock { $0.eventCount } }
    /// How many users are in memory.
    var userCount: Int { state.withLock { $0.userCount } }

    /// Takes in events in the order of the log; each is put in its place by its time.
    ///
    /// - Parameters:
    ///   - events: the events.
    ///   - learn: called with each event and what its user had done when it happened. It must be quick, for requests wait.
    func append(_ events: [LoggedEvent], learn: (LoggedEvent, History) -> Void = { _, _ in }) {
        for event in events {
            let isDone = state.withLock { table in
                guard table.isCurrent(before: event) else { return false }
                table.append(event, learn: learn)
                return true
            }
            guard !isDone else { continue }
            load(before: event, among: events.count { $0.user == event.user }, learn: learn)
        }
    }

    /// Reads from the log what its observer does not find in memory, and puts the event in its place.
    ///
    /// The log's newest events are later than this one when others of the user came in the same commit. Without an answer of the
    /// log the event counts as the user's first; their next request then reads all of them.
    private func load(before event: LoggedEvent, among count: Int, learn: (LoggedEvent, History) -> Void) {
        let newest = (try? log.newestEvents(of: event.user, limit: limit + count)) ?? []
        let events = newest.filter { $0.offset < event.offset }
        var run = EventRun()
        for earlier in events { run.insert(earlier) }
        learn(event, run.newest(limit, until: event.time))
        state.withLock { table in
            if !newest.isEmpty { table.restore(event.user, events) }
            table.append(event) { _, _ in }
        }
    }

    /// What is in memory of a user's newest events; `nil` where only the log has them.
    func historyInMemory(of user: UserIndex) -> History? { state.withLock { $0.history(of: user) } }

    /// The newest events of a user, oldest first, those of every acknowledged event included.
    /// - Throws: ``FreshetError`` when the user is not in memory and the log cannot be read.
    func history(of user: UserIndex) async throws -> History {
        while true {
            let found: (history: History?, token: Int) = state.withLock { table in
                if let history = table.history(of: user) { return (history, 0) }
                return (nil, table.beginLoading(user))
            }
            if let history = found.history { return history }
            let events: [LoggedEvent]
            do {
                events = try await log.fetchNewestEvents(of: user, limit: limit)
            } catch let error {
                state.withLock { $0.abandonLoading(user, found.token) }
                throw error
            }
            if let history = state.withLock({ $0.finishLoading(user, found.token, events) }) { return history }
        }
    }

    /// Takes it that the log has a user's events as another's.
    func join(_ former: UserIndex, to user: UserIndex) { state.withLock { $0.join(former, to: user) } }

    /// Forgets a user's events; how many there were in memory.
    func removeAll(of user: UserIndex) -> Int {
        state.withLock { $0.removeAll(of: user) }
    }
}
