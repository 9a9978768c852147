import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// What a snapshot says about itself: `manifest.json`.
public struct SnapshotManifest: Sendable, Equatable {
    /// The version of the layout that this code writes, and the newest that it reads.
    public static let currentVersion = 2

    /// The version of the layout.
    public var formatVersion = SnapshotManifest.currentVersion
    /// The model's name in ``ModelRegistry``.
    public var model: String
    /// The preset that was asked for; `nil` is what suited the data.
    public var preset: String?
    /// The model's settings.
    package var configuration: JSONValue
    /// The seed of the training.
    public var seed: UInt64
    /// With how many threads it was trained.
    public var threads: Int
    /// When it was made.
    public var created: Date
    /// What it was trained on.
    public var data: DataSummary
    /// Figures such as the validation NDCG, by name.
    public var metrics: [String: Double]
    /// The epochs of the training; empty for models that have none.
    public var epochs: [EpochRecord]
    /// Seconds of training.
    public var trainSeconds: Double
    /// How the model was made smaller; `nil` as it was trained.
    public var compression: Compression?
    /// The other files, by name.
    public internal(set) var files: [String: FileRecord] = [:]
    private var checksum = SelfChecksum.placeholder

    /// Creates the manifest of a training.
    ///
    /// - Parameters:
    ///   - model: the model's name.
    ///   - preset: the preset that was asked for.
    ///   - configurationJSON: the settings, as ``ModelDescription/configurationJSON(of:)`` writes them.
    ///   - seed: the seed of the training.
    ///   - threads: with how many threads it was trained.
    ///   - data: what it was trained on.
    ///   - metrics: figures by name.
    ///   - epochs: the epochs of the training.
    ///   - trainSeconds: seconds of training.
    public init(
        model: String,
        preset: String? = nil,
        configurationJSON: String,
        seed: UInt64,
        threads: Int,
        data: DataSummary,
        metrics: [String: Double] = [:],
        epochs: [EpochRecord] = [],
        trainSeconds: Double = 0
    ) {
        self.model = model
        self.preset = preset
        configuration = JSONValue(text: configurationJSON)
        self.seed = seed
        self.threads = threads
        // Whole seconds, as the file keeps them.
        created = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        self.data = data
        self.metrics = metrics
        self.epochs = epochs
        self.trainSeconds = trainSeconds
    }

    /// What tells its weights from others: their checksum; of one that is no folder where it comes from.
    public var mark: String { files[SnapshotFile.weights]?.crc32 ?? "\(data.format) of \(data.source)" }

    /// The settings, as ``ModelDescription/restoreScorer(from:configurationJSON:)`` reads them.
    public var configurationJSON: String { ConfigurationJSON.encode(configuration) }

    /// The epoch whose validation figure is the best; `nil` when none was measured.
    public var bestEpoch: EpochRecord? {
        epochs.filter { $0.validation != nil }.max { ($0.validation ?? 0) < ($1.validation ?? 0) }
    }

    /// One file of a snapshot.
    public struct FileRecord: Sendable, Equatable, Codable {
        /// Its length.
        public var bytes: Int
        /// Its CRC-32 in hexadecimal digits.
        public var crc32: String
    }
}

/// What a model was trained on, in numbers.
public struct DataSummary: Sendable, Equatable, Codable {
    /// The file's or folder's name.
    public var source: String
    /// The format it was read in.
    public var format: String
    /// How many users.
    public var users: Int
    /// How many items.
    public var items: Int
    /// How many events, those held out for validation included.
    public var events: Int
    /// How many events were held out for validation.
    public var validationEvents: Int
    /// The time of the first event.
    public var firstTime: Timestamp?
    /// The time of the last event.
    public var lastTime: Timestamp?

    /// Counts a data set.
    public init(of dataset: Dataset, source: String, format: String, validationEvents: Int) {
        self.source = source
        self.format = format
        users = dataset.users.count
        items = dataset.items.count
        events = dataset.histories.eventCount
        self.validationEvents = validationEvents
        firstTime = dataset.histories.times.min()
        lastTime = dataset.histories.times.max()
    }
}

// MARK: Reading and writing

extension SnapshotManifest: Codable {
    /// The manifest as the text of its file, its checksum in place.
    func encoded() -> Data {
        var copy = self
        copy.checksum = SelfChecksum.placeholder
        var text = SnapshotJSON.encode(copy, pretty: true)
        SelfChecksum.seal(&text)
        return text
    }

    /// Reads the text of a manifest.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is damaged or of a newer version.
    init(encoded text: Data) throws {
        struct Version: Decodable { let formatVersion: Int }
        let decoder = SnapshotJSON.decoder()
        let version = try? decoder.decode(Version.self, from: text).formatVersion
        if let version, version > Self.currentVersion {
            throw FreshetError(
                .invalidData,
                "it is of version \(version), and this program reads up to \(Self.currentVersion).",
                remedy: "Use a newer Freshet, or train again."
            )
        }
        guard SelfChecksum.matches(text) == true else {
            throw FreshetError(.invalidData, "its checksum does not fit its content.")
        }
        do {
            self = try decoder.decode(SnapshotManifest.self, from: text)
        } catch is DecodingError {
            throw FreshetError(.invalidData, "it is not what a manifest holds.")
        }
        checksum = SelfChecksum.placeholder
    }
}
