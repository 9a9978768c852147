import Foundation
import FreshetCore
import FreshetLearning
import FreshetNN

/// The files in which an engine keeps what it learned, beside its store: the versions and the learner's checkpoint.
///
/// Each is written to a new name and renamed, so what is copied from a running engine is whole. A copy that is made
/// before the store's never knows more than its log: what came in between is learned from the log, none of it twice.
public enum LearnedFiles {
    static let checkpoint = "learner.safetensors"
    static let texts = "texts.safetensors"
    static let versions = "versions"
    /// The folder of what tuned encoders have learned and read.
    static let readings = "readings"

    /// What answers in an engine's folder, which may be in use.
    /// - Throws: ``FreshetError`` of kind `conflict` when no version does yet, otherwise as it cannot be read.
    public static func liveState(in folder: String) throws -> ServedState {
        let archive = try SnapshotArchive(folder: folder + "/" + versions)
        guard let version = archive.live(), version.number > 0 else {
            throw FreshetError(.conflict, "No trained version answers in '\(folder)' yet: counts do.")
        }
        return try archive.read(version)
    }

    /// The engine's folder and the version that a file such as `versions/3.17.safetensors` is one of; `nil` for any other
    /// path.
    public static func version(at path: String) -> (folder: String, version: ModelVersion)? {
        let file = URL(fileURLWithPath: path)
        let parent = file.deletingLastPathComponent()
        let name = file.lastPathComponent
        guard name.hasSuffix(SnapshotArchive.suffix), parent.lastPathComponent == versions,
            let version = ModelVersion(String(name.dropLast(SnapshotArchive.suffix.count)))
        else { return nil }
        return (parent.deletingLastPathComponent().path, version)
    }

    /// A version that an engine's folder keeps; it may be in use.
    /// - Throws: ``FreshetError`` when it is not there or damaged.
    public static func state(of version: ModelVersion, in folder: String) throws -> ServedState {
        try SnapshotArchive(folder: folder + "/" + versions).read(version)
    }

    /// Copies the files of an engine's folder, which may be in use, into another.
    ///
    /// - Parameters:
    ///   - source: the engine's folder.
    ///   - target: the other folder; made when it is missing.
    /// - Throws: ``FreshetError`` of kind `external` when something cannot be read or written.
    public static func copy(from source: String, to target: String) throws {
        try DurableFolder.create(target + "/" + versions)
        for name in names(in: source) {
            let content: Data
            do {
                content = try FileContents.read(source + "/" + name)
            } catch let error as FreshetError {
                // Pruned since the folder was listed: then it is not wanted in the copy either.
                if !FileManager.default.fileExists(atPath: source + "/" + name) { continue }
                throw error
            }
            let parent = URL(fileURLWithPath: target + "/" + name).deletingLastPathComponent().path
            try DurableFolder.create(parent)
            try DurableFile.write([content], to: target + "/" + name)
        }
    }

    /// Replaces the files of an engine's folder, which must not be in use, by those of another.
    /// - Throws: ``FreshetError`` of kind `external`; what is left of the old files is of no use, and harmless.
    public static func replace(in folder: String, by source: String) throws {
        for name in names(in: folder) {
            guard unlink(folder + "/" + name) == 0 else {
                throw FreshetError.system("delete", folder + "/" + name, code: errno)
            }
        }
        try copy(from: source, to: folder)
    }

    private static func names(in folder: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + versions)) ?? []
        let kept = files.filter { $0 == SnapshotArchive.liveName || $0.hasSuffix(SnapshotArchive.suffix) }
        let isLearning = FileManager.default.fileExists(atPath: folder + "/" + checkpoint)
        // What tuned encoders have learned; what they have read is read again.
        let tuned = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + readings)) ?? []
        let adapters = tuned.sorted().map { "\(readings)/\($0)/\(TunedReadings.adaptersName)" }
            .filter { FileManager.default.fileExists(atPath: folder + "/" + $0) }
        return (isLearning ? [checkpoint] : []) + kept.sorted().map { versions + "/" + $0 } + adapters
    }
}
