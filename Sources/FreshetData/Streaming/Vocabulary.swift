import FreshetCore
import Synchronization

/// The external ids of a living system and their dense numbers, which only ever grow.
///
/// One for a whole engine: log, sessions, learner and every snapshot count in the same numbers, so a snapshot of
/// `V` items knows exactly the items below `V`.
public final class Vocabulary: Sendable {
    private struct Tables {
        var users = IdentifierTable()
        var joined = JoinedNames()
        var items = IdentifierTable()
        var types: [EventType] = []
        var meanings = EventMeanings()
        /// The meaning of each of ``types``.
        var senses: [EventMeaning] = []
        var leftOut = LeftOutEvents()
        var quarantined = LeftOutEvents()

        /// Whether a number is nobody's any more.
        func isRetired(_ user: UserIndex) -> Bool {
            guard (0..<users.count).contains(user.position) else { return true }
            return users[user.position] == Vocabulary.retiredName(of: user)
        }
    }

    private let tables = Mutex(Tables())

    /// Creates an empty vocabulary.
    public init() {}

    /// How many users there are.
    public var userCount: Int { tables.withLock { $0.users.count } }
    /// How many items there are.
    public var itemCount: Int { tables.withLock { $0.items.count } }
    /// The event types in the order of their numbers.
    public var eventTypes: [EventType] { tables.withLock { $0.types } }

    /// The number of a user, or of whom they were joined to; `nil` when they were never seen.
    public func user(_ id: String) -> UserIndex? {
        tables.withLock { $0.users.position(of: id).map(UserIndex.init) ?? $0.joined.user(id) }
    }
    /// The number of an item, or `nil` when it was never seen.
    public func item(_ id: String) -> ItemIndex? { tables.withLock { $0.items.position(of: id).map(ItemIndex.init) } }
    /// The number of an event type, or `nil` when it was never seen.
    public func eventType(_ type: EventType) -> UInt8? {
        tables.withLock { $0.types.firstIndex(of: type).map(UInt8.init) }
    }

    /// The external id of a user.
    public func id(of user: UserIndex) -> String { tables.withLock { $0.users[user.position] } }
    /// The external id of an item.
    public func id(of item: ItemIndex) -> String { tables.withLock { $0.items[item.position] } }
    /// The external ids of items, in one go.
    public func ids(of items: some Sequence<ItemIndex>) -> [String] {
        tables.withLock { tables in items.map { tables.items[$0.position] } }
    }

    /// The number of a user, who is added when new.
    public func addUser(_ id: String) -> UserIndex { tables.withLock { UserIndex($0.users.insert(id)) } }
    /// The number of an item, which is added when new.
    public func addItem(_ id: String) -> ItemIndex { tables.withLock { ItemIndex($0.items.insert(id)) } }
    /// The number of an event type, which is added when new; `nil` when there are 256 of them.
    public func addEventType(_ type: EventType) -> UInt8? {
        tables.withLock { tables in
            if let known = tables.types.firstIndex(of: type) { return UInt8(known) }
            guard tables.types.count < 256 else { return nil }
            tables.types.append(type)
            tables.senses.append(tables.meanings[type])
            return UInt8(tables.types.count - 1)
        }
    }

    /// Sets what events mean; before the first event is read.
    public func setMeanings(_ meanings: EventMeanings) {
        tables.withLock { tables in
            tables.meanings = meanings
            tables.senses = tables.types.map { meanings[$0] }
        }
    }

    /// What events mean.
    public var meanings: EventMeanings { tables.withLock { $0.meanings } }

    /// Gives events the weights that their types and values have, and 0 to those that are left out.
    public func weigh(_ events: inout [LoggedEvent]) {
        let (senses, leftOut, quarantined) = tables.withLock { ($0.senses, $0.leftOut, $0.quarantined) }
        for place in events.indices where Int(events[place].type) < senses.count {
            events[place].weight = senses[Int(events[place].type)].weight(of: events[place].value)
        }
        for list in [leftOut, quarantined] where !list.isEmpty {
            for place in events.indices where list.contains(events[place]) { events[place].weight = 0 }
        }
    }

    /// The events that count for nothing since their users act like machines.
    package var leftOut: LeftOutEvents { tables.withLock { $0.leftOut } }

    /// Changes which events count for nothing since their users act like machines.
    package func changeLeftOut(_ change: (inout LeftOutEvents) -> Void) {
        tables.withLock { change(&$0.leftOut) }
    }

    /// The events that count for nothing since an ``IntakeGuard`` speaks against them.
    package var quarantined: LeftOutEvents { tables.withLock { $0.quarantined } }

    /// Changes which events an ``IntakeGuard`` speaks against.
    package func changeQuarantined(_ change: (inout LeftOutEvents) -> Void) {
        tables.withLock { change(&$0.quarantined) }
    }

    /// A list of events that count for nothing as it is by now: without users who were erased since, and with the numbers
    /// of those to whom users were joined.
    package func settled(_ leftOut: LeftOutEvents) -> LeftOutEvents {
        tables.withLock { tables in
            var settled = leftOut
            for user in leftOut.users where tables.isRetired(user) {
                if let other = tables.joined.user(ofFormer: user) { settled.join(user, to: other) }
                settled.forget(user)
            }
            return settled
        }
    }

    /// Forgets the id of a user who was erased, and those that were joined to them: the number stays taken and has a name
    /// that says no more than that.
    ///
    /// The same id is a new user with a new number when it comes again.
    package func retire(_ user: UserIndex) {
        tables.withLock { tables in
            tables.joined.forget(user)
            tables.leftOut.forget(user)
            tables.quarantined.forget(user)
            tables.users.retire(user)
        }
    }

    // MARK: Users who were joined

    /// Has an id name a user from now on, and with it all that were joined to it.
    ///
    /// - Parameters:
    ///   - id: the id, whose own number nobody has any more.
    ///   - former: the number that it had, if any.
    ///   - user: whose id it is now.
    package func join(_ id: String, of former: UserIndex?, to user: UserIndex) {
        tables.withLock { tables in
            if let former {
                tables.users.retire(former)
                tables.joined.move(from: former, to: user)
                tables.leftOut.join(former, to: user)
                tables.quarantined.join(former, to: user)
            }
            tables.joined.add(id, of: former, to: user)
        }
    }

    /// Whether an id was joined to a user of another id.
    public func isJoined(_ id: String) -> Bool { tables.withLock { $0.joined.user(id) != nil } }

    /// The id of the user that an id names: another one where it was joined to somebody.
    public func name(of id: String) -> String {
        tables.withLock { tables in
            tables.joined.user(id).map { tables.users[$0.position] } ?? id
        }
    }

    /// The ids that were joined to a user, and the numbers that these had, as far as they had one.
    public func joined(to user: UserIndex) -> (ids: [String], former: [UserIndex]) {
        tables.withLock { $0.joined.names(of: user) }
    }

    /// What stands in the place of the id of a user who was erased or joined to another: begins with a control character, so that it is nobody's id.
    package static func retiredName(of user: UserIndex) -> String { "\u{7F}erased \(user.rawValue)" }

    /// The users' and items' ids as they are now, for a data set.
    public func copy() -> (users: IdentifierTable, items: IdentifierTable, eventTypes: [EventType]) {
        tables.withLock { ($0.users, $0.items, $0.types) }
    }
}

extension IdentifierTable {
    /// Takes the name of a user away, whose number stays taken.
    fileprivate mutating func retire(_ user: UserIndex) {
        let name = Vocabulary.retiredName(of: user)
        if self[user.position] != name { rename(user.position, to: name) }
    }
}
