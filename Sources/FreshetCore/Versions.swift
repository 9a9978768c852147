/// A version of the model that exists or existed, and how it fared.
public struct VersionRecord: Sendable, Equatable, Codable {
    /// Where a version stands.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Being trained.
        case training
        /// Compared with the live one on live data.
        case candidate
        /// Answers requests.
        case live
        /// Was live until a better one came.
        case retired
        /// Did not win.
        case discarded
        /// Was live, and lost against the state before.
        case rolledBack = "rolled_back"
    }

    /// Its name.
    public var version: ModelVersion
    /// Where it stands.
    public var state: State
    /// When it was made, in milliseconds since 1970.
    public var created: Int64
    /// The newest event that its weights have learned.
    public var offset: Int64
    /// When the training began that it comes from, in milliseconds since 1970: it knows nobody who was erased before.
    public var trainingStarted: Int64?
    /// Where it comes from, unless it was trained here: a snapshot, by the checksum of its weights.
    public var source: String?
    /// The folder of its snapshot, below the data folder; `nil` when none is kept.
    public var folder: String?
    /// Its figures by name, such as `recall@10`.
    public var figures: [String: Double]

    /// Creates a record.
    public init(
        version: ModelVersion,
        state: State,
        created: Int64,
        offset: Int64,
        trainingStarted: Int64? = nil,
        folder: String? = nil,
        figures: [String: Double] = [:]
    ) {
        self.version = version
        self.state = state
        self.created = created
        self.offset = offset
        self.trainingStarted = trainingStarted
        self.folder = folder
        self.figures = figures
    }

    enum CodingKeys: String, CodingKey {
        case version, state, created, offset, source, folder, figures
        case trainingStarted = "training_started"
    }
}

/// Something that the engine decided about its model, with the evidence it had.
public struct Decision: Sendable, Equatable, Codable {
    /// What was decided.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A micro-update of the live version went live.
        case microUpdate = "micro_update"
        /// A micro-update was held back: the learning model was worse than the live one.
        case heldBack = "held_back"
        /// A new version won and went live.
        case promotion
        /// A candidate lost and was dropped.
        case discard
        /// The state before went live again.
        case rollback
        /// A full training began.
        case retrain
        /// The stream changed.
        case drift
        /// A rule on what a classifier says of texts began to apply.
        case alert
    }

    /// What was decided.
    public var kind: Kind
    /// About which version.
    public var version: ModelVersion
    /// When, in milliseconds since 1970.
    public var time: Int64
    /// The newest event at that moment.
    public var offset: Int64
    /// Why, in words.
    public var reason: String
    /// The figures it was decided on, by name.
    public var evidence: [String: Double]

    /// Creates a decision.
    public init(
        kind: Kind,
        version: ModelVersion,
        time: Int64,
        offset: Int64,
        reason: String,
        evidence: [String: Double] = [:]
    ) {
        self.kind = kind
        self.version = version
        self.time = time
        self.offset = offset
        self.reason = reason
        self.evidence = evidence
    }
}
