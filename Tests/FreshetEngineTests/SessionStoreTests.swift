import FreshetCore
import FreshetData
import FreshetTensor
import Synchronization
import Testing

@testable import FreshetEngine

/// Sessions in memory against the log that they stand for.
@Suite struct SessionStoreTests {
    @Test(arguments: [1, 3, 10], [60, 100_000])
    func historyIsLogSNewestEventsWhateverWasEvicted(limit: Int, capacity: Int) async throws {
        var random = RandomSource(seed: UInt64(limit * capacity))
        let log = FakeLog()
        let store = SessionStore(log: log, limit: limit, capacity: capacity, knownUsers: 0)
        for _ in 0..<2000 {
            let batch = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                log.add(
                    user: Int.random(in: 0..<20, using: &random),
                    item: Int.random(in: 0..<50, using: &random),
                    late: random.below(3) == 0 ? Int64(random.below(500)) : 0
                )
            }
            store.append(batch)
            let user = UserIndex(Int.random(in: 0..<22, using: &random))
            #expect(try await store.history(of: user) == log.history(of: user, limit: limit))
        }
        #expect(store.eventCount <= max(capacity, 2 * limit))
    }

    @Test func afterRestartUsersComeBackFromLogAndModelsSeeEachEventAfterThoseBeforeIt() throws {
        var random = RandomSource(seed: 5)
        let log = FakeLog()
        for _ in 0..<300 { _ = log.add(user: Int.random(in: 0..<10, using: &random), item: 1) }
        let store = SessionStore(log: log, limit: 8, capacity: 1000, knownUsers: 10)
        for step in 0..<200 {
            let batch = (0..<3).map { _ in log.add(user: Int.random(in: 0..<12, using: &random), item: step) }
            store.append(batch) { event, history in
                #expect(history == log.history(of: event.user, limit: 8, before: event.offset))
            }
        }
    }

    /// The models learn a late event after what its user had done then, not after what they did since.
    @Test(arguments: [0, 1]) func modelsSeeALateEventAfterThoseBeforeIt(knownUsers: Int) async throws {
        let log = FakeLog()
        for item in 0..<5 { _ = log.add(user: 0, item: item) }
        let store = SessionStore(log: log, limit: 8, capacity: 1000, knownUsers: knownUsers)
        if knownUsers == 0 { store.append(try log.newestEvents(of: UserIndex(0), limit: 8)) }
        var seen: [Int] = []
        store.append([log.add(user: 0, item: 9, late: 4)]) { _, history in seen = history.items.map(\.position) }
        #expect(seen == [0, 1])
        #expect(try await store.history(of: UserIndex(0)).items.map(\.position) == [0, 1, 9, 2, 3, 4])
    }

    @Test func erasedUserHasNoEvents() async throws {
        let log = FakeLog()
        let store = SessionStore(log: log, limit: 8, capacity: 1000, knownUsers: 0)
        store.append([log.add(user: 3, item: 1), log.add(user: 3, item: 2)])
        log.erase(3)
        #expect(store.removeAll(of: UserIndex(3)) == 2)
        #expect(try await store.history(of: UserIndex(3)).count == 0)
    }

    @Test func whatComesInWhileLogIsReadIsNotLost() async throws {
        let log = FakeLog()
        for item in 0..<5 { _ = log.add(user: 0, item: item) }
        let store = SessionStore(log: log, limit: 8, capacity: 1000, knownUsers: 1)
        log.setReadHook { store.append([log.add(user: 0, item: 77)]) }
        let history = try await store.history(of: UserIndex(0))
        #expect(history.items.last == ItemIndex(77))
        #expect(history.count == 6)
        #expect(try await store.history(of: UserIndex(0)).count == 6)
    }
}

/// A log in memory, for sessions only.
private final class FakeLog: EventLog {
    private struct State {
        var events: [LoggedEvent] = []
        var hook: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Adds an event that happened so many seconds before its time.
    func add(user: Int, item: Int, late: Int64 = 0) -> LoggedEvent {
        state.withLock { state in
            let offset = Int64(state.events.count + 1)
            state.events.append(
                LoggedEvent(
                    offset: offset,
                    user: UserIndex(user),
                    item: ItemIndex(item),
                    type: 0,
                    value: 1,
                    time: Timestamp(seconds: offset - late)
                )
            )
            return state.events[state.events.count - 1]
        }
    }

    func erase(_ user: Int) { state.withLock { $0.events.removeAll { $0.user.position == user } } }

    /// Called once, in the middle of the next reading.
    func setReadHook(_ hook: @escaping @Sendable () -> Void) { state.withLock { $0.hook = hook } }

    func history(of user: UserIndex, limit: Int, before offset: Int64 = .max) -> History {
        let events = state.withLock { Self.ordered($0.events.filter { $0.user == user && $0.offset < offset }) }
            .suffix(limit)
        return History(
            items: events.map(\.item)[...],
            times: events.map(\.time)[...],
            types: events.map(\.type)[...],
            values: events.map(\.value)[...]
        )
    }

    private static func ordered(_ events: [LoggedEvent]) -> [LoggedEvent] {
        events.sorted { ($0.time, $0.offset) < ($1.time, $1.offset) }
    }

    func newestEvents(of user: UserIndex, limit: Int) throws -> [LoggedEvent] {
        let (found, hook) = state.withLock { state in
            defer { state.hook = nil }
            return (Self.ordered(state.events.filter { $0.user == user }).suffix(limit), state.hook)
        }
        hook?()
        return Array(found)
    }

    func fetchNewestEvents(of user: UserIndex, limit: Int) async throws -> [LoggedEvent] {
        try newestEvents(of: user, limit: limit)
    }

    func append(_ events: [Event]) async throws -> AppendReceipt { AppendReceipt(events: [], duplicates: 0) }
    func removeEvent(_ id: String) async throws -> UserIndex? { nil }
    func setObserver(_ observer: @escaping @Sendable ([LoggedEvent]) -> Void) {}
    func events(after offset: Int64, limit: Int) throws -> [LoggedEvent] { [] }
    var newestOffset: Int64 { 0 }
    func eventCount() -> Int { 0 }
}
