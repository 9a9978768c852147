import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// One line of weights: a model, where there is one, which goes on learning if it can, and what ranks its candidates.
struct LearningLine {
    private(set) var trained: TrainedModel?
    private(set) var learner: (any OnlineLearner)?
    /// Learns how the candidates are ranked.
    var ranking: any RankerLearner
    /// What the items' texts are read by; `nil` for what the loop has of itself.
    var reading: ContentReading?
    /// Says which weights ``scorer`` has: equal numbers, equal weights.
    private(set) var scorerNumber: Int
    /// How many events were learned since the weights were last published.
    var unpublished = 0
    /// How many events were learned that ``trained`` does not show yet.
    private var unseen = 0
    /// How the model is rounded before it predicts or answers.
    private let compression: VersionCompression
    /// Which state of what is said of the items the learner was told; `nil` before any.
    private var contentRevision: UInt64?

    /// Predictions see new weights after one event for so many items at the earliest: a copy costs what the catalogue
    /// is long, and thus an event no more than these.
    private static let itemsCopiedPerEvent = 500

    /// Goes on from a state; a model that has no ``OnlineLearner`` stays as it is.
    ///
    /// - Throws: `FreshetError` when the model cannot be learned further.
    init(
        from state: ServedState,
        settings: LearningLoop.Settings,
        number: Int,
        seed: UInt64,
        pool: ThreadPool
    ) throws {
        (trained, reading) = (state.trained, state.reading)
        compression = settings.compression
        ranking = try RankerRegistry.ranker(named: settings.rankerName)
            .makeLearner(from: state.ranker, settings: settings.fusion)
        scorerNumber = number
        guard let trained else { return }
        learner = try ModelRegistry.model(named: trained.model).makeOnlineLearner(
            from: trained.scorer,
            configurationJSON: trained.configurationJSON,
            settings: settings.learner,
            seed: seed,
            pool: pool
        )
        let shown = compression.applied(to: trained.scorer)
        self.trained?.scorer = shown
    }

    /// A model that stays as it is; `nil` for the counts alone.
    init(still trained: TrainedModel?, ranking: any RankerLearner) {
        (self.trained, self.ranking, compression) = (trained, ranking, .none)
        scorerNumber = 0
    }

    /// Learns a batch.
    ///
    /// - Parameters:
    ///   - batch: the events.
    ///   - content: what is said of the items, unless the line has a ``reading`` of its own; `nil` where nothing is read.
    ///   - emphasis: how the micro-update departs from the settings.
    ///   - replaying: called to make the steps on replay alone.
    /// - Returns: what was done; `nil` where there is no model that learns.
    mutating func learn(
        _ batch: [StreamEvent],
        reading content: ContentView?,
        emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void = { $0() }
    ) -> OnlineLearning.Report? {
        unpublished += batch.count
        guard let learner else { return nil }
        unseen += batch.count
        if let content = reading?.view ?? content { read(content) }
        return learner.learn(batch, emphasis: emphasis, replaying: replaying)
    }

    /// Tells the learner what is said of the items, where that has changed.
    mutating func read(_ content: ContentView) {
        let revision = content.revision
        guard revision != contentRevision else { return }
        contentRevision = revision
        learner?.read(content.current)
    }

    /// The model that predicts: as it is now, or with a long catalogue as it was some events ago; `number` names the
    /// weights when they are new.
    mutating func scorer(numbered number: @autoclosure () -> Int) -> (any Scorer)? {
        if unseen > (learner?.itemCount ?? 0) / Self.itemsCopiedPerEvent { refresh(numbered: number()) }
        return trained?.scorer
    }

    /// The model in floats, for another line to go on from.
    var exactScorer: (any Scorer)? { learner?.makeScorer() ?? trained?.scorer }

    private mutating func refresh(numbered number: @autoclosure () -> Int) {
        guard unseen > 0, let learner else { return }
        let newest = compression.applied(to: learner.makeScorer())
        trained?.scorer = newest
        scorerNumber = number()
        unseen = 0
    }

    /// Takes over what another line remembers of older events.
    ///
    /// - Throws: `FreshetError` when it is a line of other settings.
    func takeReplay(from other: LearningLine) throws {
        guard let learner, let remembering = other.learner else { return }
        try learner.takeMemory(of: remembering)
    }

    /// Takes over what a checkpoint holds.
    ///
    /// - Throws: `FreshetError` when it does not fit.
    mutating func restore(ranking: any RankerLearner, learner checkpoint: Checkpoint, unpublished: Int) throws {
        self.ranking = ranking
        self.unpublished = unpublished
        guard let learner else { return }
        try learner.restore(checkpoint)
        unseen = max(learner.itemCount, 1)
    }

    /// The state as a publication.
    mutating func state(_ version: ModelVersion, offset: Int64, numbered number: @autoclosure () -> Int) -> ServedState
    {
        refresh(numbered: number())
        return ServedState(
            version: version,
            trained: trained,
            ranker: ranking.ranker,
            offset: offset,
            reading: reading
        )
    }
}
