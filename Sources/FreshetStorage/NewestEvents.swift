import FreshetCore
import GRDB

/// A user's newest events by their time, which are not the last that arrived where some came late.
struct NewestEvents {
    /// The most events of a user that are looked at: beyond, what came late may hide what is new.
    private static let farthest = 20_000

    private let limit: Int
    private var events: [LoggedEvent] = []
    /// The oldest time that belongs to the newest; `nil` while there are fewer than the limit.
    private var threshold: Timestamp?

    /// Reads from a user's last event back, as far as a newer time may come; at most `limit` events, oldest first.
    static func read(from head: Int64, limit: Int, _ db: Database) throws -> [LoggedEvent] {
        var newest = NewestEvents(limit: limit)
        var seen = 0
        let rows = try EventRows(db, "WHERE offset = ?", adding: ["latest"])
        try rows.walk(from: head) {
            if let threshold = newest.threshold, rows.latest <= threshold { return false }
            newest.add(rows.event)
            seen += 1
            return seen < max(farthest, limit)
        }
        newest.trim()
        return newest.events.reversed()
    }

    private init(limit: Int) { self.limit = limit }

    private mutating func add(_ event: LoggedEvent) {
        if let threshold, event.time <= threshold { return }
        events.append(event)
        if threshold == nil ? events.count == limit : events.count / 2 >= limit { trim() }
    }

    /// Keeps the newest, newest first; of one moment, those that arrived last.
    private mutating func trim() {
        let isInOrder = zip(events, events.dropFirst()).allSatisfy { $0.time >= $1.time }
        if !isInOrder { events.sort { ($1.time, $1.offset) < ($0.time, $0.offset) } }
        if events.count > limit { events.removeLast(events.count - limit) }
        if events.count == limit { threshold = events.last?.time }
    }
}
