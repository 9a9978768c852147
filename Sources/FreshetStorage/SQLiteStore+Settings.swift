import FreshetCore
import GRDB

extension SQLiteStore {
    /// The value of a name.
    public func setting(_ name: String) async throws -> String? {
        try await read { db in
            let rows = try RawStatement(db, "SELECT value FROM setting WHERE name = ?")
            rows.bind(1, name)
            var value: String?
            try rows.forEachRow {
                value = rows.text(0)
                return false
            }
            return value
        }
    }

    /// Sets or, with `nil`, removes a value.
    public func setSetting(_ name: String, to value: String?) async throws {
        try await write { db, _ in
            let change = try RawStatement(
                db,
                value == nil
                    ? "DELETE FROM setting WHERE name = ?1"
                    : "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)"
            )
            change.bind(1, name)
            if let value { change.bind(2, value) }
            try change.run()
        }
    }

    /// All values whose name begins so.
    public func settings(prefix: String) async throws -> [String: String] {
        try await read { db in
            let rows = try RawStatement(db, "SELECT name, value FROM setting WHERE substr(name, 1, length(?1)) = ?1")
            rows.bind(1, prefix)
            var values: [String: String] = [:]
            try rows.forEachRow {
                values[rows.text(0) ?? ""] = rows.text(1)
                return true
            }
            return values
        }
    }
}
