import Foundation
import FreshetCore

/// Tells in a data folder that its database was copied elsewhere and goes on there.
///
/// Without it a server that is started as before would go on with the old one beside the new, and a backup would keep what
/// nobody writes to any more.
public enum MovedStore {
    private static let fileName = "moved-to-postgresql"

    private static func path(in folder: String) -> String { folder + "/" + fileName }

    /// Marks a folder.
    ///
    /// - Parameters:
    ///   - folder: the data folder.
    ///   - place: where its data are now, in words without a password.
    /// - Throws: ``FreshetError`` of kind `external` when the disk does not take it.
    public static func mark(_ folder: String, place: String) throws {
        do {
            try Data((place + "\n").utf8).write(to: URL(fileURLWithPath: path(in: folder)), options: .atomic)
        } catch let error as CocoaError {
            throw FreshetError(.external, "'\(path(in: folder))' cannot be written: \(error.localizedDescription)")
        }
    }

    /// Whether a folder is marked.
    public static func isMarked(_ folder: String) -> Bool { FileManager.default.fileExists(atPath: path(in: folder)) }

    /// Refuses a folder whose data are elsewhere.
    /// - Throws: ``FreshetError`` of kind `conflict`.
    static func check(_ folder: String) throws {
        guard let place = FileManager.default.contents(atPath: path(in: folder)) else { return }
        let words = String(decoding: place, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        throw FreshetError(
            .conflict,
            "The data of '\(folder)' were copied to PostgreSQL (\(words)) and go on there.",
            remedy: "Serve them with --set storage.postgres.address=…; pg_dump makes their backups. To go back to the "
                + "state of the copy, delete '\(path(in: folder))'."
        )
    }
}
