#if PostgreSQL
import Dispatch
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// Hands a request to the writing queue.
    func enqueue(_ request: GroupCommit.Request) {
        if waiting.add(request) { scheduleTurn() }
    }

    /// Runs a transaction of its own on the writing queue; the body may run more than once.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection, inout PostgresChanges) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            writer.queue.async { continuation.resume(with: Result { try self.transaction(body) }) }
        }
    }

    /// Writes a megabyte, as much as a large delivery, and removes it.
    public func checkWriting() async throws {
        let number = number
        let name = PostgresValue.text("storage.check")
        try await write { connection, _ in
            _ = try connection.query(
                """
                INSERT INTO setting (tenant, name, value) VALUES ($1, $2, $3)
                ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value
                """,
                number,
                name,
                .bytes([UInt8](repeating: 0, count: 1 << 20))
            )
        }
        try await write { connection, _ in
            _ = try connection.query("DELETE FROM setting WHERE tenant = $1 AND name = $2", number, name)
        }
    }

    private func scheduleTurn() {
        writer.queue.async {
            self.writeGroup()
            if self.waiting.endTurn() { self.scheduleTurn() }
        }
    }

    private func writeGroup() {
        let requests = waiting.take(limit: configuration.maximumGroup)
        do {
            let answers = try transaction { try self.append(requests, $0, &$1) }
            for (request, answer) in zip(requests, answers) {
                switch answer {
                case .success(let receipt): request.continuation.resume(returning: receipt)
                case .failure(let error): request.continuation.resume(throwing: error)
                }
            }
        } catch let error {
            for request in requests { request.continuation.resume(throwing: error) }
        }
    }

    /// Commits what `body` does, or nothing of it, and makes it visible.
    ///
    /// The tenant's row is held from the first statement to the commit, and what others committed before is followed first:
    /// so the numbers that the body gives are the next ones.
    private func transaction<Value>(
        _ body: (PostgresConnection, inout PostgresChanges) throws -> Value
    ) throws -> Value {
        let (value, changes) = try writer.transaction("BEGIN") { connection in
            let head = try lockHead(connection)
            try lease?.check(head)
            try follow(to: head, connection)
            var changes = PostgresChanges(vocabulary, after: head)
            let value = try body(connection, &changes)
            try finish(changes, since: head, connection)
            return (value, changes)
        }
        memory.publish(changes)
        return value
    }

    private func lockHead(_ connection: PostgresConnection) throws -> LogHead {
        let rows = try connection.query(
            "SELECT \(LogHead.columns) FROM head WHERE tenant = $1 FOR UPDATE",
            number
        )
        guard let found = rows.first({ LogHead($0) }) else {
            throw FreshetError(
                .external,
                "The tenant '\(tenant)' is not in the database any more.",
                remedy: "Open the store again to begin anew, or restore a backup."
            )
        }
        return found
    }

    /// Writes the names and how far the numbers have come, and wakes whoever follows.
    private func finish(_ changes: PostgresChanges, since before: LogHead, _ connection: PostgresConnection) throws {
        try writer.sign(connection)
        var head = changes.head
        guard head != before else { return }
        try copyNames(changes, connection)
        try copyUserChanges(changes, connection)
        try copyNotes(changes, connection)
        try connection.query(
            """
            UPDATE head SET newest_offset = $2, event_count = $3, users = $4, items = $5, types = $6, changes = $7,
                impressions = $8, notes = $9
            WHERE tenant = $1
            """,
            number,
            .integer(head.newestOffset),
            .integer(head.eventCount),
            .integer(head.users),
            .integer(head.items),
            .integer(head.types),
            .integer(head.changes),
            .integer(head.impressions),
            .integer(head.notes)
        )
        head.impressions = before.impressions
        if head != before { try connection.execute("NOTIFY \(channel)") }
    }

    private func copyNames(_ changes: PostgresChanges, _ connection: PostgresConnection) throws {
        var users = CopyRows(columns: 4)
        for (place, id) in changes.users.table.identifiers.enumerated() {
            users.beginRow()
            users.write(tenantNumber)
            users.write(Int32(changes.users.base + place))
            users.write(id)
            users.write(id.lowercased())
        }
        try connection.copy(users, into: "user_name")
        var items = CopyRows(columns: 3)
        for (place, id) in changes.items.table.identifiers.enumerated() {
            items.beginRow()
            items.write(tenantNumber)
            items.write(Int32(changes.items.base + place))
            items.write(id)
        }
        try connection.copy(items, into: "item_name")
        var types = CopyRows(columns: 3)
        for (place, type) in changes.types.enumerated() {
            types.beginRow()
            types.write(tenantNumber)
            types.write(Int32(changes.firstType + place))
            types.write(type.rawValue)
        }
        try connection.copy(types, into: "type_name")
    }

    private func copyNotes(_ changes: PostgresChanges, _ connection: PostgresConnection) throws {
        var rows = CopyRows(columns: 4)
        for (place, note) in changes.notes.enumerated() {
            rows.beginRow()
            rows.write(tenantNumber)
            rows.write(changes.firstNote + Int64(place))
            rows.write(note.kind.rawValue)
            rows.write(note.key)
        }
        guard rows.count > 0 else { return }
        try connection.copy(rows, into: "note (tenant, number, kind, key)")
    }

    private func copyUserChanges(_ changes: PostgresChanges, _ connection: PostgresConnection) throws {
        var rows = CopyRows(columns: 6)
        for (place, change) in changes.userChanges.enumerated() {
            rows.beginRow()
            rows.write(tenantNumber)
            rows.write(changes.firstChange + Int64(place))
            rows.write(Int32(changes.head.users))
            rows.write(change.id)
            rows.write(change.user.rawValue)
            if let former = change.former { rows.write(former.rawValue) } else { rows.writeNull() }
        }
        try connection.copy(rows, into: "user_change")
    }
}
#endif
