#if PostgreSQL
import FreshetCore

extension PostgresStore {
    /// The newest searches made at a time or later, up to `limit`, oldest first.
    public func searches(since time: Timestamp, limit: Int) throws -> [LoggedSearch] {
        guard limit > 0 else { return [] }
        return try readers.readNow(newestSearches("time >= $2", .integer(time.milliseconds), limit: limit))
    }

    /// The newest searches of a user, up to `limit`, oldest first.
    public func searches(of user: UserIndex, limit: Int) async throws -> [LoggedSearch] {
        guard limit > 0 else { return [] }
        return try await readers.read(newestSearches("user_number = $2", .number(user.rawValue), limit: limit))
    }

    private func newestSearches(
        _ condition: String,
        _ parameter: PostgresValue,
        limit: Int
    ) -> @Sendable (PostgresConnection) throws -> [LoggedSearch] {
        let number = number
        // Not those of users whose names are not known here yet.
        let users = memory.head.users
        return { connection in
            try connection.query(
                """
                SELECT user_number, text, time FROM search WHERE tenant = $1 AND \(condition) AND user_number < $4
                ORDER BY time DESC, number DESC LIMIT $3
                """,
                number,
                parameter,
                .number(limit),
                .integer(users)
            ).map { row in
                LoggedSearch(
                    user: UserIndex(Int(row.integer(0))),
                    text: row.text(1) ?? "",
                    time: Timestamp(milliseconds: row.integer(2))
                )
            }.reversed()
        }
    }
}
#endif
