import FreshetCore
import FreshetData

/// The state of an engine at one moment: what the dashboard, `freshet replay` and the metrics page show.
public struct EngineStatus: Sendable, Equatable, Codable {
    /// When this was read, in milliseconds since 1970.
    public var time: Int64 = 0
    /// When the engine started, in milliseconds since 1970.
    public var started: Int64 = 0
    /// The version that answers requests.
    public var live = ModelVersion(0)
    /// The event log.
    public var log = Log()
    /// Users who act like machines.
    public var bots = Bots()
    /// Events that the intake guard speaks against.
    public var quarantine = Quarantine()
    /// What was shown, on its way to the disk.
    public var impressions = Impressions()
    /// What is read of the items' texts.
    public var content = Content()
    /// The continual learner.
    public var learner = Learner()
    /// What goes from a learner to servers; `nil` where one process does everything.
    public var publication: Publication?
    /// Seconds from an event's receipt to weights that learned it serving, over the newest publications.
    public var freshness = Quantiles()
    /// Milliseconds that the engine took for a recommendation, over the newest requests.
    public var latency = Quantiles()
    /// Recommendation requests a second over the last ten.
    public var requestsPerSecond = 0.0
    /// Prequential figures of every contender over the sliding window, by contender and metric (`recall@10`).
    public var figures: [String: [String: Double]] = [:]
    /// The same for the first events of users (`new_users`) and of items (`new_items`) only, and for items whose first event
    /// came less than a day, a week or a month before (`items_under_a_day`, …).
    public var cohorts: [String: [String: [String: Double]]] = [:]
    /// The figures over time, oldest first, thinned to at most a few hundred points.
    public var curve: [CurvePoint] = []
    /// The newest decisions, newest first, drift among them.
    public var decisions: [Decision] = []
    /// How each kept period is predicted after each promotion.
    public var forgetting = Forgetting()
    /// The parts of the engine, and what is wrong with those that are not well.
    public var health: [Health] = []

    enum CodingKeys: String, CodingKey {
        case time, started, live, log, bots, quarantine, impressions, content, learner, publication, freshness, latency,
            figures, cohorts, curve, decisions, forgetting, health
        case requestsPerSecond = "requests_per_second"
    }

    /// Creates an empty status.
    public init() {}

    /// The event log in numbers.
    public struct Log: Sendable, Equatable, Codable {
        /// How many events the log holds.
        public var events = 0
        /// The newest event's offset.
        public var newestOffset: Int64 = 0
        /// Events a second over the last ten.
        public var eventsPerSecond = 0.0
        /// How many users have had events; `GET /v1/users` also lists those of whom only attributes are known.
        public var users = 0
        /// How many items are known, from the catalogue or from events.
        public var items = 0

        enum CodingKeys: String, CodingKey {
            case events, users, items
            case newestOffset = "newest_offset"
            case eventsPerSecond = "events_per_second"
        }
    }

    /// Users who act like machines, in numbers.
    public struct Bots: Sendable, Equatable, Codable {
        /// What becomes of their events.
        public var policy = BotPolicy.report
        /// How many there are now.
        public var users = 0
        /// How many events of theirs came since the start.
        public var events = 0
        /// Those found last, the newest first; at most ten.
        public var newest: [Bot] = []

        /// Creates the numbers of none.
        public init() {}
    }

    /// A user who acts like a machine.
    public struct Bot: Sendable, Equatable, Codable {
        /// The user's id.
        public var user: String
        /// What gave them away: `rate`, `repetition` or `regularity`; `nil` where that was before the start.
        public var sign: String?
        /// The time of the event that did, in milliseconds since 1970; 0 where that was before the start.
        public var since: Int64
        /// Their events since.
        public var events: Int

        /// Creates one.
        public init(user: String, sign: String?, since: Int64, events: Int) {
            (self.user, self.sign, self.since, self.events) = (user, sign, since, events)
        }
    }

    /// Events that the intake guard speaks against, in numbers.
    public struct Quarantine: Sendable, Equatable, Codable {
        /// What becomes of them.
        public var policy = GuardPolicy.off
        /// How many came since the start, by rule: `rate`, `repetition` and `burst`.
        public var events: [String: Int] = [:]
        /// How many of them will count in a full training, since there were too many to keep a list of.
        public var unkept = 0
        /// The items found last, the newest first; at most ten.
        public var newest: [QuarantinedItem] = []

        /// Creates the numbers of none.
        public init() {}
    }

    /// An item with events that the intake guard speaks against.
    public struct QuarantinedItem: Sendable, Equatable, Codable {
        /// The item's id.
        public var item: String
        /// The rule that spoke against the newest: `rate`, `repetition` or `burst`.
        public var reason: String
        /// When that happened, in milliseconds since 1970.
        public var time: Int64
        /// How many there are since the item was found.
        public var events: Int

        /// Creates one.
        public init(item: String, reason: String, time: Int64, events: Int) {
            (self.item, self.reason, self.time, self.events) = (item, reason, time, events)
        }
    }

