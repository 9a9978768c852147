import FreshetCore

/// Decides whether the learner's newest weights go live: on the newest events, which both predicted before the learner
/// learned them, they must not be worse by more than a margin.
///
/// A test of non-inferiority over a sliding window of paired differences of reciprocal rank: not worse when the lower
/// end of the one-sided interval of the mean lies above minus the margin, worse when the upper end lies below zero. The
/// interval is the normal one of a fixed sample. It is looked at every few seconds and makes mistakes at its rate;
/// against those stands the ``RollbackGuard``, whose error holds over all looks.
public struct MicroUpdateGate: Sendable, Equatable, Codable {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// By how much the mean reciprocal rank may be lower, as a share of the live one's.
        public var margin = 0.02
        /// How many newest events are looked at.
        public var window = 2_000
        /// How many events a verdict other than undecided takes.
        public var minimumEvents = 100
        /// The standard normal quantile of the one-sided intervals: 1.645 for 95%.
        public var quantile = 1.645
        /// Whether to publish while undecided, if the mean is not lower by more than the margin.
        public var publishesUndecided = true

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("margin", margin, in: 0...1)
            try SettingRange.check("window", window, in: 10...10_000_000)
            try SettingRange.check("minimumEvents", minimumEvents, in: 2...window)
            try SettingRange.check("quantile", quantile, in: 0...10)
        }
    }

    /// What the gate says.
    public enum Verdict: String, Sendable, Codable {
        /// Not worse by more than the margin.
        case notWorse = "not_worse"
        /// Too little is known.
        case undecided
        /// Worse.
        case worse
    }

    /// What the gate says, and why.
    public struct Report: Sendable, Equatable, Codable {
        /// The verdict.
        public var verdict: Verdict
        /// Whether the weights may go live.
        public var isOpen: Bool
        /// `events`, `difference`, `low`, `high`, `margin` and `baseline`.
        public var figures: [String: Double]
    }

    private struct Pair: Sendable, Equatable, Codable {
        var difference: Float
        var baseline: Float
    }

    /// The settings it was created with.
    public let settings: Settings
    private var pairs: [Pair] = []
    private var oldest = 0

    /// Creates a gate that has seen nothing.
    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Takes the reciprocal ranks of one event, in [0, 1].
    public mutating func add(learning: Double, live: Double) {
        let pair = Pair(difference: Float(learning - live), baseline: Float(live))
        if pairs.count < settings.window {
            pairs.append(pair)
        } else {
            pairs[oldest] = pair
            oldest = oldest + 1 == settings.window ? 0 : oldest + 1
        }
    }

    /// Forgets the window: after the learner or the live version was replaced.
    public mutating func reset() {
        pairs.removeAll(keepingCapacity: true)
        oldest = 0
    }

    /// What the gate says now.
    public func report() -> Report {
        let count = Double(pairs.count)
        guard pairs.count >= 2 else {
            return Report(verdict: .undecided, isOpen: settings.publishesUndecided, figures: ["events": count])
        }
        let mean = pairs.reduce(0) { $0 + Double($1.difference) } / count
        let baseline = pairs.reduce(0) { $0 + Double($1.baseline) } / count
        let spread = pairs.reduce(0) { $0 + (Double($1.difference) - mean) * (Double($1.difference) - mean) }
        let reach = settings.quantile * (spread / (count - 1) / count).squareRoot()
        let margin = settings.margin * baseline
        let verdict: Verdict =
            pairs.count < settings.minimumEvents
            ? .undecided : mean - reach >= -margin ? .notWorse : mean + reach < 0 ? .worse : .undecided
        let figures = [
            "events": count, "difference": mean, "low": mean - reach, "high": mean + reach, "margin": margin,
            "baseline": baseline,
        ]
        let isTrusted = settings.publishesUndecided && (pairs.count < settings.minimumEvents || mean >= -margin)
        return Report(
            verdict: verdict,
            isOpen: verdict == .notWorse || (verdict == .undecided && isTrusted),
            figures: figures
        )
    }
}
