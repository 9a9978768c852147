/// Decides whether a new version goes live: it must win against the live one on the same events.
///
/// The paired differences of reciprocal rank go into a ``BettingTest``, so looking after every event is allowed: a
/// candidate that is no better is promoted with a chance of at most ``Settings/falsePromotion``, ever.
public struct PromotionGate: Sendable, Equatable, Codable {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// The chance that a candidate which is no better than the live version is promoted.
        public var falsePromotion = 0.02
        /// The chance that a candidate which is no worse is discarded for being worse.
        public var falseDiscard = 0.05
        /// The gain that is worth a new version, as a share of the live one's figure: a candidate whose interval lies
        /// below is discarded early.
        public var leastGain = 0.0
        /// How many events a verdict takes at least.
        public var minimumEvents = 1_000
        /// How many events a candidate has to win; without a verdict by then it is discarded.
        public var horizon = 30_000

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("promotion.falsePromotion", falsePromotion, in: 1e-9...0.5)
            try SettingRange.check("promotion.falseDiscard", falseDiscard, in: 1e-9...0.5)
            try SettingRange.check("promotion.leastGain", leastGain, in: 0...10)
            try SettingRange.check("promotion.minimumEvents", minimumEvents, in: 1...1_000_000_000)
            try SettingRange.check("promotion.horizon", horizon, in: minimumEvents...1_000_000_000)
        }
    }

    /// What the gate says.
    public enum Verdict: String, Sendable, Codable {
        /// Not enough is known.
        case waiting
        /// The candidate is better.
        case better
        /// The candidate is worse, or not better by as much as wanted.
        case worse
        /// The candidate has not won within the horizon.
        case undecided
    }

    /// The settings it was created with.
    public let settings: Settings
    /// What is known so far.
    public private(set) var evidence = PairedEvidence()
    /// What the gate says; once it is not ``Verdict/waiting`` it stays.
    public private(set) var verdict = Verdict.waiting

    /// Creates a gate for one candidate.
    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Takes the reciprocal ranks of one event, in [0, 1].
    /// - Returns: the verdict.
    @discardableResult
    public mutating func add(candidate: Double, live: Double) -> Verdict {
        guard verdict == .waiting else { return verdict }
        evidence.add(candidate, baseline: live)
        guard evidence.count >= settings.minimumEvents else { return verdict }
        if evidence.test.isAbove(alpha: settings.falsePromotion) {
            verdict = .better
        } else if evidence.test.isBelow(alpha: settings.falseDiscard) || isHopeless {
            verdict = .worse
        } else if evidence.count >= settings.horizon {
            verdict = .undecided
        }
        return verdict
    }

    /// The evidence by name.
    public var figures: [String: Double] { evidence.figures(alpha: settings.falsePromotion) }

    /// The verdict in words.
    public var reason: String {
        switch verdict {
        case .waiting: "The candidate has neither won nor lost after \(evidence.count) events."
        case .better: "The candidate won on \(evidence.count) events that both had predicted."
        case .worse: "The candidate lost on \(evidence.count) events that both had predicted."
        case .undecided: "The candidate did not win within \(evidence.count) events."
        }
    }

    /// Whether the gain that is wanted is out of the interval; looked at every 64 events, as it costs more.
    private var isHopeless: Bool {
        guard settings.leastGain > 0, evidence.count % 64 == 0 else { return false }
        return evidence.sequence.interval(alpha: settings.falseDiscard).upperBound
            < settings.leastGain * evidence.baselineMean
    }
}
