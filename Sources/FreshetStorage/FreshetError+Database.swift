import FreshetCore
import GRDB

extension FreshetError {
    /// The error for a failure of SQLite, with what may help.
    ///
    /// - Parameters:
    ///   - error: what SQLite said.
    ///   - path: the database's file.
    init(_ error: DatabaseError, path: String) {
        let words = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(
                .external,
                "The database '\(path)' cannot grow: the disk is full.",
                remedy: "Free some space; nothing that was acknowledged is lost, and what was not can be sent again."
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .invalidData,
                "The database '\(path)' is damaged: \(words).",
                remedy:
                    "Restore a backup with 'freshet restore'; keep the damaged file for a look at what it still holds."
            )
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            self.init(
                .external,
                "The database '\(path)' cannot be opened for writing: \(words).",
                remedy: "Choose a data folder that you may write to, or change its permissions."
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .external,
                "The database '\(path)' is locked by another program: \(words).",
                remedy: "Stop the other program, or wait until it is done."
            )
        case .SQLITE_IOERR:
            self.init(
                .external,
                "The database '\(path)' cannot be read or written: \(words) (code \(error.extendedResultCode.rawValue)).",
                remedy: "Check the disk and its free space; nothing that was acknowledged is lost."
            )
        case .SQLITE_MISUSE where words.contains("closed"):
            self.init(.external, "The database '\(path)' is closed: Freshet is shutting down.")
        default:
            self.init(.external, "The database '\(path)' failed: \(words) (code \(error.extendedResultCode.rawValue)).")
        }
    }

    /// Runs `body`, whose failures in SQLite become ours.
    static func mapping<Result>(path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw FreshetError(error, path: path)
        }
    }
}
