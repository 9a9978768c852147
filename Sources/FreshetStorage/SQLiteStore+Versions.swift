import FreshetCore
import GRDB

extension SQLiteStore {
    /// All versions, newest first.
    public func versions() async throws -> [VersionRecord] {
        try await read { try Self.versions($0) }
    }

    static func versions(_ db: Database) throws -> [VersionRecord] {
        try RawStatement(db, "SELECT document FROM version ORDER BY number DESC, micro_update DESC")
            .documents(VersionRecord.self, of: "a version")
    }

    /// Adds a version, or replaces what is known of it.
    public func put(_ version: VersionRecord) async throws {
        let document = try DocumentCoding.encode(version)
        try await write { db, _ in
            let insert = try RawStatement(
                db,
                "INSERT OR REPLACE INTO version (number, micro_update, document) VALUES (?, ?, ?)"
            )
            insert.bind(1, Int64(version.version.number))
            insert.bind(2, Int64(version.version.update))
            insert.bind(3, document)
            try insert.run()
        }
    }

    /// Keeps a decision.
    public func record(_ decision: Decision) async throws {
        let document = try DocumentCoding.encode(decision)
        try await write { db, _ in
            let insert = try RawStatement(db, "INSERT INTO decision (document) VALUES (?)")
            insert.bind(1, document)
            try insert.run()
        }
    }

    /// The newest decisions, newest first.
    public func decisions(limit: Int) async throws -> [Decision] {
        try await read { db in
            let rows = try RawStatement(db, "SELECT document FROM decision ORDER BY number DESC LIMIT ?")
            rows.bind(1, Int64(max(0, limit)))
            return try rows.documents(Decision.self, of: "a decision")
        }
    }
}

extension RawStatement {
    /// Reads the documents of all rows.
    fileprivate func documents<Value: Decodable>(_ type: Value.Type, of what: String) throws -> [Value] {
        var values: [Value] = []
        try forEachRow {
            values.append(try withBytes(0) { try DocumentCoding.decode(type, $0, of: what) })
            return true
        }
        return values
    }
}
