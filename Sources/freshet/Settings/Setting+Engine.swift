import FreshetCore
import FreshetEngine
import FreshetModels
import FreshetRecommendation

extension Setting where Root == ServeSettings {
    /// How the engine works.
    static var engine: [Setting] {
        [.whole("seed", \.engine.wholeSeed, 0...Int.max, "The seed of everything random.")]
            + ingest + events + sessions + serving + policies + language + learning + retraining + keeping + loop
    }

    private static var ingest: [Setting] {
        [
            .whole("ingest.maximum_batch", \.engine.ingest.maximumBatch, 1...1_000_000, "Events of one call."),
            .whole(
                "ingest.maximum_waiting",
                \.engine.ingest.maximumWaiting,
                1...100_000_000,
                "Events that wait for the disk at once; more are answered with 429."
            ),
            .whole(
                "ingest.future_tolerance",
                \.engine.ingest.tolerance,
                0...3_153_600_000,
                "Seconds that an event's time may lie in the future."
            ),
            .whole(
                "ingest.maximum_id_length",
                \.engine.ingest.maximumIDLength,
                IdentifierRule.maximumLengths,
                "The longest id, in bytes."
            ),
        ]
    }

    private static var events: [Setting] {
        [
            .document(
                "events",
                \.engine.events,
                "What events say of their items, by type (positive, negative, neutral, takes_back), weight and value."
            )
        ]
    }

    private static var sessions: [Setting] {
        [
            .whole(
                "sessions.events_per_user",
                \.engine.sessions.eventsPerUser,
                1...10_000,
                "How many newest events of a user count."
            ),
            .whole(
                "sessions.maximum_events",
                \.engine.sessions.maximumEvents,
                1000...1_000_000_000,
                "Events in memory over all users, about 40 bytes each."
            ),
        ]
    }

    private static var serving: [Setting] {
        [
            .whole("serving.count", \.engine.serving.count, 1...100_000, "Items of an answer unless the request says."),
            .whole("serving.maximum_count", \.engine.serving.maximumCount, 1...100_000, "Items of one answer at most."),
            .whole("serving.cached_results", \.engine.serving.cachedResults, 0...10_000_000, "Results in the cache."),
            .flag(
                "serving.records_impressions",
                \.engine.serving.recordsImpressions,
                "Whether every answer is kept, so that feedback can be joined to it."
            ),
            .choice(
                "serving.unlisted_items",
                \.engine.serving.unlistedItems,
                "Items of events that the catalogue does not have: automatic (shown until it has its first), show or hide."
            ),
            .number(
                "serving.impression_delay",
                \.engine.serving.impressionDelay,
                0...60,
                "Seconds that kept answers gather before they are written: what a kill may lose of them."
            ),
            .whole(
                "serving.waiting_impressions",
                \.engine.serving.waitingImpressions,
                1...10_000_000,
                "Kept answers that wait for the disk at once; more are dropped and counted."
            ),
        ]
    }

    private static var policies: [Setting] {
        [
            .document(
                "recommender.policies",
                \.engine.recommender.policies,
                "Which items may come back by event type, caps a category, diversity, long tail, share of new items."
            ),
            .document(
                "recommender.scenarios",
                \.engine.recommender.scenarios,
                "The same by the scenario that a request names, such as {\"home\": {\"diversity\": 0.3}}."
            ),
        ]
    }

    private static var loop: [Setting] {
        [
            .document(
                "loop",
                \.engine.loop,
                "The learning loop: windows of figures, drift, gates, guard, rules, replay, counts that stream.",
                elsewhere: [
                    "history_limit": "sessions.events_per_user",
                    "micro_batch": "learning.batch_size",
                    "period_events": "learning.forgetting_period",
                    "publication.first_training_events": "retraining.first_events",
                    "publication.micro_update_interval": "learning.publish_every",
                    "publication.retrain_interval": "retraining.every_hours",
                ]
            )
        ]
    }

    private static var language: [Setting] {
        [
            .text(
                "language.encoder",
                \.engine.language.encoder,
                "What reads the items' texts: an installed model (freshet models list), a model's folder, light, none, or "
                    + "auto: the first installed model, else light."
            )
        ]
    }

