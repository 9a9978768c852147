import FreshetExperiments
import FreshetLearning

extension EngineStatus {
    /// How far the first trained version is, while none serves.
    public struct FirstVersion: Sendable, Equatable, Codable {
        /// What is going on.
        public enum Stage: String, Sendable, Codable, CaseIterable {
            /// No full training runs here.
            case off
            /// There are too few events.
            case waiting
            /// It is being trained.
            case training
            /// It is tried on the newest events of the log.
            case trying
            /// It learns what came meanwhile.
            case catchingUp = "catching_up"
            /// It is judged on live events.
            case judging
            /// The last one was worse than what answers, or failed; the next is trained when the log has grown.
            case rejected
        }

        /// What is going on.
        public var stage = Stage.waiting
        /// What is missing and how long it takes, in a sentence.
        public var message = ""
        /// How many events there are.
        public var events: Int64 = 0
        /// How many events the training takes, the first or the next.
        public var eventsNeeded: Int64?
        /// How much of the training is done, 0 to 1, while it is trained.
        public var training: Double?
        /// How many events it was judged on.
        public var judgedEvents: Int?
        /// How many it is judged on at most.
        public var judgedEventsAtMost: Int?
        /// How many events it has yet to learn before it goes live.
        public var eventsToLearn: Int64?
        /// Seconds until it serves, about; `nil` when that depends on events to come.
        public var secondsLeft: Double?

        enum CodingKeys: String, CodingKey {
            case stage, message, events, training
            case eventsNeeded = "events_needed"
            case judgedEvents = "judged_events"
            case judgedEventsAtMost = "judged_events_at_most"
            case eventsToLearn = "events_to_learn"
            case secondsLeft = "seconds_left"
        }

        /// Creates an empty report.
        public init() {}
    }

    /// What the trained version that serves adds to the counts (popularity and co-visitation alone), on sampled events that
    /// both predicted before they were learned.
    public struct Gain: Sendable, Equatable, Codable {
        /// How many events both predicted since the version went live.
        public var events = 0
        /// The mean reciprocal rank of what serves.
        public var live = 0.0
        /// That of the counts alone.
        public var counts = 0.0
        /// The interval for the difference that holds at all times with a chance of 95%.
        public var low = 0.0
        /// Its upper end.
        public var high = 0.0

        /// Creates a gain without events.
        public init() {}

        /// The gain as the learning loop measured it.
        public init(_ gain: TrainedGain) {
            let interval = gain.evidence.sequence.interval(alpha: 0.05)
            events = gain.evidence.count
            counts = gain.evidence.baselineMean
            live = counts + gain.evidence.sequence.mean
            (low, high) = (interval.lowerBound, interval.upperBound)
        }
    }
}
