/// What one unit, such as a user, has done so far in one metric.
public struct UnitTotals: Sendable, Equatable, Codable {
    /// What is counted, such as clicks.
    public internal(set) var numerator = 0.0
    /// What it is counted per, such as answers; one a unit for a mean over units.
    public internal(set) var denominator = 0.0
    /// What was known of the unit before: the same count in the time before the experiment.
    public let covariate: Double
    /// Whether anything was added.
    var isCounted = false

    /// Creates totals of a unit that has done nothing.
    public init(covariate: Double = 0) { self.covariate = covariate }
}
