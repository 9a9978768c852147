import Foundation
import FreshetCore
import FreshetLanguage
import FreshetLearning
import FreshetModels

extension EngineConfiguration {
    /// What reads the items' texts.
    public struct Language: Sendable, Equatable, Codable {
        /// An installed model, a model's folder, or a name of ``FreshetLanguage/EncoderChoice``.
        public var encoder = EncoderChoice.automatic
        /// How many hours what a user looked for says what they are after, less and less.
        public var searchHours = 168.0
        /// The classifiers of texts to answer with, each `name=folder`.
        public var classifiers: [String] = []
        /// The indices of known answers to answer with, each `name=folder`.
        public var replies: [String] = []
        /// What composes one answer of the best known ones: a causal model, `auto` for the first installed one if there is
        /// one, or `none`.
        public var composer = EncoderChoice.automatic
        /// Rules on what the classifiers say (``LabelAlert``), such as `sentiment: negative > 0.3 in 1h`.
        public var alerts: [String] = []
        /// Where each alert is posted as JSON: an address of this machine, such as `http://127.0.0.1:9000/alerts`; empty for
        /// nowhere.
        public var alertWebhook = ""
        /// Creates the defaults.
        public init() {}

        /// What goes out of the server goes to this machine only.
        func checkWebhook() throws {
            guard !alertWebhook.isEmpty else { return }
            let address = URLComponents(string: alertWebhook)
            guard address?.scheme == "http", ["127.0.0.1", "localhost", "[::1]", "::1"].contains(address?.host) else {
                throw FreshetError(
                    .usage,
                    "language.alert_webhook is '\(alertWebhook)', which is not an address of this machine.",
                    remedy: "Give one such as http://127.0.0.1:9000/alerts."
                )
            }
        }
    }

    /// Tuning of the encoder that reads the items' texts, on what users choose one after the other.
    public struct Encoder: Sendable, Equatable, Codable {
        /// Hours between tunings.
        ///
        /// Only a pretrained encoder in floats can be tuned.
        public var everyHours = 0.0
        /// From how many of the newest events pairs are taken.
        public var events = 100_000
        /// How it is tuned.
        public var tuning = EncoderTuning.Settings()
        /// Creates the defaults.
        public init() {}
    }

    /// The continual learner.
    public struct Learning: Sendable, Equatable, Codable {
        /// Tuning of the encoder that reads the items' texts.
        public var encoder = Encoder()
        /// The model that is trained and goes on learning, by its name in the registry.
        ///
        /// A version of another model that serves when this is changed goes on learning until one of this model wins.
        public var model = ModelRegistry.flagship.name
        /// How many bits the numbers of the versions have that compete and answer; what learns keeps floats.
        public var compression = VersionCompression.none
        /// Whether the engine learns while it serves.
        public var isEnabled = true
        /// The most events of one learning step.
        public var batchSize = LearningLoop.Settings().microBatch
        /// Seconds between publications of micro-updates.
        public var publishEvery = 5.0
        /// Seconds between checkpoints of the learner.
        public var checkpointEvery = 30.0
        /// From how many seconds of waiting on the learner counts as behind.
        public var behindAfter = 10.0
        /// How many events make a period whose score is followed, for forgetting.
        public var forgettingPeriod = LearningLoop.Settings().periodEvents
        /// The threads of one learning step.
        public var threads = 1
        /// Added to the learner's niceness: serving comes first.
        public var niceness = 10
        /// The weight of the learner's time among the shops of a server.
        public var share = 1.0
        /// Creates the defaults.
        public init() {}
    }

    /// Full trainings beside serving.
    public struct Retraining: Sendable, Equatable, Codable {
        /// Whether full trainings run.
        public var isEnabled = true
        /// From how many events on the first version is trained.
        public var firstEvents = 2_000
        /// Hours between full trainings.
        public var everyHours = 24.0
        /// The longest that one may take, in minutes.
        public var minutes = 30.0
        /// The longest for the first one, in minutes: until it is there, only what streams answers.
        ///
        /// Where it is cut short, an ordinary training follows after an hour.
        public var firstMinutes = 0.75
        /// Hours within which a training without an erased user's events is made and put live.
        public var erasureHours = 24.0
        /// The newest events that a training learns from at most.
        public var maximumEvents = 5_000_000
        /// The threads of a training.
        public var threads = 1
        /// Added to its threads' niceness.
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
        /// Days from an event's arrival, whatever time it names, after which it is compacted away, once learned.
        public var days = 0
        /// Days from an answer after which its impression is removed.
        public var impressionDays = 90
        /// Days for which the operator keeps backups, which receipts of erasures name; 0 where that is not known.
        public var backupDays = 0
        /// Hours between compactions.
        public var everyHours = 6.0
        /// Creates the defaults.
        public init() {}
    }
}

