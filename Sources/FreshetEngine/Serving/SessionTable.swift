import FreshetCore
import FreshetData
import FreshetModels

/// The state of a ``SessionStore``: users' runs of events in slots, in the order in which they were last used.
struct SessionTable {
    /// What a user costs beside their events, in events: the arrays' headers and the slot.
    private static let overhead = 8

    private struct Slot {
        var user: UserIndex
        /// The events in the order of time.
        var run = EventRun()
        /// The offset of the event that arrived last: those up to it are in the run.
        var offset: Int64 = 0
    }

    /// A reading of the log for a user, which several requests may share.
    private struct Load {
        let token: Int
        var readers = 1
        /// Events that came in since it began.
        var events: [LoggedEvent] = []
    }

    private let limit: Int
    private let capacity: Int
    /// Users from this number on have no events in the log before those that come in.
    private var knownUsers: Int
    private var slots: [Slot] = []
    private var free: [Int32] = []
    /// The slot of each user; -1 for none.
    private var slotOfUser: [Int32] = []
    private var order = RecencyQueue()
    private var loads: [UserIndex: Load] = [:]
    private var lastToken = 0
    /// How many events the slots hold.
    private(set) var eventCount = 0
    /// How many users have a slot.
    private(set) var userCount = 0

    init(limit: Int, capacity: Int, knownUsers: Int) {
        precondition(limit > 0 && capacity > 0, "sessions of \(limit) events, \(capacity) in all")
        self.limit = limit
        self.capacity = capacity
        self.knownUsers = knownUsers
    }

    /// The history of a user who is in memory.
    mutating func history(of user: UserIndex) -> History? {
        guard let slot = slot(of: user) else { return nil }
        order.touch(Int(slot))
        return slots[Int(slot)].run.newest(limit)
    }

    /// Whether the user's events before an event are known, so that ``append(_:learn:)`` can tell them.
    func isCurrent(before event: LoggedEvent) -> Bool {
        guard let slot = slot(of: event.user) else { return event.user.position >= knownUsers }
        return slots[Int(slot)].offset < event.offset
    }

    /// Takes in an event, unless its user is in the log but not in memory.
    mutating func append(_ event: LoggedEvent, learn: (LoggedEvent, History) -> Void) {
        if let slot = slot(of: event.user) {
            if slots[Int(slot)].offset < event.offset {
                learn(event, slots[Int(slot)].run.newest(limit, until: event.time))
                add(event, to: slot)
            }
            order.touch(Int(slot))
        } else if event.user.position >= knownUsers {
            learn(event, History(items: []))
            add(event, to: insert(event.user))
        }
        loads[event.user]?.events.append(event)
        knownUsers = max(knownUsers, event.user.position + 1)
        makeRoom()
    }

    /// Puts a user's newest events into memory, unless they are there.
    mutating func restore(_ user: UserIndex, _ events: [LoggedEvent]) {
        guard slot(of: user) == nil else { return }
        add(events, to: insert(user))
    }

    /// Announces that the log is about to be read for a user; what comes in meanwhile is kept for them.
    mutating func beginLoading(_ user: UserIndex) -> Int {
        if let load = loads[user] {
            loads[user]?.readers += 1
            return load.token
        }
        lastToken += 1
        loads[user] = Load(token: lastToken)
        return lastToken
    }

    /// Gives up reading.
    mutating func abandonLoading(_ user: UserIndex, _ token: Int) {
        guard var load = loads[user], load.token == token else { return }
        load.readers -= 1
        loads[user] = load.readers == 0 ? nil : load
    }

    /// Puts into memory what the log held, and what came in while it was read.
    ///
    /// - Returns: the history; `nil` when the reading is out of date and the log has to be read again.
    mutating func finishLoading(_ user: UserIndex, _ token: Int, _ events: [LoggedEvent]) -> History? {
        guard let load = loads[user], load.token == token else { return history(of: user) }
        loads[user] = nil
        let slot = slot(of: user) ?? insert(user)
        let read = Set(events.map(\.offset))
        add(events + load.events.filter { !read.contains($0.offset) }, to: slot)
        let history = slots[Int(slot)].run.newest(limit)
        makeRoom()
        return history
    }

    /// Forgets a user; how many events they had in memory.
    mutating func removeAll(of user: UserIndex) -> Int {
        loads[user] = nil
        guard let slot = slot(of: user) else { return 0 }
        let count = slots[Int(slot)].run.count
        release(slot)
        return count
    }

    /// Forgets two users whose events are one's in the log, so that they are read from there.
    mutating func join(_ former: UserIndex, to user: UserIndex) {
        _ = removeAll(of: former)
        _ = removeAll(of: user)
        knownUsers = max(knownUsers, user.position + 1)
    }

    // MARK: Slots

    private func slot(of user: UserIndex) -> Int32? {
        guard user.position < slotOfUser.count, slotOfUser[user.position] >= 0 else { return nil }
        return slotOfUser[user.position]
    }

    private mutating func insert(_ user: UserIndex) -> Int32 {
        while slotOfUser.count <= user.position { slotOfUser.append(-1) }
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)] = Slot(user: user)
        } else {
            slot = Int32(slots.count)
            slots.append(Slot(user: user))
            order.grow(to: slots.count)
        }
        slotOfUser[user.position] = slot
        userCount += 1
        order.touch(Int(slot))
        return slot
    }

    /// Adds those of some events that are newer in the log than what the slot holds.
    private mutating func add(_ events: [LoggedEvent], to slot: Int32) {
        let known = slots[Int(slot)].offset
        for event in events where event.offset > known { add(event, to: slot) }
    }

    private mutating func add(_ event: LoggedEvent, to slot: Int32) {
        slots[Int(slot)].run.insert(event)
        slots[Int(slot)].offset = max(slots[Int(slot)].offset, event.offset)
        eventCount += 1
        let excess = slots[Int(slot)].run.count - limit
        guard excess >= limit else { return }
        slots[Int(slot)].run.removeFirst(excess)
        eventCount -= excess
    }

    private mutating func release(_ slot: Int32) {
        order.remove(Int(slot))
        eventCount -= slots[Int(slot)].run.count
        userCount -= 1
        slotOfUser[slots[Int(slot)].user.position] = -1
        slots[Int(slot)] = Slot(user: UserIndex(rawValue: -1))
        free.append(slot)
    }

    /// Lets go of the users longest silent, but never of the newest.
    private mutating func makeRoom() {
        while eventCount + userCount * Self.overhead > capacity, order.count > 1, let oldest = order.oldest {
            release(Int32(oldest))
        }
    }
}
