#if PostgreSQL
import Dispatch
import FreshetCore
import FreshetData
import FreshetStorage

/// All that an engine keeps of one tenant, in PostgreSQL.
///
/// The tenant is the first column of every key and a parameter of every statement. Several processes may have a tenant's
/// store open and write: numbers are given under the tenant's row of `head`, held until the commit, and what others
/// committed is followed, by notification or else by looking.
public final class PostgresStore: EngineStore, Sendable {
    /// Where the store is, and how it reads and writes.
    public typealias Configuration = PostgresConfiguration

    /// Whose store it is.
    public let tenant: Tenant
    /// The tenant's number in the database.
    let tenantNumber: Int32
    let channel: String
    let configuration: Configuration
    let memory = PostgresMemory()
    let waiting = GroupCommit()
    let readers: PostgresPool
    let writer: PostgresWriter
    /// The learner's lease; `nil` for a store from which nobody learns.
    let lease: StoreLease?
    private let follower: Follower
    private let retries: Retries

    /// The tenant as every statement's first parameter.
    var number: PostgresValue { .number(tenantNumber) }

    /// The numbers of users, items and event types, which only this store gives.
    public var vocabulary: Vocabulary { memory.vocabulary }

    /// Opens a tenant's store; tables and tenant are made where they are not there.
    ///
    /// - Parameters:
    ///   - configuration: where it is, and how to read and write.
    ///   - tenant: whose it is.
    ///   - wish: whether the learner's lease is wanted.
    /// - Returns: the store, with all names in its vocabulary.
    /// - Throws: ``FreshetError``: when PostgreSQL cannot be reached or refuses, a newer Freshet made the tables, another
    ///   process has the lease, or a copy into the store was not finished.
    public static func open(
        _ configuration: Configuration,
        tenant: Tenant = .default,
        lease wish: LeaseWish = .none
    ) throws -> PostgresStore {
        let store = try PostgresStore(configuration, tenant: tenant, takesLease: wish != .none)
        if wish != .none {
            try store.follower.takeLease(store.retries, waits: wish == .whenFree)
            // What came in while it waited.
            try store.writer.queue.sync { try store.followNow() }
        }
        store.follower.start(store)
        return store
    }

    /// Whether an engine learns from a store, of which there is one at a time.
    public enum LeaseWish: Sendable {
        /// It only reads and writes, as any number may.
        case none
        /// The lease is taken now, or the store is not opened.
        case now
        /// The lease is waited for, as long as it takes.
        case whenFree
    }

    /// The number of the learner's lease; `nil` where the store was opened without one.
    public var leaseNumber: Int64? { lease?.number }

    /// Returns when another process has the learner's lease, or the task is cancelled.
    public func waitUntilLeaseIsLost() async { await lease?.waitUntilLost() }

    private init(_ configuration: Configuration, tenant: Tenant, takesLease: Bool) throws {
        try configuration.validate()
        (self.tenant, self.configuration) = (tenant, configuration)
        let connect = configuration.connect
        let retries = Retries(seconds: configuration.retrySeconds)
        self.retries = retries
        readers = PostgresPool(limit: configuration.maximumReaders, retries: retries, connect: connect)
        let number = try retries.run {
            let connection = try connect()
            try PostgresMigrations.migrate(connection, schema: configuration.schema)
            let number = try Self.number(of: tenant, connection)
            try UnfinishedCopy.check(tenant, number, connection)
            return number
        }
        tenantNumber = number
        writer = PostgresWriter(tenant: .number(number), retries: retries, connect: connect)
        channel = PostgresConnection.quoted("freshet \(configuration.schema) \(number)")
        lease =
            takesLease ? StoreLease(TenantLock(configuration.schema, number, tenant), tenant: .number(number)) : nil
        follower = Follower(
            channel: channel,
            lease: lease,
            seconds: configuration.pollSeconds,
            connect: connect
        )
        try retries.run { try load(try connect()) }
    }

    deinit {
        // Without waiting: the last to let go may be a block of the writing queue.
        follower.stop()
        readers.close()
    }

    /// Waits for what is being written and lets go of the connections.
    ///
    /// Whatever is asked after that fails.
    public func close() {
        follower.stop()
        writer.close()
        readers.close()
    }

    /// The tenant's number, which it is given at the first opening.
    static func number(of tenant: Tenant, _ connection: PostgresConnection) throws -> Int32 {
        let name = PostgresValue.text(tenant.name)
        try connection.execute(
            """
            DELETE FROM writer WHERE used < now() - interval '30 days';
            DELETE FROM note WHERE written < now() - interval '1 day'
            """
        )
        try connection.query("INSERT INTO tenant (name) VALUES ($1) ON CONFLICT DO NOTHING", name)
        try connection.query(
            "INSERT INTO head (tenant) SELECT number FROM tenant WHERE name = $1 ON CONFLICT DO NOTHING",
            name
        )
        let found = try connection.query("SELECT number FROM tenant WHERE name = $1", name).first { $0.integer(0) }
        guard let found else { preconditionFailure("a tenant that was given a number has one") }
        return Int32(found)
    }
}
#endif
