import FreshetCore
import FreshetData

/// What a transaction adds to the log: visible to nobody before its commit, and forgotten when it fails.
struct LogChanges {
    private let memory: LogMemory
    /// The users that it numbers.
    private(set) var users: PendingNames
    /// The items that it numbers.
    private(set) var items: PendingNames
    private let knownTypes: [EventType]
    /// The event types that it numbers, which follow those known.
    private(set) var types: [EventType] = []
    /// Each user's newest event, for those whose chain changes in this transaction.
    private(set) var heads: [Int32: LogHead] = [:]
    /// The events that it adds.
    private(set) var events: [LoggedEvent] = []
    /// The newest event's offset.
    private(set) var newestOffset: Int64
    /// How many events it removes.
    var removedEvents = 0
    /// The users whose names it removes.
    private(set) var retired: [UserIndex] = []
    /// The names that it makes another user's.
    private(set) var joined: [Join] = []

    /// A name that becomes another user's.
    struct Join {
        let id: String
        /// The number that it had.
        let former: UserIndex?
        let user: UserIndex
    }

    init(_ memory: LogMemory) {
        self.memory = memory
        users = PendingNames(base: memory.vocabulary.userCount)
        items = PendingNames(base: memory.vocabulary.itemCount)
        knownTypes = memory.vocabulary.eventTypes
        newestOffset = memory.newestOffset
    }

    /// The number of a user, and whether it was given just now.
    mutating func number(ofUser id: String) -> (UserIndex, isNew: Bool) {
        if let known = memory.vocabulary.user(id) { return (known, false) }
        let (position, isNew) = users.number(of: id)
        return (UserIndex(position), isNew)
    }

    /// The number of an item, and whether it was given just now.
    mutating func number(ofItem id: String) -> (ItemIndex, isNew: Bool) {
        if let known = memory.vocabulary.item(id) { return (known, false) }
        let (position, isNew) = items.number(of: id)
        return (ItemIndex(position), isNew)
    }

    /// The number of an event type, and whether it was given just now; `nil` when there are 256 others.
    mutating func number(of type: EventType) -> (UInt8, isNew: Bool)? {
        if let known = knownTypes.firstIndex(of: type) { return (UInt8(known), false) }
        if let known = types.firstIndex(of: type) { return (UInt8(knownTypes.count + known), false) }
        let number = knownTypes.count + types.count
        guard number <= Int(UInt8.max) else { return nil }
        types.append(type)
        return (UInt8(number), true)
    }

    /// Whether all these types have a number or can be given one.
    func canNumber(_ events: [Event]) -> Bool {
        var new: [EventType] = []
        for event in events {
            if knownTypes.contains(event.type) || types.contains(event.type) || new.contains(event.type) { continue }
            new.append(event.type)
        }
        return knownTypes.count + types.count + new.count <= Int(UInt8.max) + 1
    }

    /// A user's newest event.
    func head(of user: UserIndex) -> LogHead { heads[user.rawValue] ?? memory.head(of: user) }

    /// Adds an event, which has the next offset.
    mutating func append(_ event: LoggedEvent) {
        events.append(event)
        let latest = max(head(of: event.user).latest, event.time)
        heads[event.user.rawValue] = LogHead(offset: event.offset, latest: latest)
        newestOffset = event.offset
    }

    /// Sets where a user's chain begins, when its first event goes or others come in between.
    mutating func setHead(_ head: LogHead, of user: UserIndex) { heads[user.rawValue] = head }

    /// Makes a name another user's; its own number has no events any more.
    mutating func join(_ id: String, of former: UserIndex?, to user: UserIndex) {
        if let former { heads[former.rawValue] = LogHead() }
        joined.append(Join(id: id, former: former, user: user))
    }

    /// Forgets a user's name and events.
    mutating func retire(_ user: UserIndex) {
        heads[user.rawValue] = LogHead()
        retired.append(user)
    }
}

/// Names that a transaction numbers, from the first free number on.
package struct PendingNames {
    /// The first free number.
    package let base: Int
    /// The names in the order of their numbers.
    package private(set) var table = IdentifierTable()

    /// Begins at a number.
    package init(base: Int) { self.base = base }

    /// The number of a name, and whether it was given just now.
    package mutating func number(of id: String) -> (Int, isNew: Bool) {
        let known = table.count
        let position = table.insert(id)
        return (base + position, position == known)
    }
}
