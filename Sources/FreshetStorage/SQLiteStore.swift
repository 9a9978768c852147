import Foundation
import FreshetCore
import FreshetData
import GRDB

/// All that an engine keeps, in one SQLite database in a tenant's folder.
///
/// One connection writes, one transaction at a time, on a thread of its own; any number of others read the last
/// committed state meanwhile (write-ahead log). What waits to be written goes into one transaction together. A folder
/// belongs to one process at a time.
public final class SQLiteStore: EngineStore, Sendable {
    /// The database's file in a data folder.
    public static let fileName = "freshet.sqlite"

    /// Whose store it is.
    public let tenant: Tenant
    /// The tenant's folder.
    public let folder: String
    /// The database's file.
    public let path: String
    let configuration: Configuration
    let pool: DatabasePool
    let memory = LogMemory()
    let waiting = GroupCommit()
    let checkpointer: Checkpointer
    /// Held as long as the store lives.
    private let lock: FolderLock
    private let isTemporary: Bool

    /// The numbers of users, items and event types, which only this store gives.
    public var vocabulary: Vocabulary { memory.vocabulary }

    /// Opens the store of a tenant's folder, which is made if it is not there.
    ///
    /// - Parameters:
    ///   - folder: the tenant's folder, such as ``FreshetCore/Tenant/folder(in:)`` names it.
    ///   - tenant: whose it must be; whoever the folder says, when `nil`.
    ///   - configuration: how to write.
    /// - Returns: the store, with all names in its vocabulary.
    /// - Throws: ``FreshetError``: when another process has the folder or it cannot be written to, when the database is
    ///   another tenant's, damaged, not Freshet's, or a newer Freshet's.
    public static func open(
        folder: String,
        tenant: Tenant? = nil,
        configuration: Configuration = Configuration()
    ) throws -> SQLiteStore {
        try MovedStore.check(folder)
        return try SQLiteStore(folder: folder, tenant: tenant, configuration: configuration, isTemporary: false)
    }

    /// Opens an empty store in a folder of its own, which goes with it: for tests and trials.
    public static func temporary(configuration: Configuration = Configuration()) throws -> SQLiteStore {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-\(UUID().uuidString)").path
        return try SQLiteStore(folder: folder, tenant: nil, configuration: configuration, isTemporary: true)
    }

    private init(folder: String, tenant: Tenant?, configuration: Configuration, isTemporary: Bool) throws {
        try configuration.validate()
        self.configuration = configuration
        self.folder = folder
        self.isTemporary = isTemporary
        path = folder + "/" + Self.fileName
        try Self.make(folder)
        lock = try FolderLock(folder: folder)
        let path = path
        let pool = try FreshetError.mapping(path: path) { try Self.openPool(path, configuration) }
        self.pool = pool
        self.tenant = try FreshetError.mapping(path: path) {
            try pool.writeWithoutTransaction { try Self.owner(of: $0, wanted: tenant, path: path) }
        }
        checkpointer = try FreshetError.mapping(path: path) {
            try Checkpointer(
                path: path,
                portion: configuration.checkpointPages,
                limit: configuration.maximumLogPages
            )
        }
        try FreshetError.mapping(path: path) {
            pool.writeWithoutTransaction { checkpointer.follow($0) }
            try pool.read { try Self.load($0, into: memory) }
        }
    }

    deinit {
        // The connections close by themselves: the last to let go may be a block of the writing thread, which must not
        // wait for itself.
        if isTemporary { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Waits for what is being written, puts all of it into the database's file, and lets go of it and the folder.
    ///
    /// The write-ahead log is empty then, unless another program reads the database. Whatever is asked after that fails.
    /// - Throws: ``FreshetError`` when the disk does not take it.
    public func close() throws {
        try FreshetError.mapping(path: path) {
            try checkpointer.close()
            try pool.writeWithoutTransaction { try Self.emptyLog($0) }
            try pool.close()
        }
        lock.release()
    }

    private static func emptyLog(_ db: Database) throws {
        do {
            _ = try db.checkpoint(.truncate)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // Somebody else reads: what they need stays in the log, which the next start takes up.
        }
    }

    static func make(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch let error as CocoaError {
            throw FreshetError(
                .external,
                "Cannot make the data folder '\(folder)': \(error.localizedDescription)",
                remedy: "Choose a place that you may write to."
            )
        }
    }

    private static func openPool(_ path: String, _ settings: Configuration) throws -> DatabasePool {
        var configuration = GRDB.Configuration()
        configuration.label = "freshet.store"
        configuration.maximumReaderCount = settings.maximumReaders
        configuration.persistentReadOnlyConnections = true
        configuration.busyMode = .timeout(settings.busySeconds)
        let pool = try DatabasePool(path: path, configuration: configuration)
        try Migrations.migrate(pool, path: path)
        // After the opening, which sets NORMAL itself and would overrule a setting made while a connection is prepared.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = \(settings.synchronous == .disk ? "FULL" : "NORMAL")")
            // The checkpointer does it instead. A log that grew while somebody read for long is cut to 64 MiB again.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864")
            // 32 MB: what is warm of the indices stays in memory.
            try db.execute(sql: "PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY")
            // What is erased is overwritten, not only unlinked.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            if let pages = settings.maximumPages { try db.execute(sql: "PRAGMA max_page_count = \(pages)") }
        }
        return pool
    }
}
