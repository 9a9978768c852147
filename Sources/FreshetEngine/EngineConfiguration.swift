import FreshetCore
import FreshetLanguage
import FreshetLearning
import FreshetModels
import FreshetRecommendation

/// The settings of an engine: plain values, each with a default that suits two cores and a shop.
public struct EngineConfiguration: Sendable, Equatable, Codable {
    /// The folder for versions and checkpoints; made when it is missing.
    public var folder: String
    /// The seed of everything random.
    public var seed: UInt64 = 1
    /// Events as they come in.
    public var ingest = Ingest()
    /// What events say of their items, by type and value.
    public var events = EventMeanings()
    /// Users' newest events in memory.
    public var sessions = Sessions()
    /// Answers.
    public var serving = Serving()
    /// The policies by scenario: repeats, caps, diversity.
    public var recommender = RecommenderConfiguration()
    /// What reads the items' texts.
    public var language = Language()
    /// The continual learner.
    public var learning = Learning()
    /// The learning loop's own settings: gates, guard, drift, replay.
    ///
    /// Its micro-batch, history and publication times are taken from the settings here.
    public var loop = LearningLoop.Settings()
    /// Full trainings beside serving.
    public var retraining = Retraining()
    /// Versions on disk.
    public var snapshots = Snapshots()
    /// How long the log keeps events.
    public var retention = Retention()

    /// Creates settings; all but the folder have defaults.
    public init(folder: String) { self.folder = folder }

    /// Events as they come in.
    public struct Ingest: Sendable, Equatable, Codable {
        /// The most events of one call.
        public var maximumBatch = 10_000
        /// The most events that wait for the disk at once; more are refused with ``EngineBusy``.
        public var maximumWaiting = 100_000
        /// How far in the future an event's time may lie, in seconds.
        public var futureTolerance: Int64 = 86_400
        /// The longest id of a user, an item, an event or a type, in bytes.
        public var maximumIDLength = IdentifierRule.defaultMaximumLength
        /// What an id is.
        public var identifiers: IdentifierRule { IdentifierRule(maximumLength: maximumIDLength) }
        /// Creates the defaults.
        public init() {}
    }

    /// Users' newest events in memory.
    public struct Sessions: Sendable, Equatable, Codable {
        /// How many newest events of a user count; at least as many as the model's longest window.
        public var eventsPerUser = 200
        /// The most events in memory, over all users, about 40 bytes each.
        ///
        /// Those of the users longest silent go first.
        public var maximumEvents = 4_000_000
        /// Creates the defaults.
        public init() {}
    }

    /// Answers.
    public struct Serving: Sendable, Equatable, Codable {
        /// How many items an answer has when the request does not say.
        public var count = 10
        /// The most items of one answer.
        public var maximumCount = 1000
        /// How many results are cached, the most recently used first; 0 for none.
        public var cachedResults = 10_000
        /// Whether every answer is kept, so that feedback can be joined to it.
        public var recordsImpressions = true
        /// Whether items that events name and the catalogue does not have may be shown.
        public var unlistedItems = UnlistedItems.automatic
        /// How many seconds impressions gather before they are written: what a killed process may lose of them.
        public var impressionDelay = 0.05
        /// The most impressions that wait for the disk; more are dropped and counted.
        public var waitingImpressions = 20_000
        /// Creates the defaults.
        public init() {}
    }

    /// What reads the items' texts.
    public struct Language: Sendable, Equatable, Codable {
        /// An installed model, a model's folder, `light` (no weights), `none`, or `auto`: the first installed model, else
        /// `light`.
        public var encoder = EncoderChoice.automatic
        /// Creates the defaults.
        public init() {}
    }

    /// The continual learner.
    public struct Learning: Sendable, Equatable, Codable {
        /// The model that is trained and goes on learning, by its name in the registry.
        ///
        /// A version of another model that serves when this is changed goes on learning until one of this model wins.
        public var model = ModelRegistry.flagship.name
        /// Whether the engine learns while it serves.
        public var isEnabled = true
        /// The most events of one learning step.
        public var batchSize = 64
        /// Seconds between publications of micro-updates.
        public var publishEvery = 5.0
        /// Seconds between checkpoints of the learner.
        public var checkpointEvery = 30.0
        /// From how many seconds of waiting on the learner counts as behind.
        public var behindAfter = 10.0
        /// How many events make a period whose score is followed, for forgetting.
        public var forgettingPeriod = 20_000
        /// The threads of one learning step.
        public var threads = 1
        /// Added to the learner's niceness, 0 to 19: serving comes first.
        public var niceness = 10
        /// Creates the defaults.
        public init() {}
    }

