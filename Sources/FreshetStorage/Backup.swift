import Foundation
import FreshetCore
import GRDB

extension SQLiteStore {
    /// Copies the database into a file while it is read and written: the state of one moment, checked and on disk.
    ///
    /// A file of that name is replaced when the copy is whole. Blocks the calling thread.
    /// - Throws: ``FreshetError`` when the copy cannot be written; there is none then.
    public func backup(to file: String) throws { try Self.copy(pool, of: path, to: file) }

    /// The same for the data folder of a server that may be running.
    /// - Throws: ``FreshetError`` when the folder has no database, or the copy cannot be written.
    public static func backup(folder: String, to file: String) throws {
        try MovedStore.check(folder)
        let path = folder + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else {
            throw FreshetError(
                .external,
                "There is no database '\(path)'.",
                remedy: "Name the data folder of a Freshet server."
            )
        }
        try copy(openForReading(path), of: path, to: file)
    }

    /// Makes a backup the database of a data folder, whose server must not run.
    ///
    /// - Parameters:
    ///   - file: the backup.
    ///   - folder: the data folder, which is made if it is not there.
    ///   - force: whether a database that is there may be replaced.
    ///   - complete: puts what else belongs to it into the folder, which nobody can open meanwhile.
    /// - Throws: ``FreshetError`` when the backup is damaged, not Freshet's or a newer Freshet's, when the folder is in
    ///   use or has a database; the folder is then as it was.
    public static func restore(
        from file: String,
        to folder: String,
        force: Bool = false,
        complete: () throws -> Void = {}
    ) throws {
        guard FileManager.default.fileExists(atPath: file) else {
            throw FreshetError(.external, "There is no backup '\(file)'.", remedy: "Check the spelling.")
        }
        try make(folder)
        let lock = try FolderLock(folder: folder)
        try MovedStore.check(folder)
        let path = folder + "/" + fileName
        let exists = FileManager.default.fileExists(atPath: path)
        guard force || !exists else {
            throw FreshetError(
                .usage,
                "The data folder '\(folder)' has a database already.",
                remedy: "Choose another folder, or replace what is there with --force."
            )
        }
        let backup = try openForReading(file)
        try FreshetError.mapping(path: file) { try backup.read { try Migrations.checkOwner($0, path: file) } }
        try copy(backup, of: file, to: path) { if exists { dropLog(of: path) } }
        try complete()
        withExtendedLifetime(lock) {}
    }

    /// Opens a database that another process may write to.
    static func openForReading(_ path: String) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try FreshetError.mapping(path: path) { try DatabaseQueue(path: path, configuration: configuration) }
    }

    /// Copies a database to a new name beside `file`, checks it, waits until the disk holds it, and renames it.
    private static func copy(
        _ source: some DatabaseReader,
        of path: String,
        to file: String,
        beforeRename: () -> Void = {}
    ) throws {
        let new = file + ".new-" + String(UInt32.random(in: .min ... .max), radix: 16)
        defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(new + suffix) } }
        try FreshetError.mapping(path: file) {
            let target = try DatabaseQueue(path: new)
            try source.backup(to: target)
            try target.writeWithoutTransaction { db in
                // One file, without a log beside it.
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
                guard verdict == "ok" else { throw FreshetError.damaged(path, verdict ?? "unreadable") }
            }
            try target.close()
        }
        let descriptor = Foundation.open(new, O_RDONLY | O_CLOEXEC)
        defer { Foundation.close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw FreshetError.cannotWrite(file) }
        beforeRename()
        guard rename(new, file) == 0 else { throw FreshetError.cannotWrite(file) }
        syncFolder(of: file)
    }

    /// Folds the write-ahead log of a database that is about to be replaced into it, and removes it.
    ///
    /// Left there, SQLite would take it for the new database's. A damaged database's log goes as it is.
    private static func dropLog(of path: String) {
        _ = try? DatabaseQueue(path: path).writeWithoutTransaction { try $0.checkpoint(.truncate) }
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    }

    private static func syncFolder(of file: String) {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        Foundation.close(descriptor)
    }
}

extension FreshetError {
    fileprivate static func damaged(_ path: String, _ words: String) -> FreshetError {
        FreshetError(
            .invalidData,
            "The database '\(path)' is damaged: \(words).",
            remedy: "Use an older backup."
        )
    }

    fileprivate static func cannotWrite(_ path: String) -> FreshetError {
        FreshetError(
            .external,
            "Cannot write '\(path)': \(String(cString: strerror(errno))).",
            remedy: "Check the disk's free space and the folder's permissions."
        )
    }
}
