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
    ///   is damaged or not all there.
    static func bring(_ shared: any SharedFolder, to folder: String) async throws {
        var tried: PublicationManifest?
        while let manifest = try await PublicationManifest.newest(in: shared), let learner = manifest.learner {
            let files = [(manifest.texts, LearnedFiles.texts), (learner, LearnedFiles.checkpoint)]
            var missing: String?
            for case (let file?, let name) in files where missing == nil {
                if try await !bring(file, shared, to: folder + "/" + name, in: folder) { missing = file.name }
            }
            guard let missing else { return }
            // Removed since the manifest was read: then there is a newer one.
            guard manifest != tried else {
                throw FreshetError(
                    .invalidData,
                    "'\(missing)' is missing in the shared folder, and its manifest names it.",
                    remedy:
                        "Bring it back, or empty the folder while no process runs: the learner then begins by its own "
                        + "state."
                )
            }
            tried = manifest
            try await Task.sleep(for: .seconds(0.2))
        }
    }

    /// Copies a file, which must be whole; `false` where it is not there.
    private static func bring(
        _ file: PublicationManifest.File,
        _ shared: any SharedFolder,
        to path: String,
        in folder: String
    ) async throws -> Bool {
        guard let bytes = try await shared.read(file.name) else { return false }
        do {
            _ = try Checkpoint(encoded: bytes, requiringChecksum: true)
        } catch let error as FreshetError {
            throw FreshetError(.invalidData, "'\(file.name)' in the shared folder is damaged: \(error.message)")
        }
        try DurableFolder.create(folder)
        try DurableFile.write([bytes], to: path)
        return true
    }
}
