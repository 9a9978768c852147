import Foundation
import FreshetCore
import FreshetData
import Synchronization

/// Follows who acts like a machine while the engine runs, and has their events left out where the settings say so.
///
/// Whose events are left out, and from which to which, is kept in the store: it is the same after a restart. What
/// ``BotDetector`` knows is not kept; a robot that goes on is found again within some hundred events.
final class BotWatch: Sendable {
    /// The name under which the store keeps what is left out.
    private static let setting = "left_out_events"
    /// A user is a person again after this time without a sign, in milliseconds.
    static let quiet: Int64 = 86_400_000
    /// The most users at once.
    private static let limit = 10_000
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
        var leftOut = LeftOutEvents()
        if let text = try await store.setting(Self.setting) {
            do {
                leftOut = try JSONDecoder().decode(LeftOutEvents.self, from: Data(text.utf8))
            } catch is DecodingError {
                throw FreshetError(.invalidData, "The list of events that are left out is damaged.")
            }
        }
        let users = leftOut.current
        guard policy == .leaveOut else {
            state = Mutex(State())
            // Nothing is left out now; what is, when somebody wishes it again, ends here.
            for user in users { leftOut.end(user, before: store.newestOffset + 1) }
            if !users.isEmpty { save(leftOut) }
            return
        }
        state = Mutex(State(users))
        vocabulary.changeLeftOut { $0 = leftOut }
    }

    /// Takes note of events that were committed.
    /// - Returns: the same, with a weight of 0 where they are left out.
    func take(_ events: [LoggedEvent]) -> [LoggedEvent] {
        let changes = state.withLock { state in events.flatMap { state.note($0) } }
        guard policy == .leaveOut, !changes.isEmpty else { return events }
        vocabulary.changeLeftOut { leftOut in
            for change in changes {
                switch change {
                case .begins(let user, let offset): leftOut.begin(user, at: offset)
                case .ends(let user, let offset): leftOut.end(user, before: offset)
                }
            }
        }
        save(vocabulary.leftOut)
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
        let isFlagged = state.withLock { $0.join(former, to: user) }
        if isFlagged, policy == .leaveOut { save(vocabulary.leftOut) }
    }

    /// Forgets users who were erased, as the vocabulary has.
    func forget(_ users: [UserIndex]) {
        state.withLock { state in
            for user in users { state.flags[user] = nil }
        }
        if policy == .leaveOut { save(vocabulary.leftOut) }
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

    private func save(_ leftOut: LeftOutEvents) {
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
        /// When they are a person again, if nothing speaks against them; `nil` before their first event since the start.
        var until: Int64?
        /// Their events since then.
        var events = 0
    }

    private struct State {
        var flags: [UserIndex: Flag] = [:]
        /// The events of all of them since the start.
        var events = 0
        private var detector = BotDetector()
        private var newest = Int64.min

        init(_ users: [UserIndex] = []) { for user in users { flags[user] = Flag() } }

        /// Those who would be flagged if they came now.
        var current: [UserIndex: Flag] { flags.filter { $0.value.until ?? .max > newest } }

        mutating func note(_ event: LoggedEvent) -> [Change] {
            let finding = detector.note(event)
            let time = event.timeOrArrival
            newest = max(newest, time)
            if var flag = flags[event.user] {
                if let finding { (flag.sign, flag.until) = (finding.sign, time + BotWatch.quiet) }
                let until = flag.until ?? time + BotWatch.quiet
                guard time < until else {
                    flags[event.user] = nil
                    return [.ends(event.user, before: event.offset)]
                }
                (flag.until, flag.events) = (until, flag.events + 1)
                flags[event.user] = flag
                events += 1
                return []
            }
            guard let finding else { return [] }
            let ended = makeRoom(at: event.offset)
            guard flags.count < BotWatch.limit else { return ended }
            flags[event.user] = Flag(sign: finding.sign, since: time, until: time + BotWatch.quiet, events: 1)
            events += 1
            return ended + [.begins(event.user, at: finding.first)]
        }

        /// Ends the flags of those who did not come back.
        private mutating func makeRoom(at offset: Int64) -> [Change] {
            guard flags.count >= BotWatch.limit else { return [] }
            let current = current
            let quiet = flags.keys.filter { current[$0] == nil }
            for user in quiet { flags[user] = nil }
            return quiet.map { .ends($0, before: offset) }
        }

        /// Whether either was flagged.
        mutating func join(_ former: UserIndex, to user: UserIndex) -> Bool {
            let old = flags.removeValue(forKey: former)
            if flags[user] == nil { flags[user] = old }
            return flags[user] != nil
        }
    }
}
