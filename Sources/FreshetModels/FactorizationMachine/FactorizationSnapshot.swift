import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// A trained ``FactorizationMachine`` in a folder: `manifest.json`, `weights.safetensors` and, of rows of a table, `columns.json`,
/// written whole or not at all.
public struct FactorizationSnapshot: Sendable {
    /// What the snapshot says about itself.
    public let manifest: SnapshotManifest
    /// What was learned.
    public let weights: FactorizationWeights
    /// What the columns of a table become; `nil` of what learned from numbered features.
    public let columns: FeatureColumns?

    /// Creates a snapshot.
    public init(manifest: SnapshotManifest, weights: FactorizationWeights, columns: FeatureColumns? = nil) {
        self.manifest = manifest
        self.weights = weights
        self.columns = columns
    }

    /// Writes the snapshot; an older one in the folder goes, other files stay.
    /// - Throws: ``FreshetError`` of kind `external`; what was in the folder is then as it was.
    public func write(to folder: String) throws {
        var contents = [SnapshotFile.weights: SnapshotContent.checkpoint(weights.checkpoint())]
        if let columns { contents[SnapshotFile.columns] = .text(SnapshotJSON.encode(columns)) }
        try manifest.write(with: contents, to: folder)
    }

    /// Reads and verifies a snapshot.
    /// - Throws: ``FreshetError`` that names the file which is missing or damaged, or says that it is of another model.
    public static func read(from folder: String) throws -> FactorizationSnapshot {
        let manifest = try SnapshotManifest.read(from: folder)
        guard manifest.model == FactorizationMachine.name else {
            throw FreshetError(
                .usage,
                "'\(folder)' holds the model '\(manifest.model)', which knows no rows of features.",
                remedy: "Train one that does: freshet train --model \(FactorizationMachine.name) --format csv …"
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
        guard manifest.files[SnapshotFile.columns] != nil else {
            return FactorizationSnapshot(manifest: manifest, weights: weights)
        }
        let columns = try Snapshot.inFile(SnapshotFile.columns, of: folder) {
            try Self.columns(manifest.content(of: SnapshotFile.columns, in: folder), featureCount: weights.featureCount)
        }
        return FactorizationSnapshot(manifest: manifest, weights: weights, columns: columns)
    }

    private static func columns(_ content: Data, featureCount: Int) throws -> FeatureColumns {
        let columns = try? SnapshotJSON.decoder().decode(FeatureColumns.self, from: content)
        guard let columns, columns.featureCount == featureCount else {
            throw FreshetError(.invalidData, "it is not what columns of \(featureCount) features are.")
        }
        return columns
    }

    /// Reads rows that the snapshot can tell of.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - format: how it is written.
    ///   - fixed: columns that have one value in every row, whatever the table says.
    ///   - options: how a table is written, where that is known.
    /// - Returns: the rows, of features that the weights have.
    /// - Throws: ``FreshetError`` where the snapshot learned from rows of another format, or the file has something unknown.
    public func rows(
        of path: String,
        _ format: LabelledRows.Format,
        fixing fixed: [String: String] = [:],
        options: ImportOptions = ImportOptions()
    ) throws -> LabelledRows {
        switch (format, columns) {
        case (.libfm, nil):
            let rows = try LabelledRows.readLibFM(path, featureCount: weights.featureCount)
            try weights.check(rows)
            return rows
        case (.csv, let columns?):
            return try columns.rows(of: CodedTable(path: path, options: options), fixing: fixed)
        case (.libfm, _?), (.csv, nil):
            let other = LabelledRows.Format.allCases.first { $0 != format } ?? format
            throw FreshetError(
                .usage,
                "The model learned from rows in the format \(other.rawValue), and knows none in \(format.rawValue).",
                remedy: "Give rows in that format, or train it on \(format.rawValue)."
            )
        }
    }
}

extension DataSummary {
    /// Counts rows: as events, of no users and items.
    public init(of rows: LabelledRows, source: String, format: LabelledRows.Format = .libfm, validationRows: Int) {
        self.init(
            of: Dataset(users: IdentifierTable(), items: IdentifierTable(), histories: Histories()),
            source: source,
            format: format.rawValue,
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
