import FreshetCore
import GRDB
import GRDBSQLite

/// A prepared statement that is bound and stepped through SQLite's own functions.
///
/// GRDB wraps every value and row; at hundreds of thousands of rows a second that is most of the time. Columns count
/// from 0 and parameters from 1, as in SQLite. Used only inside an access to the connection that it belongs to.
struct RawStatement {
    /// SQLite copies text and blobs that are bound with this.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Keeps the handle alive.
    private let statement: Statement
    private let handle: SQLiteStatement

    /// Takes a statement from the connection's cache, or compiles it.
    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    // MARK: Parameters

    func bind(_ parameter: Int32, _ value: Int64) { check(sqlite3_bind_int64(handle, parameter, value)) }

    func bind(_ parameter: Int32, _ value: Double) { check(sqlite3_bind_double(handle, parameter, value)) }

    func bind(_ parameter: Int32, _ value: Int64?) {
        if let value { bind(parameter, value) } else { bindNull(parameter) }
    }

    func bind(_ parameter: Int32, _ value: Double?) {
        if let value { bind(parameter, value) } else { bindNull(parameter) }
    }

    func bind(_ parameter: Int32, _ text: String) {
        var text = text
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, parameter, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }
        check(code)
    }

    func bind(_ parameter: Int32, _ text: String?) {
        if let text { bind(parameter, text) } else { bindNull(parameter) }
    }

    func bind(_ parameter: Int32, _ bytes: [UInt8]) {
        check(
            bytes.withUnsafeBytes {
                // A blob without an address is NULL to SQLite.
                $0.isEmpty
                    ? sqlite3_bind_zeroblob(handle, parameter, 0)
                    : sqlite3_bind_blob(handle, parameter, $0.baseAddress, Int32($0.count), Self.transient)
            }
        )
    }

    func bind(_ parameter: Int32, _ bytes: [UInt8]?) {
        if let bytes { bind(parameter, bytes) } else { bindNull(parameter) }
    }

    func bindNull(_ parameter: Int32) { check(sqlite3_bind_null(handle, parameter)) }

    /// Binding only fails for a parameter that the statement does not have, or without memory.
    private func check(_ code: Int32) {
        precondition(code == SQLITE_OK, "binding failed with \(code): \(statement.sql)")
    }

    // MARK: Running

    /// Moves to the next row; whether there is one.
    func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code != SQLITE_DONE else { return false }
        let message = sqlite3_db_handle(handle).map { String(cString: sqlite3_errmsg($0)) }
        sqlite3_reset(handle)
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
    }

    /// Runs to the end and makes ready for the next run.
    func run() throws {
        while try step() {}
        sqlite3_reset(handle)
    }

    /// Calls `body` on each row until it returns false, and makes ready for the next run.
    func forEachRow(_ body: () throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while try step() { guard try body() else { return } }
    }

    /// The first column of the first row, or `nil`; makes ready for the next run.
    func firstInteger() throws -> Int64? {
        defer { sqlite3_reset(handle) }
        return try step() && !isNull(0) ? integer(0) : nil
    }

    // MARK: Columns of the row

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func isInteger(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_INTEGER }

    func text(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        return String(
            decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))),
            as: UTF8.self
        )
    }

    /// Calls `body` with the bytes of a text or a blob, which are gone after it; they are none for NULL.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}

extension Database {
    /// How many rows the last statement changed.
    var changedRows: Int { Int(sqlite3_changes64(sqliteConnection)) }
}
