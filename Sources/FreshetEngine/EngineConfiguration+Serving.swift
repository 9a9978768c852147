import FreshetCore
import FreshetData
import FreshetRecommendation

extension EngineConfiguration {
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
        /// What becomes of events of users who act like machines.
        public var bots = BotPolicy.report
        /// Caps of an account, and bursts on one item by new accounts.
        public var `guard` = IntakeGuard.Settings()
        /// What an id is.
        public var identifiers: IdentifierRule { IdentifierRule(maximumLength: maximumIDLength) }
        /// Creates the defaults.
        public init() {}
    }

    /// Users' newest events in memory.
    public struct Sessions: Sendable, Equatable, Codable {
        /// How many newest events of a user count; at least as many as the model's longest window.
        public var eventsPerUser = 200
        /// The most events in memory, over all users.
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
        /// How many results are cached, the most recently used first.
        public var cachedResults = 10_000
        /// Whether every answer is kept.
        public var recordsImpressions = true
        /// Whether items that events name and the catalogue does not have may be shown.
        public var unlistedItems = UnlistedItems.automatic
        /// How many seconds impressions gather before they are written.
        public var impressionDelay = 0.05
        /// The most impressions that wait for the disk.
        public var waitingImpressions = 20_000
        /// The attribute of items, a number, that says what a conversion of one leaves.
        public var profitAttribute = "profit"
        /// Creates the defaults.
        public init() {}
    }
}

extension EngineConfiguration.Ingest: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .whole("maximum_batch", \.maximumBatch, 1...1_000_000, "Events of one call."),
            .whole(
                "maximum_waiting",
                \.maximumWaiting,
                1...100_000_000,
                "Events that wait for the disk at once; more are answered with 429."
            ),
            .whole(
                "future_tolerance",
                \.futureTolerance,
                0...3_153_600_000,
                "Seconds that an event's time may lie in the future."
            ),
            .whole(
                "maximum_id_length",
                \.maximumIDLength,
                IdentifierRule.maximumLengths,
                "The longest id, in bytes."
            ),
            .choice(
                "bots",
                \.bots,
                "Events of users who act like machines: report (they count, status and metrics tell how many) or leave_out (kept, "
                    + "not counted, not learned)."
            ),
        ] + part("guard", \.guard)
    }
}

extension EngineConfiguration.Sessions: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .whole("events_per_user", \.eventsPerUser, 1...10_000, "How many newest events of a user count."),
            .whole(
                "maximum_events",
                \.maximumEvents,
                1000...1_000_000_000,
                "Events in memory over all users, about 40 bytes each."
            ),
        ]
    }
}

extension EngineConfiguration.Serving: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .whole("count", \.count, 1...100_000, "Items of an answer unless the request says."),
            .whole("maximum_count", \.maximumCount, 1...100_000, "Items of one answer at most."),
            .whole("cached_results", \.cachedResults, 0...10_000_000, "Results in the cache."),
            .flag(
                "records_impressions",
                \.recordsImpressions,
                "Whether every answer is kept, so that feedback can be joined to it."
            ),
            .choice(
                "unlisted_items",
                \.unlistedItems,
                "Items of events that the catalogue does not have: automatic (shown until it has its first), show or hide."
            ),
            .number(
                "impression_delay",
                \.impressionDelay,
                0...60,
                "Seconds that kept answers gather before they are written: what a kill may lose of them."
            ),
            .whole(
                "waiting_impressions",
                \.waitingImpressions,
                1...10_000_000,
                "Kept answers that wait for the disk at once; more are dropped and counted."
            ),
            .text(
                "profit_attribute",
                \.profitAttribute,
                "The attribute of items, a number, that says what one conversion leaves where its event does not: the "
                    + "figure 'profit'."
            ),
        ]
    }
}