    /// Full trainings beside serving.
    public struct Retraining: Sendable, Equatable, Codable {
        /// Whether full trainings run.
        public var isEnabled = true
        /// From how many events on the first version is trained.
        public var firstEvents = 2_000
        /// Hours between full trainings; 0 for none by the clock.
        public var everyHours = 24.0
        /// The longest that one may take, in minutes.
        public var minutes = 30.0
        /// The longest for the first one, in minutes: until it is there, only what streams answers.
        ///
        /// Where it is cut short, an ordinary training follows after an hour.
        public var firstMinutes = 0.75
        /// Hours within which a training without an erased user's events is made and put live; 0 for at once.
        public var erasureHours = 24.0
        /// The newest events that a training learns from at most.
        public var maximumEvents = 5_000_000
        /// The threads of a training.
        public var threads = 1
        /// Added to its threads' niceness, 0 to 19.
        public var niceness = 15
        /// Settings of the trained model other than the recommended ones, by their path such as `channels`.
        public var overrides: [String: String] = [:]
        /// Creates the defaults.
        public init() {}
    }

    /// Versions on disk.
    public struct Snapshots: Sendable, Equatable, Codable {
        /// How many newest versions are kept, the live one not counted.
        public var kept = 5
        /// Creates the defaults.
        public init() {}
    }

    /// How long the log keeps events.
    public struct Retention: Sendable, Equatable, Codable {
        /// Days from an event's arrival, whatever time it names, after which it is compacted away, once learned; 0 keeps
        /// all.
        public var days = 0
        /// Days from an answer after which its impression is removed; 0 keeps all.
        public var impressionDays = 90
        /// Hours between compactions.
        public var everyHours = 6.0
        /// Creates the defaults.
        public init() {}
    }

    /// Checks ranges.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and its range.
    public func validate() throws {
        guard !folder.isEmpty else { throw FreshetError(.usage, "The engine's folder has no name.") }
        try SettingRange.check("ingest.maximumBatch", ingest.maximumBatch, in: 1...1_000_000)
        try SettingRange.check("ingest.maximumWaiting", ingest.maximumWaiting, in: ingest.maximumBatch...100_000_000)
        try SettingRange.check("ingest.futureTolerance", ingest.futureTolerance, in: 0...(100 * 365 * 86_400))
        try SettingRange.check("ingest.maximumIDLength", ingest.maximumIDLength, in: IdentifierRule.maximumLengths)
        try SettingRange.check("sessions.eventsPerUser", sessions.eventsPerUser, in: 1...10_000)
        try SettingRange.check("sessions.maximumEvents", sessions.maximumEvents, in: 1000...1_000_000_000)
        try SettingRange.check("serving.count", serving.count, in: 1...serving.maximumCount)
        try SettingRange.check("serving.maximumCount", serving.maximumCount, in: 1...100_000)
        try SettingRange.check("serving.cachedResults", serving.cachedResults, in: 0...10_000_000)
        try SettingRange.check("serving.impressionDelay", serving.impressionDelay, in: 0...60)
        try SettingRange.check("serving.waitingImpressions", serving.waitingImpressions, in: 1...10_000_000)
        try events.validate()
        try recommender.validate()
        try loopSettings.validate()
        _ = try ModelRegistry.onlineModel(named: learning.model)
        try SettingRange.check("learning.batchSize", learning.batchSize, in: 1...65_536)
        try SettingRange.check("learning.publishEvery", learning.publishEvery, in: 0.01...86_400)
        try SettingRange.check("learning.checkpointEvery", learning.checkpointEvery, in: 0.01...86_400)
        try SettingRange.check("learning.behindAfter", learning.behindAfter, in: 0.1...86_400)
        try SettingRange.check("learning.forgettingPeriod", learning.forgettingPeriod, in: 100...1_000_000_000)
        try SettingRange.check("learning.threads", learning.threads, in: 1...256)
        try SettingRange.check("learning.niceness", learning.niceness, in: 0...19)
        try SettingRange.check("retraining.firstEvents", retraining.firstEvents, in: 2...1_000_000_000)
        try SettingRange.check("retraining.everyHours", retraining.everyHours, in: 0...100_000)
        try SettingRange.check("retraining.minutes", retraining.minutes, in: 0.001...100_000)
        try SettingRange.check("retraining.firstMinutes", retraining.firstMinutes, in: 0.001...100_000)
        try SettingRange.check("retraining.erasureHours", retraining.erasureHours, in: 0...720)
        try SettingRange.check("retraining.maximumEvents", retraining.maximumEvents, in: 2...1_000_000_000)
        try SettingRange.check("retraining.threads", retraining.threads, in: 1...256)
        try SettingRange.check("retraining.niceness", retraining.niceness, in: 0...19)
        try SettingRange.check("snapshots.kept", snapshots.kept, in: 1...1000)
        try SettingRange.check("retention.days", retention.days, in: 0...100_000)
        try SettingRange.check("retention.impressionDays", retention.impressionDays, in: 0...100_000)
        try SettingRange.check("retention.everyHours", retention.everyHours, in: 0.01...100_000)
    }
}
