#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage
import Synchronization

/// How far a tenant's numbers have come: its row of `head`.
struct LogHead: Sendable, Equatable {
    var newestOffset: Int64 = 0
    var eventCount: Int64 = 0
    var users: Int64 = 0
    var items: Int64 = 0
    var types: Int64 = 0
    var changes: Int64 = 0
    var impressions: Int64 = 0
    var notes: Int64 = 0
    /// The newest lease of the learner, which only who takes the next one changes.
    var lease: Int64 = 0

    /// The columns, in the order in which they are read.
    static let columns = "newest_offset, event_count, users, items, types, changes, impressions, notes, lease"

    init() {}

    init(_ row: PostgresRows.Row) {
        (newestOffset, eventCount, users) = (row.integer(0), row.integer(1), row.integer(2))
        (items, types, changes, impressions) = (row.integer(3), row.integer(4), row.integer(5), row.integer(6))
        (notes, lease) = (row.integer(7), row.integer(8))
    }
}

/// What is kept in memory of the log: the names' numbers and how far they have come.
///
/// It changes on the writing queue alone, and only after the commit of what it mirrors; anybody reads it.
final class PostgresMemory: Sendable {
    typealias Observer = @Sendable ([LoggedEvent]) -> Void
    typealias ChangeObserver = @Sendable ([StoreChange]) -> Void

    let vocabulary = Vocabulary()
    private let state = Mutex(LogHead())
    private let listener = Mutex(Listener())

    /// In a structure of its own: a function that is read from a generic container by itself is wrapped anew at every
    /// read, and the wrappings stay.
    private struct Listener {
        var observer: Observer?
        var changeObserver: ChangeObserver?
    }

    /// How far the memory has come.
    var head: LogHead { state.withLock { $0 } }

    func setObserver(_ observer: @escaping Observer) { listener.withLock { $0.observer = observer } }

    func setChangeObserver(_ observer: @escaping ChangeObserver) {
        listener.withLock { $0.changeObserver = observer }
    }

    /// Tells the observer what others changed beside events.
    func tell(_ changes: [StoreChange]) {
        guard !changes.isEmpty else { return }
        let listener = listener.withLock { $0 }
        listener.changeObserver?(changes)
    }

    /// Sets how far the memory has come.
    func set(_ head: LogHead) { state.withLock { $0 = head } }

    /// Makes events that others committed visible, and tells the observer.
    func publish(_ events: [LoggedEvent]) {
        guard let last = events.last else { return }
        state.withLock { $0.newestOffset = last.offset }
        var events = events
        vocabulary.weigh(&events)
        let listener = listener.withLock { $0 }
        listener.observer?(events)
    }

    /// Makes a transaction of this process visible that was committed.
    func publish(_ changes: PostgresChanges) {
        for id in changes.users.table.identifiers { _ = vocabulary.addUser(id) }
        for id in changes.items.table.identifiers { _ = vocabulary.addItem(id) }
        for type in changes.types { _ = vocabulary.addEventType(type) }
        for change in changes.userChanges { apply(change) }
        set(changes.head)
        publish(changes.events)
    }

    /// Takes a user's name away, or gives it to another.
    func apply(_ change: UserChange) {
        if let id = change.id {
            vocabulary.join(id, of: change.former, to: change.user)
        } else {
            for user in [change.former, change.user].compactMap({ $0 }) { vocabulary.retire(user) }
        }
    }
}

extension UserChange {
    /// What an engine is told of it; asked before a vocabulary knows of it.
    func told(_ vocabulary: Vocabulary) -> StoreChange {
        if let id { return .joined(id: id, former: former, to: user) }
        return .erased(user, names: [vocabulary.id(of: user)] + vocabulary.joined(to: user).ids)
    }
}

/// A name that is taken away from a user, and given to another where there is an id.
struct UserChange: Sendable {
    /// The name; `nil` where it is nobody's any more.
    let id: String?
    /// The number that it had.
    let former: UserIndex?
    /// Whose it becomes, or who was erased.
    let user: UserIndex
}

/// What a transaction adds: visible to nobody before its commit, and forgotten when it fails.
struct PostgresChanges {
    private let vocabulary: Vocabulary
    /// The tenant's row before the transaction.
    private let before: LogHead
    private(set) var users: PendingNames
    private(set) var items: PendingNames
    private let knownTypes: [EventType]
    /// The event types that it numbers, which follow those known.
    private(set) var types: [EventType] = []
    /// The events that it adds.
    private(set) var events: [LoggedEvent] = []
    /// The names that it takes away.
    private(set) var userChanges: [UserChange] = []
    /// How many events it removes.
    var removedEvents = 0
    /// What else it changes, each thing once.
    private(set) var notes: [ChangeNote] = []
    private var noted: Set<ChangeNote> = []
    /// How many impressions it numbers.
    private(set) var impressions: Int64 = 0

    init(_ vocabulary: Vocabulary, after head: LogHead) {
        self.vocabulary = vocabulary
        before = head
        users = PendingNames(base: Int(head.users))
        items = PendingNames(base: Int(head.items))
        knownTypes = vocabulary.eventTypes
    }

    /// The tenant's row after the transaction.
    var head: LogHead {
        var head = before
        head.newestOffset += Int64(events.count)
        head.eventCount += Int64(events.count - removedEvents)
        head.users += Int64(users.table.count)
        head.items += Int64(items.table.count)
        head.types += Int64(types.count)
        head.changes += Int64(userChanges.count)
        head.impressions += impressions
        head.notes += Int64(notes.count)
        return head
    }

    /// The number of the first type that is new.
    var firstType: Int { knownTypes.count }

    /// The number of the first change of a user's name.
    var firstChange: Int64 { before.changes + 1 }

    /// The number of the first note.
    var firstNote: Int64 { before.notes + 1 }

    /// The number of a user, who is given one.
    mutating func number(ofUser id: String) -> UserIndex {
        vocabulary.user(id) ?? UserIndex(users.number(of: id).0)
    }

    /// The number of an item, which is given one.
    mutating func number(ofItem id: String) -> ItemIndex {
        vocabulary.item(id) ?? ItemIndex(items.number(of: id).0)
    }

    /// The number of an event type, which is given one.
    mutating func number(of type: EventType) -> UInt8 {
        if let known = knownTypes.firstIndex(of: type) { return UInt8(known) }
        if let known = types.firstIndex(of: type) { return UInt8(knownTypes.count + known) }
        types.append(type)
        return UInt8(knownTypes.count + types.count - 1)
    }

    /// The number of an impression.
    mutating func numberOfNextImpression() -> Int64 {
        impressions += 1
        return before.impressions + impressions
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

    /// Adds an event, which is given the next offset.
    mutating func append(_ event: LoggedEvent) -> LoggedEvent {
        var event = event
        event.offset = before.newestOffset + Int64(events.count) + 1
        events.append(event)
        return event
    }

    /// Takes a user's name away.
    mutating func add(_ change: UserChange) { userChanges.append(change) }

    /// Notes for other processes what is changed beside events and names.
    mutating func note(_ note: ChangeNote) {
        if noted.insert(note).inserted { notes.append(note) }
    }
}
#endif
