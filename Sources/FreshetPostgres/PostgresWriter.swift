#if PostgreSQL
import Dispatch
import FreshetCore
import Synchronization

/// The connection that writes, and the queue that everything is written on, one transaction at a time.
///
/// `@unchecked Sendable`: the connection is touched on the queue alone.
final class PostgresWriter: @unchecked Sendable {
    let queue = DispatchQueue(label: "freshet.postgres.writer")
    private let tenant: PostgresValue
    private let retries: Retries
    private let connect: @Sendable () throws -> PostgresConnection
    private var connection: PostgresConnection?
    private var isClosed = false
    private let server = Atomic<Int32>(0)
    /// For how many more deliveries ids are looked up before they are written; on the queue.
    var lookups = 0
    /// What tells this writer from others of the tenant.
    private let identity = PostgresValue.integer(Int64.random(in: 1 ... .max))
    /// How many transactions it began; on the queue.
    private var turn: Int64 = 0

    init(
        tenant: PostgresValue,
        retries: Retries,
        connect: @escaping @Sendable () throws -> PostgresConnection
    ) {
        (self.tenant, self.retries, self.connect) = (tenant, retries, connect)
    }

    /// The process of the server that serves the connection, which is the sender of this store's notifications.
    var process: Int32 { server.load(ordering: .relaxed) }

    /// Runs a transaction, again where that helps; on the queue.
    ///
    /// - Parameters:
    ///   - mode: the statement that begins it.
    ///   - body: what it does; the tenant's row is held where it writes.
    /// - Returns: the body's value, after the commit.
    /// - Throws: ``FreshetError``, and what the body throws.
    func transaction<Value>(
        _ mode: String,
        _ body: (PostgresConnection) throws -> Value
    ) throws -> Value {
        try retries.run {
            let connection = try open()
            turn += 1
            let value = try rollingBack(connection) {
                try connection.execute(mode)
                return try body(connection)
            }
            try commit(connection)
            return value
        }
    }

    /// Leaves in the transaction at hand what tells later that it came to be.
    func sign(_ connection: PostgresConnection) throws {
        try connection.query(
            """
            INSERT INTO writer (tenant, number, turn) VALUES ($1, $2, $3)
            ON CONFLICT (tenant, number) DO UPDATE SET turn = excluded.turn, used = now()
            """,
            tenant,
            identity,
            .integer(turn)
        )
    }

    /// Waits for what is being written and lets go of the connection.
    func close() {
        queue.sync { (connection, isClosed) = (nil, true) }
    }

    private func open() throws -> PostgresConnection {
        guard !isClosed else { throw FreshetError.closed }
        if let connection { return connection }
        let new = try connectForWriting()
        server.store(new.process, ordering: .relaxed)
        connection = new
        return new
    }

    private func rollingBack<Value>(_ connection: PostgresConnection, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error {
            self.connection = nil
            if connection.isConnected {
                do {
                    try connection.execute("ROLLBACK")
                    self.connection = connection
                } catch is PostgresFailure {
                    // Gone as well: the next transaction has another connection.
                }
            }
            throw error
        }
    }

    /// Commits, and finds out whether it came to be where the connection breaks meanwhile.
    ///
    /// The number of a transaction would not say it: after a crash the same may be given again.
    private func commit(_ connection: PostgresConnection) throws {
        do {
            try connection.execute("COMMIT")
        } catch let failure as PostgresFailure {
            self.connection = nil
            guard failure.kind == .reconnect, try wasSigned() else { throw failure }
        }
    }

    /// Whether the newest transaction came to be, whose connection broke.
    private func wasSigned() throws -> Bool {
        try retries.run {
            let connection = try connectForWriting()
            try connection.execute("BEGIN")
            // Who has the row knows that the transaction which had it has ended, one way or the other.
            try connection.query("SELECT FROM head WHERE tenant = $1 FOR UPDATE", tenant)
            let last = try connection.query(
                "SELECT turn FROM writer WHERE tenant = $1 AND number = $2",
                tenant,
                identity
            ).first { $0.integer(0) }
            try connection.execute("ROLLBACK")
            return last == turn
        }
    }

    private func connectForWriting() throws -> PostgresConnection {
        let new = try connect()
        // Ids are looked up a batch at a time: the index is the way whatever the planner knows of a table that just began.
        // A writer who was cut off must not keep the tenant's row, and who waits for it must come back to see the clock.
        try new.execute(
            "SET enable_seqscan TO off; SET idle_in_transaction_session_timeout TO '15s'; SET lock_timeout TO '20s'"
        )
        return new
    }
}
#endif
