import FreshetCore
import FreshetData
import GRDB

extension SQLiteStore {
    /// A user who has attributes or events, or `nil`.
    public func user(_ id: String) async throws -> User? {
        let id = vocabulary.name(of: id)
        let isKnown = vocabulary.user(id) != nil
        return try await read { db in
            let rows = try RawStatement(db, "SELECT id, document FROM user WHERE id = ?")
            rows.bind(1, id)
            return try rows.users().first ?? (isKnown ? User(id: id) : nil)
        }
    }

    /// Adds users, or replaces them.
    public func put(_ users: [User]) async throws {
        let rows = try users.map { user in
            var user = user
            user.id = vocabulary.name(of: user.id)
            return (user.id, try DocumentCoding.encode(user))
        }
        try await write { db, _ in
            let insert = try RawStatement(db, "INSERT OR REPLACE INTO user (id, document) VALUES (?, ?)")
            for (id, document) in rows {
                insert.bind(1, id)
                insert.bind(2, document)
                try insert.run()
            }
        }
    }

    /// A page of users in the order of their ids, those with events or attributes, whose id contains `search`, in any
    /// case, if given.
    public func users(matching search: String?, after cursor: String?, limit: Int) async throws -> [User] {
        try await read { db in
            // Each half stops at the limit, in the order of an index.
            let condition = "id > ?1 AND (?2 IS NULL OR instr(lower(id), ?2) > 0) ORDER BY id LIMIT ?3"
            let rows = try RawStatement(
                db,
                """
                SELECT id, max(document) FROM (
                    SELECT * FROM (SELECT id, document FROM user WHERE \(condition))
                    UNION ALL SELECT * FROM (SELECT id, NULL FROM user_name WHERE \(condition))
                ) GROUP BY id ORDER BY id LIMIT ?3
                """
            )
            rows.bind(1, cursor ?? "")
            rows.bind(2, search?.lowercased())
            rows.bind(3, Int64(max(0, limit)))
            return try rows.users()
        }
    }

    /// Erases a user: attributes, events, searches, the name in impressions and what their requests said of the moment, and
    /// the names that were joined to theirs; how many rows went.
    ///
    /// The number stays taken: events of the same id are a new user's.
    public func eraseUser(_ id: String) async throws -> ErasedRows {
        let memory = memory
        return try await write { db, changes in
            let id = memory.vocabulary.name(of: id)
            let attributes = try RawStatement(db, "DELETE FROM user WHERE id = ?")
            attributes.bind(1, id)
            try attributes.run()
            var erased = ErasedRows()
            erased.attributes = db.changedRows
            let forgetting = "UPDATE impression SET user = NULL, context = NULL WHERE user = ?"
            erased.impressions = try Self.update(db, forgetting) { $0.bind(1, id) }
            guard let user = memory.vocabulary.user(id) else { return erased }
            erased.impressions += try Self.update(db, forgetting) { $0.bind(1, Int64(user.rawValue)) }
            erased.searches = try Self.update(db, "DELETE FROM search WHERE user = ?") {
                $0.bind(1, Int64(user.rawValue))
            }
            erased.events = try Self.eraseEvents(of: user, from: changes.head(of: user).offset, db)
            for forget in ["UPDATE user_name SET id = NULL WHERE number = ?", "DELETE FROM joined_user WHERE user = ?"]
            {
                _ = try Self.update(db, forget) { $0.bind(1, Int64(user.rawValue)) }
            }
            try Self.keepNewestOffset(changes.newestOffset, db)
            changes.removedEvents += erased.events
            changes.retire(user)
            return erased
        }
    }

    /// Runs a statement; how many rows it changed.
    static func update(_ db: Database, _ sql: String, _ bind: (RawStatement) -> Void) throws -> Int {
        let update = try RawStatement(db, sql)
        bind(update)
        try update.run()
        return db.changedRows
    }

    private static func eraseEvents(of user: UserIndex, from head: Int64, _ db: Database) throws -> Int {
        var offsets: [Int64] = []
        let rows = try EventRows(db, "WHERE offset = ?")
        try rows.walk(from: head) {
            offsets.append(rows.statement.integer(0))
            return true
        }
        let delete = try RawStatement(db, "DELETE FROM event WHERE offset = ?")
        for offset in offsets {
            delete.bind(1, offset)
            try delete.run()
        }
        return offsets.count
    }

    /// Remembers the newest offset beside the events, so that it is not given again when those at the end are gone.
    static func keepNewestOffset(_ offset: Int64, _ db: Database) throws {
        let keep = try RawStatement(
            db,
            "INSERT OR REPLACE INTO log_state (name, value) VALUES ('newest_offset', ?)"
        )
        keep.bind(1, offset)
        try keep.run()
    }
}

extension RawStatement {
    /// Reads users from rows of id and document, which is NULL for those who have only events.
    func users() throws -> [User] {
        var users: [User] = []
        try forEachRow {
            let id = text(0) ?? ""
            users.append(
                isNull(1)
                    ? User(id: id)
                    : try withBytes(1) { try DocumentCoding.decode(User.self, $0, of: "user '\(id)'") }
            )
            return true
        }
        return users
    }
}
