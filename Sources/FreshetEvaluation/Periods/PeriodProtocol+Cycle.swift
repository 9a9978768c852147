extension PeriodProtocol {
    /// What a ranking reached after a cycle.
    public struct Measurement: Codable, Sendable, Equatable {
        /// Figures on the period after the one that was learned, by name, such as `recall@20`.
        public var figures: [String: Double]
        /// Recall@20 on each period from the second to the next, sampled for those that were learned.
        public var recallByPeriod: [Double]

        /// Creates a measurement.
        public init(figures: [String: Double], recallByPeriod: [Double]) {
            self.figures = figures
            self.recallByPeriod = recallByPeriod
        }
    }

    /// What one cycle reached on the period after it.
    public struct Cycle: Codable, Sendable, Equatable {
        /// Its number from 1: it learned period `cycle - 1`.
        public var cycle: Int
        /// What the strategy's ranking reached.
        public var served: Measurement
        /// The same of the model by itself, where it is ranked with something.
        public var alone: Measurement?
        /// Recall@20 on the held-out sessions of the period that was learned: what settings are chosen by.
        public var validationRecall: Double
        /// Epochs trained.
        public var epochs: Int
        /// Seconds of training.
        public var seconds: Double

        enum CodingKeys: String, CodingKey {
            case cycle, served, validationRecall, epochs, seconds
            case alone = "transformer"
        }
    }

    /// The plain mean over cycles, as the paper reports.
    public static func means(of cycles: [Measurement]) -> [String: Double] {
        var means: [String: Double] = [:]
        for cycle in cycles {
            for (name, value) in cycle.figures { means[name, default: 0] += value / Double(cycles.count) }
        }
        return means
    }

    /// The mean change of Recall@20 on the periods learned earlier since each was learned (Lopez-Paz and Ranzato,
    /// NeurIPS 2017): negative for forgetting, of the very sessions that were learned too; `nil` for fewer than three
    /// cycles.
    public static func backwardTransfer(of cycles: [Measurement]) -> Double? {
        // A cycle learns the period that the cycle before it was tested on.
        meanChange(of: cycles.dropLast(2).indices.map { ($0, since: cycles[$0 + 1]) }, in: cycles)
    }

    /// The mean change of Recall@20 on the periods learned so far since the cycle before each was learned: what is left
    /// of having learned them; `nil` for fewer than two cycles.
    public static func retainedGain(of cycles: [Measurement]) -> Double? {
        meanChange(of: cycles.dropLast().indices.map { ($0, since: cycles[$0]) }, in: cycles)
    }

    private static func meanChange(
        of periods: [(period: Int, since: Measurement)],
        in cycles: [Measurement]
    ) -> Double? {
        guard let last = cycles.last, !periods.isEmpty else { return nil }
        let changes = periods.map { last.recallByPeriod[$0.period] - $0.since.recallByPeriod[$0.period] }
        return changes.reduce(0, +) / Double(changes.count)
    }
}
