import FreshetCore
import GRDB

extension SQLiteStore {
    /// Removes the event or search that has an id of its own; whose it was, or `nil` where there is none.
    ///
    /// Its user's chain goes on past it, and its offset is not given again. An event that is sent under the id later is a
    /// new one.
    public func removeEvent(_ id: String) async throws -> UserIndex? {
        try await write { db, changes in
            guard let event = try Self.event(named: id, db) else { return try Self.removeSearch(id, db) }
            let head = changes.head(of: event.user)
            if head.offset == event.offset {
                changes.setHead(LogHead(offset: event.previous, latest: head.latest), of: event.user)
            } else {
                try Self.link(past: event, from: head.offset, db)
            }
            let delete = try RawStatement(db, "DELETE FROM event WHERE offset = ?")
            delete.bind(1, event.offset)
            try delete.run()
            try Self.keepNewestOffset(changes.newestOffset, db)
            changes.removedEvents += 1
            return event.user
        }
    }

    private struct Link {
        let offset: Int64
        let user: UserIndex
        let previous: Int64
    }

    private static func event(named id: String, _ db: Database) throws -> Link? {
        let rows = try RawStatement(db, "SELECT offset, user, previous FROM event WHERE id = ?")
        rows.bind(1, id)
        var found: Link?
        try rows.forEachRow {
            found = Link(
                offset: rows.integer(0),
                user: UserIndex(rawValue: Int32(truncatingIfNeeded: rows.integer(1))),
                previous: rows.integer(2)
            )
            return false
        }
        return found
    }

    /// Has the user's event after one name the event before it.
    private static func link(past event: Link, from head: Int64, _ db: Database) throws {
        let rows = try EventRows(db, "WHERE offset = ?")
        var next: Int64 = 0
        try rows.walk(from: head) {
            guard rows.statement.integer(7) == event.offset else { return true }
            next = rows.statement.integer(0)
            return false
        }
        let update = try RawStatement(db, "UPDATE event SET previous = ? WHERE offset = ?")
        update.bind(1, event.previous > 0 ? event.previous : nil)
        update.bind(2, next)
        try update.run()
    }
}
