import Foundation
import FreshetCore
import FreshetEngine
import FreshetNN
import FreshetStorage

/// A copy of a data folder: its database, the versions and the learner's checkpoint.
enum DataBackup {
    /// Whether nothing is at a path, or an empty folder.
    static func isFree(_ path: String) -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return true }
        return (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true
    }

    /// Copies a data folder, whose server may be running; the copy is there whole or not at all.
    /// - Returns: its bytes.
    /// - Throws: ``FreshetError`` when the folder has no database, or the copy cannot be written.
    static func make(of data: String, at folder: String) throws -> Int {
        try DurableFolder.replace(folder, obsolete: []) { new in
            // What was learned before the log: LearnedFiles says why.
            try LearnedFiles.copy(from: data, to: new)
            try SQLiteStore.backup(folder: data, to: new + "/" + SQLiteStore.fileName)
        }
        return size(of: folder)
    }

    /// Makes a data folder, whose server must not run, from a backup.
    /// - Throws: ``FreshetError`` when the backup is damaged, or the folder is in use or not to be replaced.
    static func restore(_ backup: String, to data: String, force: Bool) throws {
        try SQLiteStore.restore(from: backup + "/" + SQLiteStore.fileName, to: data, force: force) {
            try LearnedFiles.replace(in: data, by: backup)
        }
    }

    private static func size(of folder: String) -> Int {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.reduce(0) { sum, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }
}
