import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// The folder of a snapshot while its model is being trained: it holds the checkpoint of the unfinished training.
///
/// ``Snapshot/write(to:)`` ends it.
public struct TrainingFolder: Sendable {
    private static let stateKey = "freshet.training"

    /// The folder.
    public let path: String

    private var file: String { path + "/" + SnapshotFile.training }

    /// Names a folder.
    public init(_ path: String) { self.path = path }

    /// Makes the folder and checks that it can be written to, so that a training does not fail at its end.
    /// - Throws: ``FreshetError`` of kind `external`.
    public func prepare() throws { try DurableFolder.create(path) }

    /// Whether the folder holds an unfinished training.
    public var isUnfinished: Bool { FileManager.default.fileExists(atPath: file) }

    /// Whether the folder holds a snapshot.
    public var isFinished: Bool { FileManager.default.fileExists(atPath: path + "/" + SnapshotFile.manifest) }

    /// Saves the state of a training.
    /// - Throws: ``FreshetError`` of kind `external`; the last saved state is then as it was.
    public func save(_ checkpoint: Checkpoint, state: TrainingState) throws {
        var checkpoint = checkpoint
        checkpoint.metadata[Self.stateKey] = String(decoding: SnapshotJSON.encode(state), as: UTF8.self)
        try checkpoint.write(to: file)
    }

    /// The unfinished training, checked to be the one that is asked for.
    ///
    /// - Parameter wanted: the training about to start, without epochs.
    /// - Returns: the checkpoint and the state that were saved last.
    /// - Throws: ``FreshetError`` when there is none, it is damaged, or it is of another model or other data.
    public func resume(as wanted: TrainingState) throws -> (checkpoint: Checkpoint, state: TrainingState) {
        var checkpoint = try Checkpoint.read(from: file)
        guard let text = checkpoint.metadata.removeValue(forKey: Self.stateKey),
            let state = try? SnapshotJSON.decoder().decode(TrainingState.self, from: Data(text.utf8))
        else {
            throw FreshetError(
                .invalidData,
                "'\(file)' is a checkpoint, but not of a training.",
                remedy: "Leave --resume out to start over."
            )
        }
        let differences = [
            ("model", state.model, wanted.model),
            ("seed", "\(state.seed)", "\(wanted.seed)"),
            ("threads", "\(state.threads)", "\(wanted.threads)"),
            ("data", state.dataFingerprint, wanted.dataFingerprint),
            (
                "configuration", ConfigurationJSON.encode(state.configuration),
                ConfigurationJSON.encode(wanted.configuration)
            ),
        ].filter { $0.1 != $0.2 }
        guard differences.isEmpty else {
            let list = differences.map { "\($0.0) \($0.1), not \($0.2)" }.joined(separator: "; ")
            throw FreshetError(
                .usage,
                "The unfinished training in '\(path)' is another one: \(list).",
                remedy: "Give the options it was started with, or leave --resume out to start over."
            )
        }
        return (checkpoint, state)
    }
}

/// What identifies an unfinished training, and how far it is.
public struct TrainingState: Sendable, Codable, Equatable {
    /// The model's name.
    public var model: String
    /// The model's settings.
    var configuration: JSONValue
    /// The seed.
    public var seed: UInt64
    /// The threads: other numbers sum in another order.
    public var threads: Int
    /// A checksum of the events and their order.
    public var dataFingerprint: String
    /// The epochs done.
    public var epochs: [EpochRecord] = []
    /// Seconds spent so far.
    public var trainSeconds: Double = 0

    /// Describes a training about to start.
    public init(model: String, configurationJSON: String, seed: UInt64, threads: Int, data: TrainingData) {
        self.model = model
        configuration = JSONValue(text: configurationJSON)
        self.seed = seed
        self.threads = threads
        dataFingerprint = data.fingerprint
    }
}

extension TrainingData {
    /// A checksum of the events and their order.
    package var fingerprint: String {
        var sum = histories.offsets.withUnsafeBytes { Checksum.crc32($0, after: 0) }
        sum = histories.items.withUnsafeBytes { Checksum.crc32($0, after: sum) }
        // In seconds, so that a training begun before times had milliseconds can go on.
        for start in stride(from: 0, to: histories.times.count, by: 1 << 16) {
            let seconds = histories.times[start...].prefix(1 << 16).map(\.seconds)
            sum = seconds.withUnsafeBytes { Checksum.crc32($0, after: sum) }
        }
        sum = histories.types.withUnsafeBytes { Checksum.crc32($0, after: sum) }
        sum = histories.values.withUnsafeBytes { Checksum.crc32($0, after: sum) }
        return Checksum.text(sum)
    }
}
