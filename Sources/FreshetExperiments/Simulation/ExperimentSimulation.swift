/// An experiment on simulated users of whom the truth is known, looked at after every event.
///
/// Each event is an answer that is clicked or not. Users differ: half of them click with half the rate, the others with one
/// and a half of it. They come back, so that events are not independent.
public struct ExperimentSimulation: Sendable, Equatable, Codable {
    /// The first variant's clicks per answer.
    public var rate: Double
    /// By which share the second variant's are more.
    public var lift: Double
    /// How many events a user has on average.
    public var visits: Double
    /// After how many events it ends without a verdict.
    public var horizon: Int
    /// When it has a verdict; days are not counted.
    public var rules: VerdictRules

    /// How one simulated experiment ended.
    public struct End: Sendable, Equatable {
        /// How many users there were in both variants at the first verdict; `nil` without one.
        public var unitsAtVerdict: Int?
        /// Whether the verdict was for the second variant.
        public var isForTreatment = false
        /// How many users there were at the first look at which a test for one look would have said yes.
        public var unitsAtPeek: Int?
        /// Whether the shares of users were taken to be off.
        public var sharesAreOff = false
    }

    /// Creates a simulation.
    public init(
        rate: Double,
        lift: Double,
        visits: Double = 1,
        horizon: Int,
        rules: VerdictRules = VerdictRules()
    ) {
        precondition(rate > 0 && rate * 1.5 * (1 + lift) <= 1 && visits >= 1, "\(rate), \(lift), \(visits)")
        (self.rate, self.lift, self.visits) = (rate, lift, visits)
        self.horizon = horizon
        self.rules = rules
    }

    /// Runs one experiment to its verdict or its end.
    ///
    /// - Parameters:
    ///   - peeks: whether to go on after the verdict until the naive test has said yes too.
    ///   - random: the generator.
    /// - Returns: how it ended.
    public func run(peeks: Bool = false, random: inout some RandomNumberGenerator) -> End {
        let boundary = rules.boundary
        var sums = [ArmSums(), ArmSums()]
        var ratio = SampleRatioCheck(shares: [0.5, 0.5])
        var (totals, arms, rates): ([UnitTotals], [Int], [Double]) = ([], [], [])
        var end = End()
        for _ in 0..<horizon {
            var unit = totals.count
            if unit == 0 || random.happens(1 / visits) {
                let arm = random.happens(0.5) ? 1 : 0
                totals.append(UnitTotals())
                arms.append(arm)
                rates.append(rate * (random.happens(0.5) ? 0.5 : 1.5) * (arm == 1 ? 1 + lift : 1))
                ratio.add(arm)
            } else {
                unit = random.place(below: totals.count)
            }
            sums[arms[unit]].add(random.happens(rates[unit]) ? 1 : 0, to: &totals[unit])
            if ratio.isOff(alpha: rules.ratioAlpha) { end.sharesAreOff = true }
            guard min(ratio.counts[0], ratio.counts[1]) >= rules.minimumUnits, !end.sharesAreOff,
                let comparison = Comparison(control: sums[0], treatment: sums[1])
            else { continue }
            if end.unitsAtPeek == nil, FixedHorizonTest(comparison).pValue <= rules.alpha {
                end.unitsAtPeek = totals.count
            }
            if end.unitsAtVerdict == nil, comparison.pValue(boundary) <= rules.alpha {
                end.unitsAtVerdict = totals.count
                end.isForTreatment = comparison.difference > 0
            }
            if end.unitsAtVerdict != nil && (!peeks || end.unitsAtPeek != nil) { break }
        }
        return end
    }
}
