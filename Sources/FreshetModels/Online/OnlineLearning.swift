import FreshetCore

/// What learning from a stream is told, and what it tells.
public enum OnlineLearning {
    /// The settings of learning from a stream.
    ///
    /// Every ``OnlineLearner`` has the same ones and goes by those that it has a use for: ``admission`` and ``expiryDays``
    /// are for all, replay, distillation and the rest for those that learn in batches. What only one model knows belongs
    /// to its own configuration.
    public struct Settings: Codable, Sendable, Equatable {
        /// The learning rate of a micro-update of ``fullBatch`` events or more.
        public var learningRate: Float = 3e-3
        /// How many events the learning rate is meant for: fewer move the weights less, by the root of their share, so
        /// that a slow stream's small updates are not noisier than a fast one's large ones.
        public var fullBatch = 64
        /// Over how many events after its start the rate of a learner rises: a new optimizer, which has not seen how large
        /// gradients are, takes faint ones for strong.
        public var warmUpEvents = 6_400
        /// How much of the running average of the weights, which is what is served, a micro-update keeps.
        public var averaging: Float = 0.98
        /// Events before a new one that a micro-update looks at; requests are answered from the model's full length.
        public var contextLength = 50
        /// How many exemplars are kept.
        public var exemplars = 30_000
        /// Replayed targets for each new one.
        public var replayShare: Float = 4
        /// How many of an exemplar's newest events are targets when it is replayed: they share one pass over its context.
        public var targetsPerExemplar = 16
        /// Further steps of a micro-update on as many replayed targets alone, as far as there is time for them
        /// (``ReplayPace``).
        public var replaySteps = 1
        /// What the mean loss of the replayed targets counts against that of the new ones.
        public var replayWeight: Float = 1
        /// ADER's λ: what keeping the teacher's ranking counts, before it adapts to the share of known items and the
        /// number of exemplars; 0 for no distillation.
        public var distillation: Float = 0.8
        /// Events after which the teacher is the model of that moment.
        public var teacherPeriod = 5_000
        /// From how many events on an item has a vector of its own; before, it counts as unknown.
        public var admission = 1
        /// Days without an event after which an item's vector is given up; 0 for never.
        public var expiryDays = 0.0

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("learningRate", learningRate, in: 0...1)
            try SettingRange.check("fullBatch", fullBatch, in: 1...1_000_000)
            try SettingRange.check("warmUpEvents", warmUpEvents, in: 0...1_000_000_000)
            try SettingRange.check("averaging", averaging, in: 0...0.999999)
            try SettingRange.check("contextLength", contextLength, in: 1...10_000)
            try SettingRange.check("exemplars", exemplars, in: 0...10_000_000)
            try SettingRange.check("replayShare", replayShare, in: 0...100)
            try SettingRange.check("targetsPerExemplar", targetsPerExemplar, in: 1...10_000)
            try SettingRange.check("replaySteps", replaySteps, in: 0...1_000)
            try SettingRange.check("replayWeight", replayWeight, in: 0...100)
            try SettingRange.check("distillation", distillation, in: 0...100)
            try SettingRange.check("teacherPeriod", teacherPeriod, in: 1...1_000_000_000)
            try SettingRange.check("admission", admission, in: 1...1_000_000)
            try SettingRange.check("expiryDays", expiryDays, in: 0...100_000)
        }
    }

    /// How a micro-update departs from the settings, as when the stream has changed.
    public struct Emphasis: Codable, Sendable, Equatable {
        /// The factor of the learning rate.
        public var rate: Float
        /// The factor of the replayed targets for each new one: below 1, new events count for more of the update.
        public var replay: Float
        /// How many steps on replay alone there is time for; as the settings say unless given.
        public var replaySteps: Int?

        /// The settings as they are.
        public static let usual = Emphasis(rate: 1, replay: 1)

        /// Creates an emphasis.
        public init(rate: Float, replay: Float, replaySteps: Int? = nil) {
            self.rate = rate
            self.replay = replay
            self.replaySteps = replaySteps
        }
    }

    /// What a micro-update did.
    public struct Report: Sendable, Equatable, Codable {
        /// New events learned.
        public var events: Int
        /// The mean loss of the new targets; 0 when there were none.
        public var loss: Double
        /// The learning rate.
        public var rate: Float
        /// The weight of distillation; 0 without.
        public var distillation: Float

        /// Creates a report.
        public init(events: Int, loss: Double, rate: Float, distillation: Float = 0) {
            self.events = events
            self.loss = loss
            self.rate = rate
            self.distillation = distillation
        }
    }
}
