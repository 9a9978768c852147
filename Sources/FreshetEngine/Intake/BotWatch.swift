import Foundation
import FreshetCore
import FreshetData
import Synchronization

/// Follows who acts like a machine while the engine runs, and has their events left out where the settings say so.
///
/// Whose events are left out, and from which to which, is kept in the store: it is the same after a restart. What
/// ``BotDetector`` knows is not kept; a robot that goes on is found again within some hundred events. A crash may lose what
/// changed in the last seconds, or since the last event.
final class BotWatch: Sendable {
    /// The name under which the store keeps what is left out.
    private static let setting = "left_out_events"
    /// A user is a person again after this time without a sign, in milliseconds.
    static let quiet: Int64 = 86_400_000
    /// The most users at once.
    private static let limit = 10_000
    /// The list is written at most once in this time while events come: it is written as a whole.
    private static let pause = Duration.seconds(5)
    /// How many are named in the status.
    private static let namedCount = 10

    private let policy: BotPolicy
    private let vocabulary: Vocabulary
    private let records: RecordQueue
    private let state: Mutex<State>

    /// Goes on where the engine before it stopped.
    ///
    /// - Parameters:
    ///   - policy: what becomes of the events.
    ///   - store: what is left out so far.
    ///   - records: writes what is left out from now on.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    init(_ policy: BotPolicy, store: any EngineStore, records: RecordQueue) async throws {
        (self.policy, vocabulary, self.records) = (policy, store.vocabulary, records)
        let kept = try await Self.leftOut(in: store)
        // A merge or an erasure may have been the last that an engine did.
        var leftOut = store.vocabulary.settled(kept)
        let users = leftOut.current
        guard policy == .leaveOut else {
            state = Mutex(State())
            // Nothing is left out now; what is, when somebody wishes it again, ends here.
            for user in users { leftOut.end(user, before: store.newestOffset + 1) }
            if leftOut != kept { write(leftOut) }
            return
        }
        let newest = users.isEmpty ? nil : try EngineStart.newestEvents(of: store).map(\.timeOrArrival).max()
        state = Mutex(State(users, newest: newest ?? .min, offset: store.newestOffset))
        let restored = leftOut
        vocabulary.changeLeftOut { $0 = restored }
        if restored != kept { write(restored) }
    }

    /// What a store keeps.
    private static func leftOut(in store: any EngineStore) async throws -> LeftOutEvents {
        guard let text = try await store.setting(setting) else { return LeftOutEvents() }
        do {
            return try JSONDecoder().decode(LeftOutEvents.self, from: Data(text.utf8))
        } catch is DecodingError {
            throw FreshetError(.invalidData, "The list of events that are left out is damaged.")
        }
    }

    /// Takes note of events that were committed.
    /// - Returns: the same, with a weight of 0 where they are left out.
    func take(_ events: [LoggedEvent]) -> [LoggedEvent] {
        let isChanged = state.withLock { state -> Bool in
            let changes = events.flatMap { state.note($0) }
            guard policy == .leaveOut else { return false }
            if !changes.isEmpty {
                apply(changes)
                state.isUnsaved = true
            }
            if state.isUnsaved, state.saved.map({ $0.duration(to: .now) >= Self.pause }) ?? true { save(&state) }
            return !changes.isEmpty
        }
        guard isChanged else { return events }
        var events = events
        vocabulary.weigh(&events)
        return events
    }

    /// Those of some events that are not left out.
    func counted(_ events: [LoggedEvent]) -> [LoggedEvent] {
        let leftOut = vocabulary.leftOut
        return leftOut.isEmpty ? events : events.filter { !leftOut.contains($0) }
    }

    /// Takes it that a user was another all along; the vocabulary knows it already.
    func join(_ former: UserIndex, to user: UserIndex) {
        state.withLock { state in
            let changes = state.join(former, to: user)
            guard policy == .leaveOut else { return }
            // What began after the vocabulary joined them.
            vocabulary.changeLeftOut { $0.join(former, to: user) }
            apply(changes)
            if vocabulary.leftOut.holds(user) { save(&state) }
        }
    }

    /// Forgets users who were erased, as the vocabulary has.
    func forget(_ users: [UserIndex]) {
        state.withLock { state in
            for user in users { state.flags[user] = nil }
            guard policy == .leaveOut else { return }
            vocabulary.changeLeftOut { leftOut in
                for user in users { leftOut.forget(user) }
            }
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
    var status: EngineStatus.Bots {
        let (flags, events) = state.withLock { ($0.current, $0.events) }
        var status = EngineStatus.Bots()
        (status.policy, status.users, status.events) = (policy, flags.count, events)
        let newest = flags.sorted { ($1.value.since, $0.key) < ($0.value.since, $1.key) }.prefix(Self.namedCount)
        status.newest = newest.map { user, flag in
            EngineStatus.Bot(
                user: vocabulary.id(of: user),
                sign: flag.sign?.rawValue,
                since: flag.since,
                events: flag.events
            )
        }
        return status
    }

    /// Changes what is left out.
    private func apply(_ changes: [Change]) {
        vocabulary.changeLeftOut { leftOut in
            for change in changes {
                switch change {
                case .begins(let user, let offset): leftOut.begin(user, at: offset)
                case .ends(let user, let offset): leftOut.end(user, before: offset)
                }
            }
        }
    }

    /// Has the list written as it is; under the lock of the state, so that no older one follows a newer.
    private func save(_ state: inout State) {
        state.isUnsaved = false
        state.saved = .now
        write(vocabulary.leftOut)
    }

    private func write(_ leftOut: LeftOutEvents) {
        guard let text = try? JSONEncoder().encode(leftOut) else { return }
        records.add(.setting(Self.setting, String(decoding: text, as: UTF8.self)))
    }

    /// When somebody becomes a machine and a person again, by offset.
    private enum Change {
        case begins(UserIndex, at: Int64)
        case ends(UserIndex, before: Int64)
    }

    /// A user who acts like a machine.
    private struct Flag {
        /// What gave them away last; `nil` where that was before the start.
        var sign: BotDetector.Sign?
        /// The time of the event that did first, in milliseconds since 1970; 0 where that was before the start.
        var since: Int64 = 0
        /// When they are a person again, if nothing speaks against them.
        var until: Int64
        /// The offset of their last event, or of the log's at the start.
        var last: Int64
        /// Their events since then.
        var events = 0
    }

    private struct State {
        var flags: [UserIndex: Flag] = [:]
        /// The events of all of them since the start.
        var events = 0
        /// Whether the list was changed since it was written last, and when that was.
        var isUnsaved = false
        var saved: ContinuousClock.Instant?
        private var detector = BotDetector()
        /// The time and the offset of the newest event.
        private var newest: Int64
        private var offset: Int64
        /// Before this time nobody makes room.
        private var fullUntil = Int64.min

        /// - Parameters:
        ///   - users: those who were flagged before the start: for a quiet day from the newest event on, or until their
        ///     next event where the log has none any more.
        ///   - newest: the time of the newest event.
        ///   - offset: the newest offset.
        init(_ users: [UserIndex] = [], newest: Int64 = .min, offset: Int64 = 0) {
            (self.newest, self.offset) = (newest, offset)
            for user in users { flags[user] = Flag(until: newest + BotWatch.quiet, last: offset) }
        }

        /// Those who would be flagged if they came now.
        var current: [UserIndex: Flag] { flags.filter { isLive($0.value) } }

        private func isLive(_ flag: Flag) -> Bool { flag.until > newest }

        mutating func note(_ event: LoggedEvent) -> [Change] {
            let finding = detector.note(event)
            let time = event.timeOrArrival
            (newest, offset) = (max(newest, time), max(offset, event.offset))
            if var flag = flags[event.user] {
                if let finding { (flag.sign, flag.until) = (finding.sign, max(flag.until, time + BotWatch.quiet)) }
                guard time < flag.until else {
                    flags[event.user] = nil
                    return [.ends(event.user, before: event.offset)]
                }
                (flag.last, flag.events) = (event.offset, flag.events + 1)
                flags[event.user] = flag
                events += 1
                return []
            }
            guard let finding else { return [] }
            let ended = makeRoom(at: event.offset)
            guard flags.count < BotWatch.limit else { return ended }
            let until = time + BotWatch.quiet
            flags[event.user] = Flag(sign: finding.sign, since: time, until: until, last: event.offset, events: 1)
            events += 1
            return ended + [.begins(event.user, at: finding.first)]
        }

        /// Ends the flags of those who did not come back.
        private mutating func makeRoom(at offset: Int64) -> [Change] {
            guard flags.count >= BotWatch.limit, newest >= fullUntil else { return [] }
            let quiet = flags.filter { !isLive($0.value) }.keys
            for user in quiet { flags[user] = nil }
            fullUntil = flags.values.map(\.until).min() ?? .min
            return quiet.map { .ends($0, before: offset) }
        }

        /// Moves a flag with its user.
        ///
        /// The stretch that went on ends at their last event, however long ago that was, and another begins now where the
        /// flag goes on. Whoever is flagged themselves stays so, and what was left out of either as it is.
        mutating func join(_ former: UserIndex, to user: UserIndex) -> [Change] {
            guard let old = flags.removeValue(forKey: former) else { return [] }
            let own = flags[user]
            if let own, isLive(own) { return [] }
            let end = Change.ends(user, before: max(old.last, own?.last ?? 0) + 1)
            flags[user] = isLive(old) ? old : nil
            return isLive(old) ? [end, .begins(user, at: offset + 1)] : [end]
        }
    }
}
