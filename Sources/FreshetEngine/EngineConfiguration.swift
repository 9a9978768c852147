import FreshetCore
import FreshetLanguage
import FreshetLearning
import FreshetRecommendation

/// The settings of an engine: plain values, each with a default that suits two cores and a shop.
///
/// Documentation/freshet.example.json shows them with what they mean, as `freshet serve` reads them.
public struct EngineConfiguration: Sendable, Equatable, Codable {
    /// The folder for versions and checkpoints; made when it is missing.
    public var folder: String
    /// The seed of everything random.
    public var seed: UInt64 = 1
    /// Events as they come in.
    public var ingest = Ingest()
    /// How much may come in.
    public var quota = Quota()
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
    /// Full trainings beside serving.
    public var retraining = Retraining()
    /// Versions on disk.
    public var snapshots = Snapshots()
    /// Several engines with one store.
    public var cluster = Cluster()
    /// How long the log keeps events.
    public var retention = Retention()
    /// What may be stored of people.
    public var privacy = Privacy()
    /// The learning loop's own settings: gates, guard, drift, replay.
    ///
    /// Its micro-batch, history and publication times are taken from the settings here.
    public var loop = LearningLoop.Settings()

    /// Creates settings; all but the folder have defaults.
    public init(folder: String) { self.folder = folder }

    /// Checks each value, and those that must fit each other.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and what it may be.
    public func validate() throws {
        guard !folder.isEmpty else { throw FreshetError(.usage, "The engine's folder has no name.") }
        try checkSettings()
        try SettingRange.check(
            "ingest.maximum_batch",
            ingest.maximumBatch,
            isAtMost: "ingest.maximum_waiting",
            ingest.maximumWaiting
        )
        try SettingRange.check("serving.count", serving.count, isAtMost: "serving.maximum_count", serving.maximumCount)
        guard serving.recordsImpressions || loop.promotion.interleaving.share == 0 else {
            throw FreshetError(
                .usage,
                "A candidate's share of answers (loop.promotion.interleaving.share) is \(loop.promotion.interleaving.share), "
                    + "but no answer is kept, so nobody could tell what users chose.",
                remedy: "Set serving.records_impressions=true, or the share to 0."
            )
        }
        try events.validate()
        try SettingRange.check(part: "recommender", recommender.validate)
        try SettingRange.check(part: "loop", loopSettings.validate)
        try language.checkWebhook()
        _ = try ForbiddenFields(privacy.forbiddenFields)
        try SettingRange.check(part: "learning.encoder.tuning", learning.encoder.tuning.validate)
        try cluster.validate(tuning: learning.encoder)
    }
}

extension EngineConfiguration: Configurable {
    package static var settings: [Setting<EngineConfiguration>] {
        let parts: [[Setting<EngineConfiguration>]] = [
            [.whole("seed", \.seed, 0...Int.max, "The seed of everything random.")],
            part("ingest", \.ingest),
            part("quota", \.quota),
            [
                .document(
                    "events",
                    \.events,
                    "What events say of their items, by type (positive, negative, neutral, takes_back), weight and value."
                )
            ],
            part("sessions", \.sessions),
            part("serving", \.serving),
            policies,
            part("language", \.language),
            part("learning", \.learning),
            part("retraining", \.retraining),
            part("snapshots", \.snapshots),
            part("retention", \.retention),
            part("privacy", \.privacy),
            part("cluster", \.cluster),
            [loop],
        ]
        return parts.flatMap { $0 }
    }

    private static var policies: [Setting<EngineConfiguration>] {
        [
            .document(
                "recommender.policies",
                \.recommender.policies,
                "Which items may come back by event type, caps a category, diversity, long tail, share of new items."
            ),
            .document(
                "recommender.scenarios",
                \.recommender.scenarios,
                "The same by the scenario that a request names, such as {\"home\": {\"diversity\": 0.3}}."
            ),
        ]
    }

    private static var loop: Setting<EngineConfiguration> {
        .document(
            "loop",
            \.loop,
            "The learning loop: windows of figures, drift, gates, guard, rules, replay, counts that stream.",
            elsewhere: [
                "compression": "learning.compression",
                "history_limit": "sessions.events_per_user",
                "micro_batch": "learning.batch_size",
                "period_events": "learning.forgetting_period",
                "publication.first_training_events": "retraining.first_events",
                "publication.micro_update_interval": "learning.publish_every",
                "publication.retrain_interval": "retraining.every_hours",
            ]
        )
    }

    /// The loop's settings, with what the engine's say about it.
    var loopSettings: LearningLoop.Settings {
        var settings = loop
        settings.microBatch = learning.batchSize
        settings.compression = learning.compression
        settings.periodEvents = learning.forgettingPeriod
        settings.historyLimit = sessions.eventsPerUser
        settings.publication.microUpdateInterval = learning.publishEvery
        settings.publication.firstTrainingEvents = Int64(retraining.firstEvents)
        settings.publication.retrainInterval = retraining.everyHours * 3600
        return settings
    }
}
