import Foundation
import FreshetCore
import FreshetNN

/// Brings what the newest learner left in the shared folder to this machine, before an engine begins.
enum SharedStart {
    /// Replaces the learner's state in an engine's folder by the one that was published last, if any was.
    ///
    /// What a learner of this machine has written since is of a line that ended: another may have gone on elsewhere. The versions
    /// that it kept stay.
    /// - Throws: ``FreshetError`` of kind `external` when the folder cannot be read, of kind `invalidData` when what is there
    ///   is damaged.
    static func bring(_ shared: any SharedFolder, to folder: String) async throws {
        guard let manifest = try await PublicationManifest.newest(in: shared), let learner = manifest.learner else {
            return
        }
        for (file, name) in [(manifest.texts, LearnedFiles.texts), (learner, LearnedFiles.checkpoint)] {
            guard let file else { continue }
            guard let bytes = try await shared.read(file.name) else {
                // Removed since the manifest was read: then there is a newer one.
                return try await bring(shared, to: folder)
            }
            _ = try Checkpoint(encoded: bytes, requiringChecksum: true)
            try DurableFolder.create(folder)
            try DurableFile.write([bytes], to: folder + "/" + name)
        }
    }
}
