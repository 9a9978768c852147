import FreshetCore

extension PublicationPolicy {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// Seconds between two micro-updates, at least.
        public var microUpdateInterval = 2.0
        /// After how many micro-updates held back in a row the learner starts again from the live weights; 0 is never.
        public var patience = 30
        /// How many events the first full training takes.
        public var firstTrainingEvents: Int64 = 1_000
        /// Seconds between two full trainings; 0 leaves them out.
        public var retrainInterval = 86_400.0
        /// A full training when the log has grown by this factor since the last; 0 leaves it out.
        public var retrainGrowth = 1.0
        /// Whether drift calls for a full training.
        public var retrainsOnDrift = true
        /// Seconds from one full training to the next that drift, a rule or a first one that was cut short calls for, at least.
        public var retrainPause = 3_600.0
        /// For how many events after drift the learner puts weight on new events.
        public var driftEvents = 5_000
        /// The operator's rules.
        public var rules: [ThresholdRule] = []

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("microUpdateInterval", microUpdateInterval, in: 0...86_400)
            try SettingRange.check("patience", patience, in: 0...1_000_000_000)
            try SettingRange.check("firstTrainingEvents", firstTrainingEvents, in: 1...1_000_000_000_000)
            try SettingRange.check("retrainInterval", retrainInterval, in: 0...1e9)
            try SettingRange.check("retrainGrowth", retrainGrowth, in: 0...1e6)
            try SettingRange.check("retrainPause", retrainPause, in: 0...1e9)
            try SettingRange.check("driftEvents", driftEvents, in: 0...1_000_000_000)
        }
    }
}
