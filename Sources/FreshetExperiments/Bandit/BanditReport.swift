/// How a bandit shares out its users, and what that rests on.
public struct BanditReport: Sendable, Equatable, Encodable {
    /// One variant.
    public struct Arm: Sendable, Equatable, Encodable {
        /// The variant.
        public let variant: String
        /// The share of the users that it has now.
        public let share: Double
        /// How many users it answered in the windows that count; who came in two of them counts twice.
        public let units: Int
        /// Its figure over these windows; `nil` without data.
        public let value: Double?
        /// The difference from the first variant's, taken within windows.
        public let difference: Double?
        /// The standard error of that.
        public let deviation: Double?
        /// The chance that it is the best.
        public let chance: Double
    }

    /// The experiment.
    public let id: String
    /// For how many days it has run.
    public let days: Double
    /// The metric that decides.
    public let metric: String
    /// In how many windows there was something to see.
    public let windows: Int
    /// The variants.
    public let arms: [Arm]
    /// The shares and what they rest on, in words.
    public let words: String

    /// Describes an allocation.
    ///
    /// - Parameters:
    ///   - experiment: the experiment, whose first metric decides.
    ///   - shares: the shares that the variants have now.
    ///   - allocation: what they would get next.
    ///   - windows: each window's sums, by variant.
    ///   - days: for how many days it has run.
    public init(
        _ experiment: Experiment,
        shares: [Double],
        next allocation: ThompsonAllocation,
        windows: [[ArmSums]],
        days: Double
    ) {
        let names = experiment.variants.map(\.name)
        id = experiment.id
        self.days = days
        metric = experiment.metrics[0]
        self.windows = windows.count { $0.contains { $0.units > 0 } }
        arms = names.indices.map { place in
            let sums = windows.reduce(ArmSums()) { $0 + $1[place] }
            let known = allocation.arms[place]
            return Arm(
                variant: names[place],
                share: shares[place],
                units: sums.units,
                value: sums.ratio,
                difference: known.difference,
                deviation: known.deviation,
                chance: known.chance
            )
        }
        let best = arms.max { $0.chance < $1.chance } ?? arms[0]
        words =
            "'\(best.variant)' is the best in '\(metric)' with a chance of \(VerdictJudge.percent(best.chance)), and has "
            + "\(VerdictJudge.percent(best.share)) of the users now. "
            + "A chance is no test: to know by how much it is better, compare by the method 'split'. Next: "
            + (best.chance >= 0.99 ? "ship '\(best.variant)', or let it run." : "let it run.")
    }
}
