import FreshetExperiments

/// What is known of the difference between two models on the same events.
public struct PairedEvidence: Sendable, Equatable, Codable {
    /// Evidence for either sign of the difference, the margin given away.
    public private(set) var test = BettingTest()
    /// The size of the difference.
    public private(set) var sequence = ConfidenceSequence()
    private var baseline = 0.0

    /// Creates evidence without events.
    public init() {}

    /// How many events both have predicted.
    public var count: Int { test.count }

    /// The mean figure of the model that is compared with.
    public var baselineMean: Double { count > 0 ? baseline / Double(count) : 0 }

    /// Takes one event's figures, each in [0, 1].
    ///
    /// - Parameters:
    ///   - figure: the figure of the model that is judged.
    ///   - other: that of the model that it is compared with.
    ///   - margin: the share of `other` that the test gives away: what it then says is about `figure - (1 - margin) * other`.
    public mutating func add(_ figure: Double, baseline other: Double, margin: Double = 0) {
        test.add(figure - (1 - margin) * other)
        sequence.add(figure - other)
        baseline += other
    }

    /// The evidence by name, for a decision.
    ///
    /// - Parameter alpha: the chance with which the interval may miss the mean difference.
    /// - Returns: `events`, `difference`, `low`, `high`, `baseline` and both evidences as logarithms.
    public func figures(alpha: Double) -> [String: Double] {
        let interval = sequence.interval(alpha: alpha)
        return [
            "events": Double(count),
            "difference": sequence.mean,
            "low": interval.lowerBound,
            "high": interval.upperBound,
            "baseline": baselineMean,
            "log_evidence_better": test.logEvidenceAbove,
            "log_evidence_worse": test.logEvidenceBelow,
        ]
    }
}
