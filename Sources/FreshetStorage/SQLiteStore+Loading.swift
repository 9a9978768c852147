import FreshetCore
import FreshetData
import GRDB

extension SQLiteStore {
    /// Reads the names and each user's newest event.
    static func load(_ db: Database, into memory: LogMemory) throws {
        try loadNames(db, into: memory.vocabulary)
        var heads = [LogHead](repeating: LogHead(), count: memory.vocabulary.userCount)
        var (newest, count): (Int64, Int) = (0, 0)
        let scan = try RawStatement(db, "SELECT offset, user, time FROM event ORDER BY offset")
        try scan.forEachRow {
            let (offset, user) = (scan.integer(0), Int(scan.integer(1)))
            guard heads.indices.contains(user) else { throw damage("event \(offset) has an unknown user") }
            let latest = max(heads[user].latest, Timestamp(milliseconds: scan.integer(2)))
            (heads[user], newest) = (LogHead(offset: offset, latest: latest), offset)
            count += 1
            return true
        }
        // Events at the end may have been erased: their offsets are never given again.
        let kept = try RawStatement(db, "SELECT value FROM log_state WHERE name = 'newest_offset'").firstInteger() ?? 0
        memory.restore(heads: heads, newestOffset: max(newest, kept), eventCount: count)
    }

    /// Reads the names of users, items and event types.
    static func loadNames(_ db: Database, into vocabulary: Vocabulary) throws {
        try forEachName(db, "user_name") { number, id in
            let name = id ?? Vocabulary.retiredName(of: UserIndex(number))
            return vocabulary.addUser(name).position
        }
        try forEachName(db, "item_name") { _, id in vocabulary.addItem(id ?? "").position }
        try forEachName(db, "type_name") { _, id in
            vocabulary.addEventType(EventType(rawValue: id ?? "")).map { Int($0) }
        }
        let joined = try RawStatement(db, "SELECT id, user, former FROM joined_user")
        try joined.forEachRow {
            let (id, user) = (joined.text(0) ?? "", Int(joined.integer(1)))
            let former = joined.isNull(2) ? nil : Int(joined.integer(2))
            guard user < vocabulary.userCount, (former ?? 0) < vocabulary.userCount else {
                throw damage("the joined user '\(id)' has an unknown number")
            }
            vocabulary.join(id, of: former.map { UserIndex($0) }, to: UserIndex(user))
            return true
        }
    }

    private static func forEachName(_ db: Database, _ table: String, _ add: (Int, String?) -> Int?) throws {
        let names = try RawStatement(db, "SELECT number, id FROM \(table) ORDER BY number")
        var expected = 0
        try names.forEachRow {
            let number = Int(names.integer(0))
            guard number == expected, add(number, names.text(1)) == number else {
                throw damage("number \(expected) of \(table) is missing or double")
            }
            expected += 1
            return true
        }
    }

    private static func damage(_ words: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: words)
    }
}
