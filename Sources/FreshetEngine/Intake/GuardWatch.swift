import Foundation
import FreshetCore
import FreshetData
import Synchronization

/// Asks an ``IntakeGuard`` about every event while the engine runs, and has those it speaks against left out where the settings
/// say so.
///
/// Which events are left out is kept in the store: it is the same after a restart. What the guard knows of items and accounts is not
/// kept; at a start it is learned again from the items' counts and the newest events of the log. A crash may lose what changed in the last seconds.
final class GuardWatch: Sendable {
    /// The name under which the store keeps what is left out.
    private static let setting = "quarantined_events"
    /// The most events, or neighbouring ones of a user, that are kept as left out.
    static let limit = 50_000
    /// How many of the newest events the guard learns from at a start.
    private static let newestEvents: Int64 = 200_000
    /// The list is written at most once in this time while events come: it is written as a whole.
    private static let pause = Duration.seconds(5)
    /// How many items are named in the status.
    private static let namedCount = 10

    private let policy: GuardPolicy
    private let vocabulary: Vocabulary
    private let records: RecordQueue
    private let state: Mutex<State>

    /// Goes on where the engine before it stopped.
    ///
    /// - Parameters:
    ///   - settings: the bounds, and what becomes of the events.
    ///   - store: what is left out so far, and the log.
    ///   - records: writes what is left out from now on.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    init(_ settings: IntakeGuard.Settings, store: any EngineStore, records: RecordQueue) async throws {
        (policy, vocabulary, self.records) = (settings.policy, store.vocabulary, records)
        var state = State(settings)
        if policy == .leaveOut {
            let kept = try await Self.kept(in: store)
            let settled = store.vocabulary.settled(kept)
            state.stretches = settled.count
            state.isUnsaved = settled != kept
            vocabulary.changeQuarantined { $0 = settled }
        }
        self.state = Mutex(state)
    }

    /// What a store keeps.
    private static func kept(in store: any EngineStore) async throws -> LeftOutEvents {
        guard let text = try await store.setting(setting) else { return LeftOutEvents() }
        do {
            return try JSONDecoder().decode(LeftOutEvents.self, from: Data(text.utf8))
        } catch is DecodingError {
            throw FreshetError(.invalidData, "The list of quarantined events is damaged.")
        }
    }

    /// Learns what is known of items and accounts, before the first event.
    ///
    /// - Parameters:
    ///   - counts: how many events of each item counted so far, by number; not asked where the log is short enough to tell.
    ///   - log: its newest events tell who came when.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func learn(_ counts: () -> [Float], _ log: any EventLog) throws {
        guard policy != .off else { return }
        let counts = log.newestOffset > Self.newestEvents ? counts() : []
        try state.withLock { state in
            for (item, count) in counts.enumerated() { state.learn(ItemIndex(item), counted: count) }
            try state.learn(from: log, last: Self.newestEvents)
        }
    }

    /// Takes note of events that were committed.
    /// - Returns: the same, with a weight of 0 where they are left out.
    func take(_ events: [LoggedEvent]) -> [LoggedEvent] {
        guard policy != .off else { return events }
        return state.withLock { state in
            var events = events
            for place in events.indices {
                guard state.note(events[place]) != nil, policy == .leaveOut else { continue }
                leaveOut(events[place], &state)
                events[place].weight = 0
            }
            if state.isUnsaved, state.saved.map({ $0.duration(to: .now) >= Self.pause }) ?? true { save(&state) }
            return events
        }
    }

    private func leaveOut(_ event: LoggedEvent, _ state: inout State) {
        guard state.stretches < Self.limit else {
            state.unkept += 1
            return
        }
        vocabulary.changeQuarantined { $0.add(event.user, at: event.offset) }
        state.stretches += 1
        state.isUnsaved = true
    }

    /// Those of some events that are not left out.
    func counted(_ events: [LoggedEvent]) -> [LoggedEvent] {
        let quarantined = vocabulary.quarantined
        return quarantined.isEmpty ? events : events.filter { !quarantined.contains($0) }
    }

    /// Writes what the vocabulary knows already: users were joined or erased.
    func usersChanged() {
        guard policy == .leaveOut else { return }
        state.withLock { state in
            state.stretches = vocabulary.quarantined.count
            save(&state)
        }
    }

    /// Writes what waits for it; before the records end.
    func finish() {
        state.withLock { state in
            if state.isUnsaved { save(&state) }
        }
    }

    /// What the status shows.
    var status: EngineStatus.Quarantine {
        let state = state.withLock { (reasons: $0.reasons, newest: $0.newest, unkept: $0.unkept) }
        var status = EngineStatus.Quarantine()
        status.policy = policy
        for (reason, count) in zip(IntakeGuard.Reason.allCases, state.reasons) {
            status.events[reason.rawValue] = count
        }
        status.unkept = state.unkept
        status.newest = state.newest.map {
            EngineStatus.QuarantinedItem(
                item: vocabulary.id(of: $0.item),
                reason: $0.reason.rawValue,
                time: $0.time,
                events: $0.events
            )
        }
        return status
    }

    /// Has the list written as it is; under the lock of the state, so that no older one follows a newer.
    private func save(_ state: inout State) {
        state.isUnsaved = false
        state.saved = .now
        guard let text = try? JSONEncoder().encode(vocabulary.quarantined) else { return }
        records.add(.setting(Self.setting, String(decoding: text, as: UTF8.self)))
    }

    /// An item with events that were spoken against.
    private struct Found {
        let item: ItemIndex
        var reason: IntakeGuard.Reason
        var time: Int64
        var events: Int
    }

    private struct State {
        private var watch: IntakeGuard
        /// The events that were spoken against since the start, in the order of the reasons.
        var reasons = [Int](repeating: 0, count: IntakeGuard.Reason.allCases.count)
        /// The items that were found last, the newest first.
        var newest: [Found] = []
        /// How many stretches are kept, and how many events were not kept since there were too many.
        var stretches = 0
        var unkept = 0
        /// Whether the list was changed since it was written last, and when that was.
        var isUnsaved = false
        var saved: ContinuousClock.Instant?

        init(_ settings: IntakeGuard.Settings) {
            watch = IntakeGuard(settings)
            newest.reserveCapacity(GuardWatch.namedCount + 1)
        }

        mutating func learn(_ item: ItemIndex, counted: Float) { watch.learn(item, counted: counted) }

        /// Learns what accounts there are, and what the newest events were on.
        mutating func learn(from log: any EventLog, last count: Int64) throws {
            var offset = max(0, log.newestOffset - count)
            while true {
                let events = try log.events(after: offset, limit: EngineStart.page)
                guard let last = events.last else { return }
                for event in events { _ = watch.note(user: event.user, item: event.item, at: event.timeOrArrival) }
                offset = last.offset
            }
        }

        mutating func note(_ event: LoggedEvent) -> IntakeGuard.Reason? {
            let time = event.timeOrArrival
            guard let reason = watch.note(user: event.user, item: event.item, at: time) else { return nil }
            reasons[IntakeGuard.Reason.allCases.firstIndex(of: reason) ?? 0] += 1
            var found = Found(item: event.item, reason: reason, time: time, events: 0)
            if let place = newest.firstIndex(where: { $0.item == event.item }) {
                found.events = newest.remove(at: place).events
            }
            found.events += 1
            newest.insert(found, at: 0)
            if newest.count > GuardWatch.namedCount { newest.removeLast() }
            return reason
        }
    }
}
