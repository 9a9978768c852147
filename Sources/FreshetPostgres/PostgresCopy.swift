#if PostgreSQL
import Foundation
import FreshetCore
import FreshetStorage

/// Brings all that SQLite keeps of a shop into PostgreSQL, in portions that are each there whole or not at all.
///
/// Numbers stay what they are, so the versions and checkpoints in the data folder go on to fit. Whoever is interrupted goes on
/// behind the last portion. Until ``finish()`` nobody can open the tenant. Neither a server nor another copy has either side
/// meanwhile.
/// ```swift
/// let copy = try PostgresCopy(from: "freshet-data", to: configuration)
/// try copy.copy { print($0.completed, $0.total) }
/// let tables = try copy.verify { _ in }
/// try copy.finish()
/// ```
public final class PostgresCopy {
    /// How far the work is.
    public struct Progress: Sendable, Equatable {
        /// The table at hand.
        public let table: String
        /// Rows done.
        public let completed: Int
        /// Rows in all.
        public let total: Int
    }

    /// What was compared of a table.
    public struct Table: Sendable, Equatable, Encodable {
        /// Its name.
        public let name: String
        /// How many rows it has.
        public let rows: Int
        /// 64 bits of a hash of them all, which both sides have.
        public let checksum: String
    }

    /// Whose shop it is.
    public let tenant: Tenant
    private let source: StoredRows
    private let configuration: PostgresConfiguration
    private let retries: Retries
    private let portion: Int
    private var connection: PostgresConnection?
    private var tenantNumber: Int32 = 0

    private var number: PostgresValue { .number(tenantNumber) }

    /// Prepares a copy, or goes on with one.
    ///
    /// - Parameters:
    ///   - folder: the shop's data folder, whose server must not run.
    ///   - configuration: where it goes.
    ///   - again: whether to throw away what an earlier copy left.
    ///   - portion: how many rows go in one transaction.
    /// - Throws: ``FreshetError``: when the folder is in use, when PostgreSQL cannot be reached, and of kind `conflict` when
    ///   the tenant has other data there.
    public init(
        from folder: String,
        to configuration: PostgresConfiguration,
        again: Bool = false,
        portion: Int = 5_000
    ) throws {
        try configuration.validate()
        (self.configuration, self.portion) = (configuration, portion)
        retries = Retries(seconds: configuration.retrySeconds)
        source = try StoredRows(folder: folder)
        tenant = source.tenant
        let place = URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path
        try retries.run { try begin(place, again: again, open()) }
    }

    /// Copies what is not there yet.
    /// - Parameter tell: is told how far the work is; what it throws ends the copy, which can go on later.
    /// - Throws: ``FreshetError`` when either side fails.
    public func copy(_ tell: (Progress) throws -> Void) throws {
        let counts = try StoredTable.all.map { try source.count(of: $0) }
        let total = counts.reduce(0, +)
        var before = 0
        for (table, count) in zip(StoredTable.all, counts) {
            var done = try retries.run { try countCopied(of: table, open()) }
            try tell(Progress(table: table.name, completed: before + done, total: total))
            while true {
                let copied = try retries.run { try copyPortion(of: table, open()) }
                done = min(done + copied, count)
                try tell(Progress(table: table.name, completed: before + done, total: total))
                guard copied == portion, case .key = table.order else { break }
            }
            before += count
        }
    }

    /// Reads everything back and compares it, row by row.
    /// - Parameter tell: is told how far the work is.
    /// - Returns: what every table has.
    /// - Throws: ``FreshetError`` of kind `invalidData` that names the first row that differs.
    public func verify(_ tell: (Progress) throws -> Void) throws -> [Table] {
        let total = try StoredTable.all.reduce(0) { try $0 + source.count(of: $1) }
        var done = 0
        return try StoredTable.all.map { table in
            var (digest, key): (StoredDigest, StoredValue?) = (StoredDigest(), nil)
            while true {
                let expected = try source.rows(of: table, after: key, limit: portion)
                let found = try retries.run { try rows(of: table, after: key, open()) }
                try Self.compare(expected, found, of: table)
                for row in expected { digest.add(row) }
                done += expected.count
                try tell(Progress(table: table.name, completed: done, total: total))
                guard let last = expected.last, expected.count == portion, case .key = table.order else { break }
                key = last[0]
            }
            return Table(name: table.name, rows: digest.rows, checksum: String(digest.hash, radix: 16))
        }
    }

