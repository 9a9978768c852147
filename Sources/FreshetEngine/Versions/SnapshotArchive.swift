import Foundation
import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetNN

/// Versions on disk, a checked file each: written to a new name, synced, then renamed.
///
/// | file | content |
/// | --- | --- |
/// | `versions/3.17.safetensors` | the state's checkpoint: weights, fusion weights, settings, offset |
/// | `versions/live` | the name of the version that answers |
///
/// A damaged file is refused when it is read, and never deleted: the next start may tell more.
struct SnapshotArchive: Sendable {
    static let suffix = ".safetensors"
    static let liveName = "live"

    /// The folder of the versions.
    let folder: String

    /// Opens an archive; the folder is made when it is missing.
    /// - Throws: ``FreshetError`` of kind `external`.
    init(folder: String) throws {
        self.folder = folder
        try DurableFolder.create(folder)
    }

    /// The name of a version's file below the folder.
    static func name(of version: ModelVersion) -> String { "\(version)\(suffix)" }

    private func path(of version: ModelVersion) -> String { folder + "/" + Self.name(of: version) }

    /// The versions that have a file, newest first.
    func versions() -> [ModelVersion] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(Self.suffix) }
            .compactMap { ModelVersion(String($0.dropLast(Self.suffix.count))) }
            .sorted(by: >)
    }

    /// Writes a state that has a trained model; an older file of its version is replaced whole or not at all.
    /// - Throws: ``FreshetError`` of kind `external`.
    func write(_ state: ServedState) throws {
        guard state.trained != nil else { return }
        try state.checkpoint().write(to: path(of: state.version))
    }

    /// Reads a version.
    /// - Throws: ``FreshetError`` of kind `external` when there is no file, of kind `invalidData` when it is damaged.
    func read(_ version: ModelVersion) throws -> ServedState {
        let path = path(of: version)
        do {
            let state = try ServedState(from: Checkpoint(encoded: FileContents.read(path), requiringChecksum: true))
            guard state.version == version else {
                throw FreshetError(.invalidData, "it holds version \(state.version).")
            }
            return state
        } catch let error as FreshetError where error.kind != .external {
            throw FreshetError(
                .invalidData,
                "Version \(version) in '\(path)' is damaged: \(error.message)",
                remedy: "Another version answers; restore the file from a backup, or delete it."
            )
        }
    }

    /// Reads a version that is to answer beside or after others, with the reading of the items' texts that it goes by.
    ///
    /// - Parameters:
    ///   - version: the version.
    ///   - find: gives a reading by its name.
    /// - Returns: the state.
    /// - Throws: as ``read(_:)``, and ``FreshetError`` of kind `conflict` when the reading is not there.
    func read(_ version: ModelVersion, reading find: (String) -> ContentReading?) throws -> ServedState {
        var state = try read(version)
        guard let name = state.reading?.id else { return state }
        guard let reading = find(name) else {
            throw FreshetError(
                .conflict,
                "Version \(version) reads by a tuned encoder that is not kept any more.",
                remedy: "Choose another version."
            )
        }
        state.reading = reading
        return state
    }

    /// The versions that have a file and come from a training before a moment, newest first.
    func versions(before time: Int64, in book: VersionBook) -> [ModelVersion] {
        versions().filter { !book.isTrained($0, since: time) }
    }

    /// Deletes a version's file.
    /// - Throws: ``FreshetError`` of kind `external` when it is there and stays.
    func remove(_ version: ModelVersion) throws {
        guard unlink(path(of: version)) != 0, errno != ENOENT else { return }
        throw FreshetError.system("delete", path(of: version), code: errno)
    }

    /// The state that is kept of a version, the newest where no micro-update is named; `nil` when none is.
    func stored(_ version: ModelVersion) -> ModelVersion? {
        let versions = versions()
        return versions.first { $0 == version }
            ?? versions.first { version.update == 0 && $0.number == version.number }
    }

    /// The version that answered last, or `nil` when none was named.
    func live() -> ModelVersion? {
        guard let text = try? FileContents.read(folder + "/" + Self.liveName) else { return nil }
        return ModelVersion(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Names the version that answers.
    /// - Throws: ``FreshetError`` of kind `external`.
    func setLive(_ version: ModelVersion) throws {
        try DurableFile.write([Data("\(version)\n".utf8)], to: folder + "/" + Self.liveName)
    }

    /// Deletes older updates of every version, and all but the newest versions, the live one, and those that are needed.
    func prune(keeping count: Int, live: ModelVersion, needed: Set<ModelVersion> = []) {
        var numbers: Set<Int> = []
        for version in versions() {
            let isNewest = numbers.insert(version.number).inserted
            let isNeeded = version == live || needed.contains(version)
            if isNeeded || (isNewest && (numbers.count <= count || version.number == live.number)) { continue }
            try? FileManager.default.removeItem(atPath: path(of: version))
        }
    }
}
