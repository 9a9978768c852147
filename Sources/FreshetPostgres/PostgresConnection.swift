#if PostgreSQL
import CLibPQ
import Foundation
import FreshetCore

/// A connection to PostgreSQL: statements with parameters in binary, COPY, pipelines, notifications.
///
/// Every call blocks its thread. A connection that failed is not used again.
///
/// `@unchecked Sendable`: a connection belongs to one thread at a time. The pool hands it over under its lock, and that of
/// the writer is touched by the writing queue alone.
final class PostgresConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    /// The names of prepared statements.
    private var prepared: [String: String] = [:]

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: a URL such as `postgres://shop@db/freshet`, or keywords and values as libpq reads them; whatever it
    ///     leaves out, the environment says (`PGHOST`, `PGPASSFILE` …).
    ///   - schema: where the tables are.
    /// - Throws: `PostgresFailure`.
    init(_ address: String, schema: String) throws {
        // A half-open connection is given up after about 25 seconds; what the address says itself overrules these.
        let options = [
            ("application_name", "freshet"), ("connect_timeout", "5"), ("keepalives_idle", "10"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
            ("target_session_attrs", "read-write"), ("dbname", address),
        ]
        let keywords = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        let connected = PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil],
            values.map { UnsafePointer($0) } + [nil],
            1
        )
        guard let connected else { throw PostgresFailure(state: "53200", words: "out of memory", isConnected: false) }
        handle = connected
        guard PQstatus(connected) == CONNECTION_OK else {
            let words = PQerrorMessage(connected).map { String(cString: $0) } ?? ""
            // Before the first answer libpq keeps no state: a refusal for good has words of its own.
            let isRefused = ["authentication failed", "does not exist", "no pg_hba.conf entry", "no password supplied"]
                .contains { words.contains($0) }
            throw PostgresFailure(state: isRefused ? "28000" : "", words: words, isConnected: isRefused)
        }
        _ = PQsetNoticeProcessor(connected, { _, _ in }, nil)
        try execute("SET search_path TO \(Self.quoted(schema)); SET client_encoding TO 'UTF8'")
    }

    deinit { PQfinish(handle) }

    /// A name in quotes.
    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// Whether the server still answers, as far as is known.
    var isConnected: Bool { PQstatus(handle) == CONNECTION_OK }

    /// The process of the server that serves this connection.
    var process: Int32 { PQbackendPID(handle) }

    /// Runs statements without parameters whose answers nobody needs.
    func execute(_ sql: String) throws { _ = try checked(PQexec(handle, sql)) }

    /// Runs a statement, which is prepared at its first use.
    @discardableResult
    func query(_ sql: String, _ parameters: PostgresValue...) throws -> PostgresRows {
        let name = try prepare(sql, parameters)
        return try checked(
            Self.withPointers(parameters) {
                PQexecPrepared(handle, name, Int32(parameters.count), $0, $1, $2, 1)
            }
        )
    }

    /// Runs a statement for each row of parameters without waiting in between; how many rows each changed.
    func pipeline(_ sql: String, _ rows: [[PostgresValue]]) throws -> [Int] {
        guard let first = rows.first else { return [] }
        let name = try prepare(sql, first)
        var changed: [Int] = []
        // So few that their answers fit into the socket's buffer: neither side waits for the other to read.
        for start in stride(from: 0, to: rows.count, by: 256) {
            changed += try send(rows[start..<min(start + 256, rows.count)], to: name)
        }
        return changed
    }

    private func send(_ rows: ArraySlice<[PostgresValue]>, to name: String) throws -> [Int] {
        guard PQenterPipelineMode(handle) == 1 else { throw failure() }
        for row in rows {
            let sent = Self.withPointers(row) {
                PQsendQueryPrepared(handle, name, Int32(row.count), $0, $1, $2, 1)
            }
            guard sent == 1 else { throw failure() }
        }
        guard PQpipelineSync(handle) == 1 else { throw failure() }
        var (changed, error): ([Int], (any Error)?) = ([], nil)
        while true {
            // Each answer is followed by a nil, the last by the synchronisation.
            guard let result = PQgetResult(handle) else {
                guard isConnected else { throw failure() }
                continue
            }
            let rows = PostgresRows(result)
            if rows.status == PGRES_PIPELINE_SYNC { break }
            if rows.status == PGRES_PIPELINE_ABORTED { continue }
            do { changed.append(try checked(rows).changed) } catch let failed { error = error ?? failed }
        }
        guard PQexitPipelineMode(handle) == 1 else { throw error ?? failure() }
        if let error { throw error }
        return changed
    }

    /// Puts rows into a table, all or none.
    func copy(_ rows: CopyRows, into table: String) throws {
        guard rows.count > 0 else { return }
        try execute("COPY \(table) FROM STDIN (FORMAT binary)")
        let sent = rows.bytes.withUnsafeBytes { bytes in
            // libpq takes at most 2 GiB at a time.
            stride(from: 0, to: bytes.count, by: 1 << 20).allSatisfy { start in
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 1 << 20, bytes.count)])
                return PQputCopyData(handle, part.assumingMemoryBound(to: CChar.self).baseAddress, Int32(part.count))
                    == 1
            }
        }
        guard sent, PQputCopyEnd(handle, nil) == 1 else { throw failure() }
        _ = try checked(PQgetResult(handle))
        while let rest = PQgetResult(handle) { PQclear(rest) }
    }

    /// Waits for notifications, at most a number of milliseconds; returns the processes that sent them.
    func notifications(waiting milliseconds: Int32) throws -> [Int32] {
        var found = takeNotifications()
        if found.isEmpty {
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, milliseconds) > 0 else { return [] }
            guard PQconsumeInput(handle) == 1 else { throw failure() }
            found = takeNotifications()
        }
        return found
    }

    private func takeNotifications() -> [Int32] {
        var processes: [Int32] = []
        while let notice = PQnotifies(handle) {
            processes.append(notice.pointee.be_pid)
            PQfreemem(notice)
        }
        return processes
    }

    // MARK: Statements

    private func prepare(_ sql: String, _ parameters: [PostgresValue]) throws -> String {
        if let known = prepared[sql] { return known }
        let name = "s\(prepared.count)"
        _ = try checked(PQprepare(handle, name, sql, Int32(parameters.count), parameters.map(\.type)))
        prepared[sql] = name
        return name
    }

    /// Calls `body` with the values, lengths and formats of parameters as libpq takes them.
    private static func withPointers<Value>(
        _ parameters: [PostgresValue],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Value
    ) -> Value {
        let encoded = parameters.map(\.encoded)
        // One more, so that an empty value has a place of its own: a null pointer is NULL.
        let bytes = Array(encoded.compactMap { $0 }.joined()) + [0]
        return bytes.withUnsafeBytes { buffer in
            var (start, values): (Int, [UnsafePointer<CChar>?]) = (0, [])
            for value in encoded {
                values.append(
                    value == nil ? nil : buffer.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
                )
                start += value?.count ?? 0
            }
            return body(
                values,
                encoded.map { Int32($0?.count ?? 0) },
                [Int32](repeating: 1, count: encoded.count)
            )
        }
    }

    private func checked(_ result: OpaquePointer?) throws -> PostgresRows {
        guard let result else { throw failure() }
        return try checked(PostgresRows(result))
    }

    private func checked(_ rows: PostgresRows) throws -> PostgresRows {
        switch rows.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN, PGRES_EMPTY_QUERY:
            return rows
        default:
            throw PostgresFailure(state: rows.state, words: rows.words, isConnected: isConnected)
        }
    }

    private func failure() -> PostgresFailure {
        let words = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        return PostgresFailure(
            state: "",
            words: words.isEmpty ? "the connection failed" : words,
            isConnected: isConnected
        )
    }
}
#endif
