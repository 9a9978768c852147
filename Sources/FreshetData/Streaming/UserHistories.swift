import FreshetCore

/// The newest events of every user in the order of time, event by event: what a stream is learned and predicted from.
///
/// A user's run grows to `2 × limit` events and is then cut to the newest `limit`, so an event costs the same on
/// average however long the stream.
public struct UserHistories: Sendable {
    private var runs: [EventRun] = []
    /// How many newest events of a user are kept at least.
    public let limit: Int

    /// Creates empty histories.
    public init(limit: Int) {
        precondition(limit > 0, "a history of \(limit) events")
        self.limit = limit
    }

    /// How many users there are, counting up to the one with the highest number.
    public var userCount: Int { runs.count }

    /// The newest events of a user, at most `limit`, oldest first; empty for a user without any.
    public subscript(user: UserIndex) -> History {
        guard user.position < runs.count else { return History(items: []) }
        return runs[user.position].newest(limit)
    }

    /// What a user had done when an event happened, at most `limit` events, oldest first.
    public subscript(before event: LoggedEvent) -> History {
        guard event.user.position < runs.count else { return History(items: []) }
        return runs[event.user.position].newest(limit, until: event.time)
    }

    /// Puts an event in its place of its user's history.
    public mutating func insert(_ event: LoggedEvent) {
        while runs.count <= event.user.position { runs.append(EventRun()) }
        runs[event.user.position].insert(event)
        let excess = runs[event.user.position].count - limit
        if excess >= limit { runs[event.user.position].removeFirst(excess) }
    }

    /// Forgets a user's events.
    public mutating func removeAll(of user: UserIndex) {
        guard user.position < runs.count else { return }
        runs[user.position] = EventRun()
    }
}
