#if PostgreSQL
import Dispatch
import FreshetCore
import FreshetData

extension PostgresStore {
    private static let portion: Int64 = 10_000

    /// Reads all names; before anybody else has the store.
    func load(_ connection: PostgresConnection) throws {
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        let head = try head(connection)
        try addNames(upTo: head, connection)
        let joined = try connection.query("SELECT id, user_number, former FROM joined_user WHERE tenant = $1", number)
        for place in 0..<joined.count {
            let row = joined[place]
            memory.apply(
                UserChange(
                    id: row.text(0),
                    former: row.optionalInteger(2).map { UserIndex(Int($0)) },
                    user: UserIndex(Int(row.integer(1)))
                )
            )
        }
        try connection.execute("COMMIT")
        memory.set(head)
    }

    /// Makes visible what other processes committed.
    public func follow() async throws {
        try await withCheckedThrowingContinuation { continuation in
            writer.queue.async { continuation.resume(with: Result { try self.followNow() }) }
        }
    }

    /// Makes visible what other processes committed; on the writing queue.
    func followNow() throws {
        try writer.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") { connection in
            try follow(to: head(connection), connection)
        }
    }

    /// Reads what was committed up to a state of the tenant's row, in the order in which it was.
    func follow(to head: LogHead, _ connection: PostgresConnection) throws {
        let known = memory.head
        guard head != known else { return }
        var changes: [StoreChange] = []
        if head.changes > known.changes {
            for (users, change) in try userChanges(after: known.changes, connection) {
                try addUsers(upTo: users, connection)
                changes.append(change.told(vocabulary))
                memory.apply(change)
            }
        }
        try addNames(upTo: head, connection)
        while memory.head.newestOffset < head.newestOffset {
            let events = try connection.query(
                "SELECT \(EventColumns.usual) FROM event WHERE tenant = $1 AND number > $2 ORDER BY number LIMIT $3",
                number,
                .integer(memory.head.newestOffset),
                .integer(Self.portion)
            ).map(EventColumns.event)
            guard !events.isEmpty else { break }
            memory.publish(events)
        }
        if head.notes > known.notes { changes += try notes(after: known.notes, upTo: head.notes, connection) }
        memory.set(head)
        memory.tell(changes)
    }

    /// What others changed beside events and names; everything, where notes of it were removed for their age.
    private func notes(
        after note: Int64,
        upTo newest: Int64,
        _ connection: PostgresConnection
    ) throws -> [StoreChange] {
        let rows = try connection.query(
            "SELECT kind, key FROM note WHERE tenant = $1 AND number > $2 AND number <= $3 ORDER BY number",
            number,
            .integer(note),
            .integer(newest)
        )
        guard Int64(rows.count) == newest - note else { return [.everything] }
        return rows.map { ChangeNote.change(kind: $0.integer(0), key: $0.text(1) ?? "") ?? .everything }
    }

    private func head(_ connection: PostgresConnection) throws -> LogHead {
        try connection.query("SELECT \(LogHead.columns) FROM head WHERE tenant = $1", number).first { LogHead($0) }
            ?? memory.head
    }

    /// The names that were taken away since a change, each with how many users had numbers by then.
    private func userChanges(
        after change: Int64,
        _ connection: PostgresConnection
    ) throws -> [(users: Int64, change: UserChange)] {
        try connection.query(
            "SELECT users, id, user_number, former FROM user_change WHERE tenant = $1 AND number > $2 ORDER BY number",
            number,
            .integer(change)
        ).map { row in
            let former = row.optionalInteger(3).map { UserIndex(Int($0)) }
            let change = UserChange(id: row.text(1), former: former, user: UserIndex(Int(row.integer(2))))
            return (row.integer(0), change)
        }
    }

    private func addNames(upTo head: LogHead, _ connection: PostgresConnection) throws {
        try addUsers(upTo: head.users, connection)
        try addNames("item_name", from: vocabulary.itemCount, upTo: head.items, connection) { _, id in
            vocabulary.addItem(id ?? "").position
        }
        try addNames("type_name", from: vocabulary.eventTypes.count, upTo: head.types, connection) { _, id in
            vocabulary.addEventType(EventType(rawValue: id ?? "")).map { Int($0) }
        }
    }

    private func addUsers(upTo count: Int64, _ connection: PostgresConnection) throws {
        try addNames("user_name", from: vocabulary.userCount, upTo: count, connection) { number, id in
            vocabulary.addUser(id ?? Vocabulary.retiredName(of: UserIndex(number))).position
        }
    }

    private func addNames(
        _ table: String,
        from first: Int,
        upTo count: Int64,
        _ connection: PostgresConnection,
        _ add: (Int, String?) -> Int?
    ) throws {
        var next = first
        while next < count {
            let rows = try connection.query(
                """
                SELECT number, id FROM \(table) WHERE tenant = $1 AND number >= $2 AND number < $3 ORDER BY number LIMIT $4
                """,
                number,
                .number(next),
                .integer(count),
                .integer(Self.portion)
            )
            guard rows.count > 0 else { throw damage("number \(next) of \(table) is missing") }
            for place in 0..<rows.count {
                let number = Int(rows[place].integer(0))
                guard number == next, add(number, rows[place].text(1)) == number else {
                    throw damage("number \(next) of \(table) is missing or double")
                }
                next += 1
            }
        }
    }

    /// The error for rows that cannot be.
    func damage(_ words: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "The data of the tenant '\(tenant)' in PostgreSQL is damaged: \(words).",
            remedy: "Restore a backup of the database."
        )
    }
}
#endif
