import Foundation
import FreshetCore
import FreshetNN

extension Engine {
    /// Copies versions and the learner's checkpoint into a folder, then lets the caller copy the database, all while
    /// the engine runs.
    ///
    /// In this order, so that a restored learner never knows more than the restored log: events after its checkpoint it
    /// learns again from the log, none twice.
    ///
    /// - Parameters:
    ///   - folder: where to; made when it is missing.
    ///   - copyDatabase: copies the store's database.
    /// - Throws: ``FreshetError`` of kind `external` when something cannot be read or written.
    public func backUp(to folder: String, copyDatabase: () async throws -> Void) async throws {
        try await learning.perform { $0.checkpoint() }
        try Self.copyFiles(from: configuration.folder, to: folder)
        try Self.copyFiles(from: archive.folder, to: folder + "/" + Self.versionsFolder)
        try await copyDatabase()
    }

    /// The folder of the versions, below the engine's.
    static let versionsFolder = "versions"

    /// Copies the checkpoint and version files of a folder; each is whole, since they are renamed into their place.
    private static func copyFiles(from source: String, to target: String) throws {
        try DurableFolder.create(target)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: source)) ?? []
        for name in names where name.hasSuffix(".safetensors") || name == "live" {
            let content: Data
            do {
                content = try FileContents.read(source + "/" + name)
            } catch let error as FreshetError {
                // Pruned since the folder was listed: then it is not wanted in the copy either.
                if !FileManager.default.fileExists(atPath: source + "/" + name) { continue }
                throw error
            }
            try DurableFile.write([content], to: target + "/" + name)
        }
    }
}