    /// Impressions since the start, in numbers.
    public struct Impressions: Sendable, Equatable, Codable {
        /// How many are not written yet.
        public var waiting = 0
        /// How many were written.
        public var written = 0
        /// How many were not kept, since too many waited for the disk.
        public var dropped = 0
    }

    /// The items' texts in numbers.
    public struct Content: Sendable, Equatable, Codable {
        /// What reads them; `none` where nothing does.
        public var encoder = "none"
        /// How many items have a vector.
        public var items = 0
        /// How many texts wait to be read.
        public var waiting = 0

        /// Creates the numbers of one that reads nothing.
        public init(encoder: String = "none", items: Int = 0, waiting: Int = 0) {
            (self.encoder, self.items, self.waiting) = (encoder, items, waiting)
        }
    }

    /// The newest publication of a learner, as this process has written or followed it.
    public struct Publication: Sendable, Equatable, Codable {
        /// What this process does.
        public var role: EngineRole
        /// The learner's lease, which grows from one learner to the next.
        public var lease: Int64
        /// The publication's number in the lease; 0 before the first.
        public var number: Int64
        /// The version that it made live.
        public var version: ModelVersion
        /// The newest event that its weights have learned.
        public var offset: Int64
        /// When it was published, in milliseconds since 1970.
        public var time: Int64

        /// Creates numbers.
        public init(role: EngineRole, lease: Int64, number: Int64, version: ModelVersion, offset: Int64, time: Int64) {
            (self.role, self.lease, self.number) = (role, lease, number)
            (self.version, self.offset, self.time) = (version, offset, time)
        }
    }

    /// The continual learner in numbers.
    public struct Learner: Sendable, Equatable, Codable {
        /// `waiting` for the first events, `learning`, `behind`, `retraining`, `stopped`, or `elsewhere` on a server that
        /// follows a learner.
        public var state = "waiting"
        /// The newest event learned.
        public var offset: Int64 = 0
        /// How many events wait.
        public var lagEvents: Int64 = 0
        /// How long the oldest of them has waited, in seconds.
        public var lagSeconds = 0.0
        /// Events learned a second over the last ten.
        public var eventsPerSecond = 0.0
        /// The loss of the newest micro-update.
        public var loss: Double?
        /// The learning rate of the newest micro-update.
        public var learningRate: Double?
        /// How far a full training is, 0 to 1; `nil` when none runs.
        public var retraining: Double?
        /// How many events a new version has yet to learn before it competes; `nil` when none is on its way.
        public var candidateLagEvents: Int64?
        /// How far the first trained version is; `nil` once a trained one serves.
        public var firstVersion: FirstVersion?
        /// What the trained version that serves adds to the counts; `nil` while none serves.
        public var gain: Gain?

        enum CodingKeys: String, CodingKey {
            case state, offset, loss, retraining, gain
            case firstVersion = "first_version"
            case candidateLagEvents = "candidate_lag_events"
            case lagEvents = "lag_events"
            case lagSeconds = "lag_seconds"
            case eventsPerSecond = "events_per_second"
            case learningRate = "learning_rate"
        }

        /// Creates the numbers of one that waits.
        public init() {}
    }

    /// Quantiles of a measured time.
    public struct Quantiles: Sendable, Equatable, Codable {
        /// How many measurements.
        public var count = 0
        /// The median.
        public var p50 = 0.0
        /// The 95th percentile.
        public var p95 = 0.0
        /// The 99th percentile.
        public var p99 = 0.0
    }

    /// The prequential figures at one moment.
    public struct CurvePoint: Sendable, Equatable, Codable {
        /// When, in milliseconds since 1970.
        public var time: Int64
        /// The newest event that is in the figures.
        public var offset: Int64
        /// Figures by contender and metric.
        public var figures: [String: [String: Double]]

        /// Creates a point.
        public init(time: Int64, offset: Int64, figures: [String: [String: Double]]) {
            self.time = time
            self.offset = offset
            self.figures = figures
        }
    }

    /// The score of every kept period after every promotion: rows are promotions, columns periods.
    public struct Forgetting: Sendable, Equatable, Codable {
        /// What each column is, such as a range of dates.
        public var periods: [String] = []
        /// What each row is: a version that was promoted, or was live when a period ended.
        public var versions: [ModelVersion] = []
        /// Recall@20 by row and column; `nil` where a period did not exist yet.
        public var scores: [[Double?]] = []
        /// The mean change on old periods since they were learned (Lopez-Paz and Ranzato, 2017), negative for forgetting.
        public var backwardTransfer: Double?

        enum CodingKeys: String, CodingKey {
            case periods, versions, scores
            case backwardTransfer = "backward_transfer"
        }
    }

    /// One part of the engine.
    public struct Health: Sendable, Equatable, Codable {
        /// The part, such as `storage`.
        public var part: String
        /// Whether it works.
        public var isWell: Bool
        /// What is wrong and what to do.
        public var message: String?

        enum CodingKeys: String, CodingKey {
            case part, message
            case isWell = "is_well"
        }

        /// Creates a report.
        public init(part: String, isWell: Bool, message: String? = nil) {
            self.part = part
            self.isWell = isWell
            self.message = message
        }
    }
}
