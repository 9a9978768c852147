import FreshetCore
import FreshetModels

/// A trained model with what it takes to restore it from its checkpoint.
public struct TrainedModel: Sendable {
    /// Its name in the ``ModelRegistry``.
    public var model: String
    /// Its settings as JSON.
    public var configurationJSON: String
    /// The model.
    public var scorer: any Scorer

    /// Creates a trained model.
    public init(model: String, configurationJSON: String, scorer: any Scorer) {
        self.model = model
        self.configurationJSON = configurationJSON
        self.scorer = scorer
    }
}

/// Everything of the learning loop that answers requests: what a publication puts live.
public struct ServedState: Sendable {
    /// Its name.
    public var version: ModelVersion
    /// The trained model; `nil` for version 0, which answers by what streams alone.
    public var trained: TrainedModel?
    /// What puts the candidates into one order.
    public var ranker: any LearnedRanker
    /// The newest event that its weights have learned.
    public var offset: Int64
    /// What the items' texts are read by; `nil` for what the loop has of itself.
    public var reading: ContentReading?

    /// Creates a state.
    public init(
        version: ModelVersion = ModelVersion(0),
        trained: TrainedModel? = nil,
        ranker: any LearnedRanker = FusionWeights(),
        offset: Int64 = 0,
        reading: ContentReading? = nil
    ) {
        self.reading = reading
        self.version = version
        self.trained = trained
        self.ranker = ranker
        self.offset = offset
    }
}

/// What a batch of events has led to: all is done in the loop, and left to do outside of it, in the order of the fields.
public struct LearningStep: Sendable {
    /// What was decided, with the evidence.
    public var decisions: [Decision] = []
    /// States that were live and are known to be good now: worth keeping on disk.
    public var good: [ServedState] = []
    /// Candidates that are dropped.
    public var discarded: [ModelVersion] = []
    /// What went live, each by a micro-update, a promotion or a rollback.
    public var published: [(state: ServedState, by: Decision.Kind)] = []
    /// Why a full training begins beside serving; `nil` when none does.
    public var retraining: String?
    /// How many items had no event for so long that the learner has given up their vectors.
    public var expiredItems = 0
}
