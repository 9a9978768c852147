#if PostgreSQL
import FreshetCore
import FreshetStorage

extension PostgresStore {
    // MARK: Versions

    /// All versions, newest first.
    public func versions() async throws -> [VersionRecord] {
        let number = number
        return try await readers.read { connection in
            try connection.query(
                "SELECT document FROM version WHERE tenant = $1 ORDER BY number DESC, micro_update DESC",
                number
            ).map { try Self.document(VersionRecord.self, $0, of: "a version") }
        }
    }

    /// Adds a version, or replaces what is known of it.
    public func put(_ version: VersionRecord) async throws {
        let number = number
        let document = PostgresValue.text(try DocumentCoding.encode(version))
        try await write { connection, changes in
            changes.note(.versions)
            _ = try connection.query(
                """
                INSERT INTO version (tenant, number, micro_update, document) VALUES ($1, $2, $3, $4)
                ON CONFLICT (tenant, number, micro_update) DO UPDATE SET document = excluded.document
                """,
                number,
                .number(version.version.number),
                .number(version.version.update),
                document
            )
        }
    }

    /// Keeps a decision.
    public func record(_ decision: Decision) async throws {
        let number = number
        let document = PostgresValue.text(try DocumentCoding.encode(decision))
        try await write { connection, changes in
            changes.note(.versions)
            _ = try connection.query(
                """
                INSERT INTO decision (tenant, number, document)
                SELECT $1, coalesce(max(number), 0) + 1, $2 FROM decision WHERE tenant = $1
                """,
                number,
                document
            )
        }
    }

    /// The newest decisions, newest first.
    public func decisions(limit: Int) async throws -> [Decision] {
        let number = number
        return try await readers.read { connection in
            try connection.query(
                "SELECT document FROM decision WHERE tenant = $1 ORDER BY number DESC LIMIT $2",
                number,
                .number(max(0, limit))
            ).map { try Self.document(Decision.self, $0, of: "a decision") }
        }
    }

    private static func document<Value: Decodable>(
        _ type: Value.Type,
        _ row: PostgresRows.Row,
        of what: String
    ) throws -> Value {
        try row.withBytes(0) { try DocumentCoding.decode(type, $0, of: what) }
    }

    // MARK: Settings

    /// The value of a name.
    public func setting(_ name: String) async throws -> String? {
        let number = number
        return try await readers.read { connection in
            try connection.query("SELECT value FROM setting WHERE tenant = $1 AND name = $2", number, .text(name))
                .first { $0.text(0) }
        }
    }

    /// Sets or, with `nil`, removes a value.
    public func setSetting(_ name: String, to value: String?) async throws {
        let number = number
        try await write { connection, changes in
            changes.note(.setting(name))
            guard let value else {
                try connection.query("DELETE FROM setting WHERE tenant = $1 AND name = $2", number, .text(name))
                return
            }
            try connection.query(
                """
                INSERT INTO setting (tenant, name, value) VALUES ($1, $2, $3)
                ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value
                """,
                number,
                .text(name),
                .text(value)
            )
        }
    }

    /// Sets a value unless there is one; what is there then, whoever set it.
    public func setting(_ name: String, orSet value: String) async throws -> String {
        let number = number
        return try await write { connection, changes in
            let kept = try connection.query(
                "SELECT value FROM setting WHERE tenant = $1 AND name = $2",
                number,
                .text(name)
            ).first { $0.text(0) ?? "" }
            if let kept { return kept }
            changes.note(.setting(name))
            try connection.query(
                "INSERT INTO setting (tenant, name, value) VALUES ($1, $2, $3)",
                number,
                .text(name),
                .text(value)
            )
            return value
        }
    }

    /// All values whose name begins so.
    public func settings(prefix: String) async throws -> [String: String] {
        let number = number
        return try await readers.read { connection in
            let rows = try connection.query(
                "SELECT name, value FROM setting WHERE tenant = $1 AND substring(name from 1 for length($2)) = $2",
                number,
                .text(prefix)
            )
            return Dictionary(rows.map { ($0.text(0) ?? "", $0.text(1) ?? "") }) { $1 }
        }
    }
}
#endif
