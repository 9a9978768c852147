#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// A user who has attributes or events, or `nil`.
    public func user(_ id: String) async throws -> User? {
        let number = number
        let id = vocabulary.name(of: id)
        let isKnown = vocabulary.user(id) != nil
        return try await readers.read { connection in
            let found = try connection.query(
                "SELECT id, document FROM profile WHERE tenant = $1 AND id = $2",
                number,
                .text(id)
            ).first { try Self.user($0) }
            return found ?? (isKnown ? User(id: id) : nil)
        }
    }

    /// Adds users, or replaces them.
    public func put(_ users: [User]) async throws {
        let (number, vocabulary) = (number, vocabulary)
        try await write { connection, changes in
            let rows = try users.map { user in
                var user = user
                user.id = vocabulary.name(of: user.id)
                changes.note(.profile(user.id))
                return try Self.row(of: user, number)
            }
            _ = try connection.pipeline(Self.putting, rows)
        }
    }

    /// A page of users in the order of their ids, those with events or attributes, whose id contains `search`, in any
    /// case, if given.
    public func users(matching search: String?, after cursor: String?, limit: Int) async throws -> [User] {
        let number = number
        // Each half stops at the limit, in the order of an index.
        let condition = """
            WHERE tenant = $1 AND id > $2 AND ($3::bytea IS NULL OR position($3 in folded) > 0) ORDER BY id LIMIT $4
            """
        return try await readers.read { connection in
            try connection.query(
                """
                SELECT DISTINCT ON (id) id, document FROM (
                    (SELECT id, document FROM profile \(condition))
                    UNION ALL (SELECT id, NULL::bytea FROM user_name \(condition))
                ) AS found ORDER BY id, document NULLS LAST LIMIT $4
                """,
                number,
                .text(cursor ?? ""),
                .bytes(search.map { Self.folded($0) }),
                .number(max(0, limit))
            ).map { try Self.user($0) }
        }
    }

    /// Erases a user: attributes, events, searches, the name in impressions and what their requests said of the moment, and
    /// the names that were joined to theirs; how many rows went.
    ///
    /// The number stays taken: events of the same id are a new user's.
    public func eraseUser(_ id: String) async throws -> ErasedRows {
        let (tenant, vocabulary) = (number, vocabulary)
        return try await write { connection, changes in
            let name = vocabulary.name(of: id)
            changes.note(.profile(name))
            func run(_ sql: String, _ parameter: PostgresValue) throws -> Int {
                try connection.query(sql, tenant, parameter).changed
            }
            let forgetting = """
                UPDATE impression SET user_number = NULL, user_id = NULL, context = NULL WHERE tenant = $1
                """
            var erased = ErasedRows()
            erased.attributes = try run("DELETE FROM profile WHERE tenant = $1 AND id = $2", .text(name))
            erased.impressions = try run("\(forgetting) AND user_id = $2", .text(name))
            guard let user = vocabulary.user(name) else { return erased }
            let number = PostgresValue.number(user.rawValue)
            erased.impressions += try run("\(forgetting) AND user_number = $2", number)
            erased.searches = try run("DELETE FROM search WHERE tenant = $1 AND user_number = $2", number)
            erased.events = try run("DELETE FROM event WHERE tenant = $1 AND user_number = $2", number)
            // Whoever follows must take the names away that they had, and need not know them for it.
            _ = try run(
                """
                UPDATE user_change SET id = NULL WHERE tenant = $1
                    AND id IN (SELECT id FROM joined_user WHERE tenant = $1 AND user_number = $2)
                """,
                number
            )
            _ = try run("DELETE FROM joined_user WHERE tenant = $1 AND user_number = $2", number)
            _ = try run("UPDATE user_name SET id = NULL, folded = NULL WHERE tenant = $1 AND number = $2", number)
            changes.add(UserChange(id: nil, former: nil, user: user))
            changes.removedEvents += erased.events
            return erased
        }
    }

    /// Writes a user's attributes, in the place of those that were there.
    static let putting = """
        INSERT INTO profile (tenant, id, folded, document) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, id) DO UPDATE SET document = excluded.document
        """

    /// The parameters of ``putting``.
    static func row(of user: User, _ tenant: PostgresValue) throws -> [PostgresValue] {
        [tenant, .text(user.id), .bytes(folded(user.id)), .text(try DocumentCoding.encode(user))]
    }

    /// The user of a row of id and document, which is NULL for those who have only events.
    static func user(_ row: PostgresRows.Row) throws -> User {
        let id = row.text(0) ?? ""
        guard !row.isNull(1) else { return User(id: id) }
        return try row.withBytes(1) { try DocumentCoding.decode(User.self, $0, of: "user '\(id)'") }
    }
}
#endif
