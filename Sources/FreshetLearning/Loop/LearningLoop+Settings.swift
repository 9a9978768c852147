import FreshetCore
import FreshetModels

extension LearningLoop {
    /// The settings of all parts.
    public struct Settings: Sendable, Equatable, Codable {
        /// The windows of prequential evaluation.
        public var prequential = PrequentialEvaluation.Settings()
        /// The drift detectors.
        public var drift = DriftMonitor.Settings()
        /// The gate of new versions.
        public var promotion = PromotionGate.Settings()
        /// The gate of micro-updates.
        public var microUpdate = MicroUpdateGate.Settings()
        /// The guard behind both.
        public var rollback = RollbackGuard.Settings()
        /// When to publish and to train.
        public var publication = PublicationPolicy.Settings()
        /// Learning from the stream.
        public var learner = OnlineLearning.Settings()
        /// How many bits the numbers of the models have that predict and answer.
        public var compression = VersionCompression.none
        /// Popularity and co-visitation.
        public var streaming = StreamingModels.Configuration()
        /// The candidates of a prediction.
        public var ranker = CandidateRanker.Configuration()
        /// What puts the candidates into one order, by its name in the ``FreshetModels/RankerRegistry``.
        public var rankerName = RankerRegistry.usual.name
        /// How that is learned.
        public var fusion = RankerSettings()
        /// The share of events that every contender predicts before they are learned, in [0, 1].
        public var evaluationShare = 1.0
        /// The share of those that the last good state predicts as well, in [0, 1].
        public var guardShare = 0.25
        /// The share of those that the counts alone predict as well while a trained version serves, to tell what it adds.
        public var countsShare = 0.1
        /// How many events are predicted before they are learned together.
        public var microBatch = 64
        /// How many newest events of a user are looked back on.
        public var historyLimit = 200
        /// Whether a candidate goes on learning while it waits, as the live version does.
        public var candidateLearns = true
        /// How many events a candidate's fusion weights learn before its predictions count.
        public var rehearsal = 500
        /// Whether a copy of the first trained state is kept as it was, to compare with.
        public var keepsFrozenCopy = true
        /// How many events make a period, of which a sample is kept to measure forgetting on; 0 keeps none.
        public var periodEvents = 20_000
        /// The factor of the learning rate after drift.
        public var driftRate: Float = 2
        /// The factor of replay after drift.
        public var driftReplay: Float = 0.5

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage` that names the setting, its value and its range.
        public func validate() throws {
            try SettingRange.check(part: "prequential", prequential.validate)
            try SettingRange.check(part: "drift", drift.validate)
            try SettingRange.check(part: "promotion", promotion.validate)
            try SettingRange.check(part: "microUpdate", microUpdate.validate)
            try SettingRange.check(part: "rollback", rollback.validate)
            try SettingRange.check(part: "publication", publication.validate)
            try SettingRange.check(part: "learner", learner.validate)
            try SettingRange.check(part: "streaming", streaming.validate)
            _ = try RankerRegistry.ranker(named: rankerName)
            try SettingRange.check("evaluationShare", evaluationShare, in: 0...1)
            try SettingRange.check("guardShare", guardShare, in: 0...1)
            try SettingRange.check("countsShare", countsShare, in: 0...1)
            try SettingRange.check("microBatch", microBatch, in: 1...100_000)
            try SettingRange.check("historyLimit", historyLimit, in: 1...100_000)
            try SettingRange.check("rehearsal", rehearsal, in: 0...1_000_000_000)
            try SettingRange.check("periodEvents", periodEvents, in: 0...1_000_000_000)
            try SettingRange.check("driftRate", driftRate, in: 0...100)
            try SettingRange.check("driftReplay", driftReplay, in: 0...100)
        }
    }
}
