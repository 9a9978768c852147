import FreshetCore

/// The z test for one look at a number of units that was chosen before: what a sequential analysis is compared with.
///
/// Its p-value says what it seems to say only at the one look that was planned.
public struct FixedHorizonTest: Sendable, Equatable, Codable {
    /// The difference in standard errors.
    public let statistic: Double
    /// The two-sided p-value.
    public let pValue: Double

    /// Tests a difference of figures with their clustered variances.
    public init(_ comparison: Comparison) { self.init(statistic: comparison.deviations) }

    /// Tests the difference of two proportions with their pooled variance.
    public init(successes: (Int, Int), units: (Int, Int)) {
        let (first, second) = (Double(units.0), Double(units.1))
        let pooled = Double(successes.0 + successes.1) / (first + second)
        let error = (pooled * (1 - pooled) * (1 / first + 1 / second)).squareRoot()
        let difference = Double(successes.1) / second - Double(successes.0) / first
        self.init(statistic: error > 0 ? difference / error : 0)
    }

    private init(statistic: Double) {
        self.statistic = statistic
        pValue = NormalDistribution.twoSided(statistic)
    }
}