    private static var learning: [Setting] {
        [
            .flag("learning.is_enabled", \.engine.learning.isEnabled, "Whether the engine learns while it serves."),
            .name(
                "learning.model",
                \.engine.learning.model,
                among: ModelRegistry.online.map(\.name),
                "The model that is trained and goes on learning."
            ),
            .whole("learning.batch_size", \.engine.learning.batchSize, 1...65_536, "Events of one learning step."),
            .number(
                "learning.publish_every",
                \.engine.learning.publishEvery,
                0.01...86_400,
                "Seconds between micro-updates of the live version."
            ),
            .number(
                "learning.checkpoint_every",
                \.engine.learning.checkpointEvery,
                0.01...86_400,
                "Seconds between checkpoints of the learner."
            ),
            .number(
                "learning.behind_after",
                \.engine.learning.behindAfter,
                0.1...86_400,
                "From how many seconds of waiting on the learner counts as behind."
            ),
            .whole(
                "learning.forgetting_period",
                \.engine.learning.forgettingPeriod,
                100...1_000_000_000,
                "Events of a period whose score is followed, for forgetting."
            ),
            .whole("learning.threads", \.engine.learning.threads, 1...256, "Threads of one learning step."),
            .whole(
                "learning.niceness",
                \.engine.learning.niceness,
                0...19,
                "How far learning stands back behind serving."
            ),
        ]
    }

    private static var retraining: [Setting] {
        [
            .flag("retraining.is_enabled", \.engine.retraining.isEnabled, "Whether full trainings run beside serving."),
            .whole(
                "retraining.first_events",
                \.engine.retraining.firstEvents,
                2...1_000_000_000,
                "From how many events on the first version is trained."
            ),
            .number(
                "retraining.every_hours",
                \.engine.retraining.everyHours,
                0...100_000,
                "Hours between full trainings; 0 for none by the clock."
            ),
            .number("retraining.minutes", \.engine.retraining.minutes, 0.001...100_000, "The longest training."),
            .number(
                "retraining.first_minutes",
                \.engine.retraining.firstMinutes,
                0.001...100_000,
                "The longest first training; until it is there, what streams answers. A full one follows where it is cut short."
            ),
            .number(
                "retraining.erasure_hours",
                \.engine.retraining.erasureHours,
                0...720,
                "Hours until weights without an erased user are live; 0 for at once."
            ),
            .whole(
                "retraining.maximum_events",
                \.engine.retraining.maximumEvents,
                2...1_000_000_000,
                "The newest events that a training learns from at most."
            ),
            .whole("retraining.threads", \.engine.retraining.threads, 1...256, "Threads of a training."),
            .whole("retraining.niceness", \.engine.retraining.niceness, 0...19, "How far training stands back."),
            .texts(
                "retraining.overrides",
                \.engine.retraining.assignments,
                "Settings of the trained model other than the recommended ones, such as channels=32."
            ),
        ]
    }

    private static var keeping: [Setting] {
        [
            .whole("snapshots.kept", \.engine.snapshots.kept, 1...1000, "Versions kept on disk beside the live one."),
            .whole(
                "retention.days",
                \.engine.retention.days,
                0...100_000,
                "Days from their arrival, not from the time they name, after which learned events leave the log; 0 keeps all."
            ),
            .whole(
                "retention.impression_days",
                \.engine.retention.impressionDays,
                0...100_000,
                "Days from an answer after which its impression is removed; 0 keeps all."
            ),
            .number(
                "retention.every_hours",
                \.engine.retention.everyHours,
                0.01...100_000,
                "Hours between compactions."
            ),
        ]
    }
}

extension EngineConfiguration {
    /// The seed as a whole number of the file.
    fileprivate var wholeSeed: Int {
        get { Int(truncatingIfNeeded: seed) }
        set { seed = UInt64(newValue) }
    }
}

extension EngineConfiguration.Ingest {
    fileprivate var tolerance: Int {
        get { Int(futureTolerance) }
        set { futureTolerance = Int64(newValue) }
    }
}

extension EngineConfiguration.Retraining {
    /// ``overrides`` as `key=value`; one without `=` is given an empty value, which the model refuses.
    fileprivate var assignments: [String] {
        get { overrides.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
        set {
            overrides = newValue.reduce(into: [:]) { overrides, text in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                overrides[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            }
        }
    }
}
