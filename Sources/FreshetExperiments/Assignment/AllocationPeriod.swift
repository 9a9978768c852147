/// A span of time in which an experiment's weights and coverage stand still.
public struct AllocationPeriod: Sendable, Equatable, Codable {
    /// When it began, in milliseconds since 1970.
    public let started: Int64
    /// The share of all units that should take part.
    public let coverage: Double
    /// Each variant's share of those who take part.
    public let shares: [Double]

    /// Begins a period with an experiment's weights and coverage as they are now.
    public init(_ experiment: Experiment, started: Int64) {
        self.started = started
        coverage = experiment.allocation.coverage
        shares = experiment.allocation.shares
    }
}
