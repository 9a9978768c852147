import FreshetCore
import FreshetExperiments

/// Keeps comparing the live model with the last state known to be good, on sampled events, and calls for a rollback.
///
/// Works in watches: each is a ``BettingTest`` of its own, so that a good hour does not have to be lost again before a
/// bad update shows. A watch ends with a rollback, wrongly with a chance of at most ``Settings/falseRollback``, or after
/// ``Settings/watch`` events, when what is live becomes the state known to be good.
public struct RollbackGuard: Sendable, Equatable, Codable {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// The chance that one watch rolls back a live model that is no worse.
        public var falseRollback = 0.01
        /// How many sampled events a watch lasts.
        public var watch = 2_000
        /// How many sampled events a verdict takes at least.
        public var minimumEvents = 30

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("falseRollback", falseRollback, in: 1e-9...0.5)
            try SettingRange.check("watch", watch, in: 10...1_000_000_000)
            try SettingRange.check("minimumEvents", minimumEvents, in: 1...watch)
        }
    }

    /// What the guard says.
    public enum Verdict: String, Sendable, Codable {
        /// Nothing yet.
        case watching
        /// The live model is worse: go back.
        case worse
        /// The watch is over: what is live is good.
        case good
    }

    /// The settings it was created with.
    public let settings: Settings
    /// What is known in this watch.
    public private(set) var evidence = PairedEvidence()
    /// What the guard says; once it is not ``Verdict/watching`` it stays until the next watch.
    public private(set) var verdict = Verdict.watching

    /// Creates a guard at the start of a watch.
    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Starts a new watch: after a rollback, a promotion, or when what is live became the good state.
    public mutating func restart() {
        evidence = PairedEvidence()
        verdict = .watching
    }

    /// Takes the reciprocal ranks of one event, in [0, 1].
    /// - Returns: the verdict.
    @discardableResult
    public mutating func add(live: Double, good: Double) -> Verdict {
        guard verdict == .watching else { return verdict }
        evidence.add(live, baseline: good)
        if evidence.count >= settings.minimumEvents && evidence.test.isBelow(alpha: settings.falseRollback) {
            verdict = .worse
        } else if evidence.count >= settings.watch {
            verdict = .good
        }
        return verdict
    }

    /// The evidence by name.
    public var figures: [String: Double] { evidence.figures(alpha: settings.falseRollback) }
}