    /// Opens the tenant to servers: what was copied is the store from now on.
    /// - Throws: ``FreshetError`` when PostgreSQL fails.
    public func finish() throws {
        let newest = try source.newest()
        func count(_ table: String) throws -> Int {
            try StoredTable.all.first { $0.name == table }.map { try source.count(of: $0) } ?? 0
        }
        let counts = try ["event", "user_name", "item_name", "type_name"].map { try Int64(count($0)) }
        try transaction { connection in
            try connection.query(
                """
                UPDATE head SET newest_offset = $2, impressions = $3, event_count = $4, users = $5, items = $6, types = $7
                WHERE tenant = $1
                """,
                number,
                .integer(newest.event),
                .integer(newest.impression),
                .integer(counts[0]),
                .integer(counts[1]),
                .integer(counts[2]),
                .integer(counts[3])
            )
            // Searches are numbered by a sequence, which must be behind those that were copied.
            try connection.execute(
                """
                SELECT setval(pg_get_serial_sequence('search', 'number'),
                    greatest(max(number), nextval(pg_get_serial_sequence('search', 'number')))) FROM search
                """
            )
            try UnfinishedCopy.end(tenantNumber, connection)
        }
    }

    // MARK: Beginning

    /// The connection, and with it the tenant.
    private func open() throws -> PostgresConnection {
        if let connection { return connection }
        let new = try configuration.connect()
        try PostgresMigrations.migrate(new, schema: configuration.schema)
        tenantNumber = try PostgresStore.number(of: tenant, new)
        try TenantLock(configuration.schema, tenantNumber, tenant).wait(new)
        connection = new
        return new
    }

    private func begin(_ place: String, again: Bool, _ connection: PostgresConnection) throws {
        guard let earlier = try UnfinishedCopy.source(tenantNumber, connection) else {
            guard try isEmpty(connection) else { throw occupied }
            return try UnfinishedCopy.begin(tenantNumber, from: place, connection)
        }
        if again {
            try transaction { connection in
                try PostgresStore.deleteRows(of: number, connection)
                try UnfinishedCopy.end(tenantNumber, connection)
                try UnfinishedCopy.begin(tenantNumber, from: place, connection)
            }
        } else if earlier != place {
            throw FreshetError(
                .conflict,
                "The tenant '\(tenant)' in PostgreSQL is an unfinished copy of '\(earlier)'.",
                remedy: "Go on with that one, or throw it away with --again."
            )
        }
    }

    private func isEmpty(_ connection: PostgresConnection) throws -> Bool {
        for table in StoredTable.all {
            let found = try connection.query("SELECT FROM \(table.name) WHERE tenant = $1 LIMIT 1", number)
            guard found.count == 0 else { return false }
        }
        let newest = try connection.query("SELECT newest_offset FROM head WHERE tenant = $1", number)
            .first { $0.integer(0) }
        return newest == 0
    }

    private var occupied: FreshetError {
        FreshetError(
            .conflict,
            "The tenant '\(tenant)' has data of its own in the schema '\(configuration.schema)' of PostgreSQL.",
            remedy: "Name an empty schema with --schema, or drop what is there yourself: a copy overwrites nothing."
        )
    }

    // MARK: Portions

    private func transaction(_ body: (PostgresConnection) throws -> Void) throws {
        try retries.run {
            let connection = try open()
            do {
                try connection.execute("BEGIN")
                try body(connection)
                try connection.execute("COMMIT")
            } catch let error {
                // With the connection goes the transaction.
                self.connection = nil
                throw error
            }
        }
    }

    /// Copies the rows behind the last one that is there; how many.
    private func copyPortion(of table: StoredTable, _ connection: PostgresConnection) throws -> Int {
        let key = try lastKey(of: table, connection)
        let batch = try source.rows(of: table, after: key, limit: portion)
        guard !batch.isEmpty else { return 0 }
        var rows = CopyRows(columns: table.columns.count + 1)
        for row in batch {
            rows.beginRow()
            rows.write(tenantNumber)
            for (value, column) in zip(row, table.columns) { rows.write(value, column.kind) }
        }
        let columns = table.columns.map(\.name).joined(separator: ", ")
        try transaction { connection in
            if case .whole = table.order {
                try connection.query("DELETE FROM \(table.name) WHERE tenant = $1", number)
            }
            // Where the commit of an earlier attempt came to be without an answer, there is nothing left to do.
            guard try lastKey(of: table, connection) == key else { return }
            try connection.copy(rows, into: "\(table.name) (tenant, \(columns))")
        }
        return batch.count
    }

