import Dispatch
import FreshetCore
import GRDB
import GRDBSQLite
import Synchronization

/// Moves committed pages from the write-ahead log into the database, beside writing.
///
/// SQLite would do it on the thread that commits, which then flushes megabytes to the disk while everybody waits. Here
/// a connection of its own does it. The log starts again from its beginning when it was moved to the last page, by the
/// next commit; under steady writing something is always committed meanwhile, and only the writing thread can move that.
/// So commits wait for a disk that flushes quickly, and for a slow one the log grows up to its limit first: they are held
/// for a small share of the time.
final class Checkpointer: Sendable {
    /// Of so much time the writing thread is held for one part, unless the log has reached its limit.
    private static let timePerHold = 500

    private let queue: DatabaseQueue
    private let portion: Int
    private let limit: Int
    private let path: String
    /// The pages in the log after the newest commit.
    private let pages = Atomic<Int>(0)
    /// With how many pages the next round begins.
    private let due: Atomic<Int>
    private let isRunning = Atomic<Bool>(false)
    private let lastHold = Mutex(ContinuousClock.now)

    /// Opens a connection to the database `path`.
    ///
    /// - Parameters:
    ///   - path: the database.
    ///   - portion: how many pages come into the log before they are moved.
    ///   - limit: with how many pages in it the log must start again, however long commits wait for it.
    /// - Throws: an error of SQLite when the database cannot be opened.
    init(path: String, portion: Int, limit: Int) throws {
        var configuration = GRDB.Configuration()
        configuration.label = "freshet.checkpoint"
        configuration.qos = .utility
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.path = path
        self.portion = portion
        self.limit = limit
        due = Atomic(portion)
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
                Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().committed(Int(pages))
                return SQLITE_OK
            },
            context
        )
    }

    private func committed(_ pages: Int) {
        let before = self.pages.exchange(pages, ordering: .relaxed)
        // The log began again.
        if pages < before { due.store(portion, ordering: .relaxed) }
    }

    /// Starts a round when it is time and none runs; called after a commit.
    func startIfNeeded(_ pool: DatabasePool) {
        guard pages.load(ordering: .relaxed) >= due.load(ordering: .relaxed),
            isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        queue.asyncWriteWithoutTransaction { db in
            guard let rest = self.moveBeside(db) else { return self.endRound(isWhole: true) }
            guard self.mayHold(for: rest) else { return self.endRound(isWhole: false) }
            pool.asyncWriteWithoutTransaction { writer in
                let isWhole = self.move(writer)
                self.lastHold.withLock { $0 = .now }
                self.endRound(isWhole: isWhole)
            }
        }
    }

    /// Moves all that the log holds now, blocking nobody but a round.
    /// - Throws: ``FreshetError`` when the disk does not take it.
    func moveNow() async throws {
        do {
            _ = try await queue.writeWithoutTransaction { try $0.checkpoint() }
        } catch let error as DatabaseError {
            throw FreshetError(error, path: path)
        }
    }

    /// Waits for what runs and closes the connection.
    func close() throws { try queue.close() }

    /// Moves what the log holds, then what was committed meanwhile.
    /// - Returns: how long the second took, which is as quick as it gets; `nil` when nothing was committed since.
    private func moveBeside(_ db: Database) -> Duration? {
        guard !move(db) else { return nil }
        let start = ContinuousClock.now
        return move(db) ? nil : ContinuousClock.now - start
    }

    /// Moves what the log holds, onto the disk; whether that is all.
    ///
    /// What fails, on a full disk for example, is done again with a later round.
    private func move(_ db: Database) -> Bool {
        guard let moved = try? db.checkpoint() else { return false }
        // What SQLite says of the log's length is from before: commits went on meanwhile.
        let isWhole = moved.checkpointedFrameCount >= pages.load(ordering: .relaxed)
        // SQLite flushes the database with the log's last page only: all of it while commits wait.
        if !isWhole { Self.flush(db) }
        return isWhole
    }

    private static func flush(_ db: Database) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods else { return }
        _ = methods.pointee.xSync(file, SQLITE_SYNC_NORMAL)
    }

    private func mayHold(for rest: Duration) -> Bool {
        pages.load(ordering: .relaxed) >= limit
            || Self.mayHold(for: rest, after: ContinuousClock.now - lastHold.withLock { $0 })
    }

    /// Whether commits may wait while the writing thread moves a rest that takes so long, a time after they last did.
    static func mayHold(for rest: Duration, after time: Duration) -> Bool {
        // And half as long again: the log's new head is flushed too.
        rest * 3 / 2 * timePerHold <= time
    }

    private func endRound(isWhole: Bool) {
        due.store(isWhole ? portion : pages.load(ordering: .relaxed) + portion, ordering: .relaxed)
        isRunning.store(false, ordering: .releasing)
    }
}
