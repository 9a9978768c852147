import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// A trained ``FactorizationMachine`` in a folder: `manifest.json` and `weights.safetensors`, written whole or not at all.
public struct FactorizationSnapshot: Sendable {
    /// What the snapshot says about itself.
    public let manifest: SnapshotManifest
    /// What was learned.
    public let weights: FactorizationWeights

    /// Creates a snapshot.
    public init(manifest: SnapshotManifest, weights: FactorizationWeights) {
        self.manifest = manifest
        self.weights = weights
    }

    /// Writes the snapshot; an older one in the folder goes, other files stay.
    /// - Throws: ``FreshetError`` of kind `external`; what was in the folder is then as it was.
    public func write(to folder: String) throws {
        try manifest.write(with: [SnapshotFile.weights: weights.checkpoint().encoded()], to: folder)
    }

    /// Reads and verifies a snapshot.
    /// - Throws: ``FreshetError`` that names the file which is missing or damaged, or says that it is of another model.
    public static func read(from folder: String) throws -> FactorizationSnapshot {
        let manifest = try SnapshotManifest.read(from: folder)
        guard manifest.model == FactorizationMachine.name else {
            throw FreshetError(
                .usage,
                "'\(folder)' holds the model '\(manifest.model)', which knows no rows of features.",
                remedy: "Train one that does: freshet train --model \(FactorizationMachine.name) --format libfm …"
            )
        }
        let weights = try Snapshot.inFile(SnapshotFile.weights, of: folder) {
            let content = try manifest.content(of: SnapshotFile.weights, in: folder)
            return try FactorizationWeights(
                from: Checkpoint(encoded: content, requiringChecksum: true),
                ConfigurationJSON.decodeModel(
                    FactorizationMachine.Configuration.self,
                    from: manifest.configurationJSON,
                    owner: FactorizationMachine.name
                )
            )
        }
        return FactorizationSnapshot(manifest: manifest, weights: weights)
    }
}

extension DataSummary {
    /// Counts rows: as events, of no users and items.
    public init(of rows: LabelledRows, source: String, validationRows: Int) {
        self.init(
            of: Dataset(users: IdentifierTable(), items: IdentifierTable(), histories: Histories()),
            source: source,
            format: LabelledRows.format,
            validationEvents: validationRows
        )
        events = rows.count + validationRows
    }
}

extension FactorizationMachine {
    /// The manifest of a finished training, without the file's checksum.
    ///
    /// - Parameters:
    ///   - preset: the preset that was asked for.
    ///   - summary: what it was trained on.
    ///   - epochs: the epochs of the training.
    ///   - seed: its seed.
    /// - Returns: the manifest.
    public func manifest(
        preset: String?,
        summary: DataSummary,
        epochs: [EpochRecord],
        seed: UInt64
    ) -> SnapshotManifest {
        SnapshotManifest(
            model: Self.name,
            preset: preset,
            configurationJSON: ConfigurationJSON.encode(configuration),
            seed: seed,
            threads: 1,
            data: summary,
            metrics: figures,
            epochs: epochs,
            trainSeconds: epochs.reduce(0) { $0 + $1.seconds }
        )
    }
}
