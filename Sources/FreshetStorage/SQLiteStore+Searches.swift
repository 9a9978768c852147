import FreshetCore
import GRDB

extension SQLiteStore {
    /// The newest searches made at a time or later, up to `limit`, oldest first.
    public func searches(since time: Timestamp, limit: Int) throws -> [LoggedSearch] {
        guard limit > 0 else { return [] }
        return try readNow { try SearchRows.newest($0, "time >= ?", time.milliseconds, limit: limit) }
    }

    /// The newest searches of a user, up to `limit`, oldest first.
    public func searches(of user: UserIndex, limit: Int) async throws -> [LoggedSearch] {
        guard limit > 0 else { return [] }
        return try await read { try SearchRows.newest($0, "user = ?", Int64(user.rawValue), limit: limit) }
    }

    /// Removes the search of an id; whose it was, or `nil` where there is none.
    static func removeSearch(_ id: String, _ db: Database) throws -> UserIndex? {
        let find = try RawStatement(db, "SELECT user FROM search WHERE id = ?")
        find.bind(1, id)
        guard let user = try find.firstInteger() else { return nil }
        _ = try update(db, "DELETE FROM search WHERE id = ?") { $0.bind(1, id) }
        return UserIndex(rawValue: Int32(truncatingIfNeeded: user))
    }

    /// Removes the searches that a rule does not keep; how many they were.
    func compactSearches(_ rule: RetentionRule, now: Int64) async throws -> Int {
        guard let days = rule.eventDays else { return 0 }
        let cutoff = EventCompaction.cutoff(days: days, now: now)
        return try await write { db, _ in
            try Self.update(db, "DELETE FROM search WHERE received < ?") { $0.bind(1, cutoff) }
        }
    }
}

/// Reads searches.
struct SearchRows {
    let statement: RawStatement

    init(_ db: Database, _ condition: String) throws {
        statement = try RawStatement(db, "SELECT user, text, time, id, session FROM search \(condition)")
    }

    /// The newest searches that a condition with one parameter names, oldest first.
    static func newest(
        _ db: Database,
        _ condition: String,
        _ parameter: Int64,
        limit: Int
    ) throws -> [LoggedSearch] {
        let rows = try SearchRows(db, "WHERE \(condition) ORDER BY time DESC, number DESC LIMIT ?")
        rows.statement.bind(1, parameter)
        rows.statement.bind(2, Int64(limit))
        var searches: [LoggedSearch] = []
        try rows.statement.forEachRow {
            searches.append(rows.search)
            return true
        }
        return searches.reversed()
    }

    /// The search of the row at hand.
    var search: LoggedSearch {
        LoggedSearch(
            user: UserIndex(rawValue: Int32(truncatingIfNeeded: statement.integer(0))),
            text: statement.text(1) ?? "",
            time: Timestamp(milliseconds: statement.integer(2))
        )
    }
}
