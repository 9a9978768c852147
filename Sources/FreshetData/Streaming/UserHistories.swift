import FreshetCore

/// The newest events of every user, event by event: what a stream is learned and predicted from.
///
/// A user's run grows to `2 × limit` events and is then cut to the newest `limit`, so an event costs the same on
/// average however long the stream.
public struct UserHistories: Sendable {
    private struct Run {
        var items: [ItemIndex] = []
        var times: [Int64] = []
        var types: [UInt8] = []
        var values: [Float] = []

        mutating func append(_ event: LoggedEvent) {
            items.append(event.item)
            times.append(event.time)
            types.append(event.type)
            values.append(event.value)
        }

        mutating func removeFirst(_ count: Int) {
            items.removeFirst(count)
            times.removeFirst(count)
            types.removeFirst(count)
            values.removeFirst(count)
        }
    }

    private var runs: [Run] = []
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
        let run = runs[user.position]
        let range = max(0, run.items.count - limit)..<run.items.count
        return History(
            items: run.items[range],
            times: run.times[range],
            types: run.types[range],
            values: run.values[range]
        )
    }

    /// Adds an event to its user's history.
    public mutating func append(_ event: LoggedEvent) {
        while runs.count <= event.user.position { runs.append(Run()) }
        runs[event.user.position].append(event)
        let excess = runs[event.user.position].items.count - limit
        if excess >= limit { runs[event.user.position].removeFirst(excess) }
    }

    /// Forgets a user's events.
    public mutating func removeAll(of user: UserIndex) {
        guard user.position < runs.count else { return }
        runs[user.position] = Run()
    }
}
