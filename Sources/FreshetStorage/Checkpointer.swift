import Dispatch
import FreshetCore
import GRDB
import GRDBSQLite
import Synchronization

/// Moves committed pages from the write-ahead log into the database, beside writing.
///
/// SQLite would do it on the thread that commits, which then flushes megabytes to the disk while everybody waits. Here
/// a connection of its own does the bulk. Only the rest, which was committed meanwhile, is left to the writing thread:
/// without that the log would never be empty under steady load, and never start again from its beginning.
final class Checkpointer: Sendable {
    private let queue: DatabaseQueue
    private let threshold: Int
    /// The pages in the log after the newest commit.
    private let pages = Atomic<Int>(0)
    private let isRunning = Atomic<Bool>(false)

    /// Opens a connection to the database `path`, to be used when `threshold` pages are in the log.
    init(path: String, threshold: Int) throws {
        var configuration = GRDB.Configuration()
        configuration.label = "freshet.checkpoint"
        configuration.qos = .utility
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.threshold = threshold
    }

    /// Follows the commits of the writing connection.
    ///
    /// Whoever commits holds the store, which holds this: SQLite keeps an address only.
    func follow(_ writer: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            writer.sqliteConnection,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                let checkpointer = Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue()
                checkpointer.pages.store(Int(pages), ordering: .relaxed)
                return SQLITE_OK
            },
            context
        )
    }

    /// Starts when it is time and nothing runs; called after a commit.
    func startIfNeeded(_ pool: DatabasePool) {
        guard pages.load(ordering: .relaxed) >= threshold,
            isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        queue.asyncWriteWithoutTransaction { db in
            // One that fails, on a full disk for example, is done again after a later commit.
            _ = try? db.checkpoint()
            pool.asyncWriteWithoutTransaction { writer in
                _ = try? writer.checkpoint()
                self.isRunning.store(false, ordering: .releasing)
            }
        }
    }

    /// Waits for what runs and closes the connection.
    func close() throws { try queue.close() }
}
