import Foundation
import FreshetCore
import GRDB

/// The rows of a data folder whose server does not run, table by table, for a copy into another store.
///
/// The folder is kept from every server as long as this lives: what is read at its end fits what was read at its beginning.
package final class StoredRows {
    /// Whose the database is.
    package let tenant: Tenant
    /// The database's file.
    package let path: String
    private let lock: FolderLock
    private let queue: DatabaseQueue

    /// Takes a data folder.
    /// - Throws: ``FreshetError`` when it has no database or is in use, or another Freshet wrote it.
    package init(folder: String) throws {
        let path = folder + "/" + SQLiteStore.fileName
        self.path = path
        // Checks what may be read at all.
        _ = try StoreReader(folder: folder)
        lock = try FolderLock(folder: folder)
        let queue = try SQLiteStore.openForReading(path)
        self.queue = queue
        tenant = try FreshetError.mapping(path: path) {
            try queue.read { try SQLiteStore.owner(of: $0, wanted: nil, path: path) }
        }
    }

    /// The next rows of a table behind a key, in order; none at the end.
    package func rows(of table: StoredTable, after key: StoredValue?, limit: Int) throws -> [[StoredValue]] {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let statement = try RawStatement(db, table.sql(after: key))
                if let key { statement.bind(1, key) }
                if case .key = table.order { statement.bind(key == nil ? 1 : 2, Int64(limit)) }
                var rows: [[StoredValue]] = []
                try statement.forEachRow {
                    var row = table.columns.enumerated().map { statement.value(Int32($0), $1.kind) }
                    table.complete(&row)
                    rows.append(row)
                    return true
                }
                return rows
            }
        }
    }

    /// How many rows a table has.
    package func count(of table: StoredTable) throws -> Int {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                try Int(RawStatement(db, "SELECT count(*) FROM (SELECT \(table.selection))").firstInteger() ?? 0)
            }
        }
    }

    /// The newest offset that the log ever gave, and the newest impression's number.
    package func newest() throws -> (event: Int64, impression: Int64) {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                func number(_ sql: String) throws -> Int64 { try RawStatement(db, sql).firstInteger() ?? 0 }
                // Events at the end may have been erased: their offsets are never given again.
                let kept = try number("SELECT value FROM log_state WHERE name = 'newest_offset'")
                let last = try number("SELECT max(offset) FROM event")
                return (max(kept, last), try number("SELECT max(number) FROM impression"))
            }
        }
    }
}

extension StoredTable {
    /// What reads the rows behind a key.
    fileprivate func sql(after key: StoredValue?) -> String {
        switch order {
        case .key:
            "SELECT \(selection)\(key == nil ? "" : " WHERE \(selection.prefix { $0 != "," && $0 != " " }) > ?") ORDER BY 1 LIMIT ?"
        case .whole(let keys): "SELECT \(selection) ORDER BY \((1...keys).map(String.init).joined(separator: ", "))"
        }
    }
}

extension RawStatement {
    fileprivate func bind(_ parameter: Int32, _ value: StoredValue) {
        switch value {
        case .null: bindNull(parameter)
        case .integer(let number): bind(parameter, number)
        case .real(let bits): bind(parameter, Double(Float(bitPattern: bits)))
        case .double(let bits): bind(parameter, Double(bitPattern: bits))
        case .bytes(let list): bind(parameter, String(decoding: list, as: UTF8.self))
        }
    }

    fileprivate func value(_ column: Int32, _ kind: StoredTable.Column.Kind) -> StoredValue {
        guard !isNull(column) else { return .null }
        return switch kind {
        case .small, .integer, .long: .integer(integer(column))
        case .real: .real(Float(double(column)).bitPattern)
        case .double: .double(double(column).bitPattern)
        case .bytes: .bytes(withBytes(column) { Array($0) })
        }
    }
}