extension EngineConfiguration.Language: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .text(
                "encoder",
                \.encoder,
                "What reads the items' texts: an installed model (freshet models list), a model's folder, light, none, or "
                    + "auto: the first installed model, else light."
            ),
            .number(
                "search_hours",
                \.searchHours,
                1...8_760,
                "For how many hours what a user looked for (events of the type search) says what they are after, less and less."
            ),
            .texts(
                "classifiers",
                \.classifiers,
                "The classifiers that POST /v1/classify answers with, each name=folder (freshet classify train)."
            ),
            .texts(
                "replies",
                \.replies,
                "The indices that POST /v1/replies answers with, each name=folder (freshet replies index)."
            ),
            .text(
                "composer",
                \.composer,
                "The causal model that composes one answer of the best known ones: an installed model, a model's folder, none, or "
                    + "auto: the first installed one, in bytes, else none."
            ),
            .texts(
                "alerts",
                \.alerts,
                "Rules on what classifiers say, such as 'sentiment: negative > 0.3 in 1h': more than that share of the texts."
            ),
            .text(
                "alert_webhook",
                \.alertWebhook,
                "Where each alert is posted as JSON: an address of this machine, such as http://127.0.0.1:9000/alerts."
            ),
        ]
    }
}

extension EngineConfiguration.Encoder: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .number(
                "every_hours",
                \.everyHours,
                0...100_000,
                "Hours between tunings of a pretrained encoder on what users choose one after the other; 0 for none."
            ),
            .whole(
                "events",
                \.events,
                100...100_000_000,
                "From how many of the newest events pairs of items are taken for it."
            ),
            .document(
                "tuning",
                \.tuning,
                "How it is tuned: on how many of the newest pairs, at least and at most, and how firmly it is held near what "
                    + "proved itself last."
            ),
        ]
    }
}

extension EngineConfiguration.Learning: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .flag("is_enabled", \.isEnabled, "Whether the engine learns while it serves."),
            .name(
                "model",
                \.model,
                among: ModelRegistry.online.map(\.name),
                "The model that is trained and goes on learning."
            ),
            .choice(
                "compression",
                \.compression,
                "The bits of the versions that compete and answer: int8 for item rows and layers, int4 for rows; what learns keeps floats."
            ),
            .whole("batch_size", \.batchSize, 1...65_536, "Events of one learning step."),
            .number(
                "publish_every",
                \.publishEvery,
                0.01...86_400,
                "Seconds between micro-updates of the live version."
            ),
            .number(
                "checkpoint_every",
                \.checkpointEvery,
                0.01...86_400,
                "Seconds between checkpoints of the learner."
            ),
            .number(
                "behind_after",
                \.behindAfter,
                0.1...86_400,
                "From how many seconds of waiting on the learner counts as behind."
            ),
            .whole(
                "forgetting_period",
                \.forgettingPeriod,
                100...1_000_000_000,
                "Events of a period whose score is followed, for forgetting."
            ),
            .whole("threads", \.threads, 1...256, "Threads of one learning step."),
            .whole("niceness", \.niceness, 0...19, "How far learning stands back behind serving."),
            .number("share", \.share, 0.01...100, "The weight of the learner's time among the shops of a server."),
        ] + part("encoder", \.encoder)
    }
}

extension EngineConfiguration.Retraining: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .flag("is_enabled", \.isEnabled, "Whether full trainings run beside serving."),
            .whole(
                "first_events",
                \.firstEvents,
                2...1_000_000_000,
                "From how many events on the first version is trained."
            ),
            .number("every_hours", \.everyHours, 0...100_000, "Hours between full trainings; 0 for none by the clock."),
            .number("minutes", \.minutes, 0.001...100_000, "The longest training."),
            .number(
                "first_minutes",
                \.firstMinutes,
                0.001...100_000,
                "The longest first training; until it is there, what streams answers. A full one follows where it is cut short."
            ),
            .number(
                "erasure_hours",
                \.erasureHours,
                0...720,
                "Hours until weights without an erased user are live; 0 for at once."
            ),
            .whole(
                "maximum_events",
                \.maximumEvents,
                2...1_000_000_000,
                "The newest events that a training learns from at most."
            ),
            .whole("threads", \.threads, 1...256, "Threads of a training."),
            .whole("niceness", \.niceness, 0...19, "How far training stands back."),
            .texts(
                "overrides",
                \.assignments,
                "Settings of the trained model other than the recommended ones, such as channels=32."
            ),
        ]
    }

    /// ``overrides`` as `key=value`; one without `=` is given an empty value, which the model refuses.
    private var assignments: [String] {
        get { overrides.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }
        set {
            overrides = newValue.reduce(into: [:]) { overrides, text in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                overrides[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            }
        }
    }
}

extension EngineConfiguration.Snapshots: Configurable {
    package static var settings: [Setting<Self>] {
        [.whole("kept", \.kept, 1...1000, "Versions kept on disk beside the live one.")]
    }
}

extension EngineConfiguration.Retention: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .whole(
                "days",
                \.days,
                0...100_000,
                "Days from their arrival, not from the time they name, after which learned events leave the log; 0 keeps all."
            ),
            .whole(
                "impression_days",
                \.impressionDays,
                0...100_000,
                "Days from an answer after which its impression is removed; 0 keeps all."
            ),
            .whole(
                "backup_days",
                \.backupDays,
                0...100_000,
                "Days for which you keep backups: receipts of erasures say until when these hold somebody; 0 says nothing."
            ),
            .number("every_hours", \.everyHours, 0.01...100_000, "Hours between compactions."),
        ]
    }
}