    private func lastKey(of table: StoredTable, _ connection: PostgresConnection) throws -> StoredValue? {
        guard case .key = table.order else { return nil }
        let key = table.columns[0]
        return try connection.query(
            "SELECT \(key.name) FROM \(table.name) WHERE tenant = $1 ORDER BY \(key.name) DESC LIMIT 1",
            number
        ).first { $0.stored(0, key.kind) }
    }

    private func countCopied(of table: StoredTable, _ connection: PostgresConnection) throws -> Int {
        guard case .key = table.order else { return 0 }
        let count = try connection.query("SELECT count(*) FROM \(table.name) WHERE tenant = $1", number)
            .first { $0.integer(0) }
        return Int(count ?? 0)
    }

    // MARK: Comparing

    private func rows(
        of table: StoredTable,
        after key: StoredValue?,
        _ connection: PostgresConnection
    ) throws -> [[StoredValue]] {
        let columns = table.columns.map(\.name).joined(separator: ", ")
        let selection = "SELECT \(columns) FROM \(table.name) WHERE tenant = $1"
        let rows =
            switch table.order {
            case .whole(let keys):
                try connection.query(
                    "\(selection) ORDER BY \((1...keys).map(String.init).joined(separator: ", "))",
                    number
                )
            case .key:
                if let key {
                    try connection.query(
                        "\(selection) AND \(table.columns[0].name) > $2 ORDER BY 1 LIMIT $3",
                        number,
                        key.parameter,
                        .number(portion)
                    )
                } else {
                    try connection.query("\(selection) ORDER BY 1 LIMIT $2", number, .number(portion))
                }
            }
        return rows.map { row in
            table.columns.enumerated().map { row.stored(Int32($0), $1.kind) }
        }
    }

    private static func compare(
        _ expected: [[StoredValue]],
        _ found: [[StoredValue]],
        of table: StoredTable
    ) throws {
        guard expected != found else { return }
        let pairs = zip(expected, found)
        let words: String
        if let (one, other) = pairs.first(where: { $0 != $1 }) {
            let columns = zip(table.columns, zip(one, other)).filter { $1.0 != $1.1 }.map(\.0.name)
            words = "the row of \(table.columns[0].name) \(one[0]) differs in \(columns.joined(separator: ", "))"
        } else if let missing = expected.dropFirst(found.count).first {
            words = "the row of \(table.columns[0].name) \(missing[0]) is missing"
        } else {
            words = "there are more rows than \(expected.count)"
        }
        throw FreshetError(
            .invalidData,
            "What is in PostgreSQL is not what was copied: in \(table.name) \(words).",
            remedy: "Copy once more with --again; if it comes again, look at PostgreSQL's disk and log."
        )
    }
}

extension StoredValue {
    /// The value as a key that a statement compares with.
    fileprivate var parameter: PostgresValue {
        switch self {
        case .integer(let number): .integer(number)
        default: .bytes(list)
        }
    }
}

extension CopyRows {
    fileprivate mutating func write(_ value: StoredValue, _ kind: StoredTable.Column.Kind) {
        switch (value, kind) {
        case (.integer(let number), .small): write(Int16(truncatingIfNeeded: number))
        case (.integer(let number), .integer): write(Int32(truncatingIfNeeded: number))
        case (.integer(let number), _): write(number)
        case (.real(let bits), _): write(bits)
        case (.double(let bits), _): write(bits)
        case (.bytes(let list), _): write(list)
        case (.null, _): writeNull()
        }
    }
}

extension PostgresRows.Row {
    fileprivate func stored(_ column: Int32, _ kind: StoredTable.Column.Kind) -> StoredValue {
        guard !isNull(column) else { return .null }
        return switch kind {
        case .small, .integer, .long: .integer(integer(column))
        case .real: .real(UInt32(truncatingIfNeeded: integer(column)))
        case .double: .double(UInt64(bitPattern: integer(column)))
        case .bytes: .bytes(withBytes(column) { Array($0) })
        }
    }
}
#endif
