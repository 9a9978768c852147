/// Position bias without swaps: examination and appeal, fitted in turns.
///
/// A click needs both: that the position is looked at and that the item appeals. Where there was no click, either may have
/// been missing; in each round both are split by what is believed of them so far, and then estimated anew
/// (expectation-maximization). Wang, Golbandi, Bendersky, Metzler and Najork, "Position bias estimation for unbiased learning
/// to rank in personal search", WSDM 2018. Where they regress appeal on features, every item has its own here, drawn towards
/// the mean of all by `prior` sights: counts by item are at hand, features of queries are not.
public struct PositionRegressionEM: Sendable, Equatable {
    /// The bias.
    public let bias: PositionBias
    /// How likely each item is clicked where it is looked at; in proportion to the truth only, as the first position may be
    /// overlooked too.
    public let appeal: [Double]

    /// Fits both.
    ///
    /// - Parameters:
    ///   - outcomes: what was seen and clicked, where.
    ///   - rounds: how often.
    ///   - prior: how many sights of average appeal every item is given.
    public init(_ outcomes: PlacedOutcomes, rounds: Int = 200, prior: Double = 2) {
        let (items, positions) = (outcomes.items, outcomes.positions)
        let total = outcomes.seen.reduce(0, +)
        let mean = total > 0 ? outcomes.clicked.reduce(0, +) / total : 0
        var examination = (0..<positions).map { 1 / Double($0 + 1).squareRoot() }
        var appeal = [Double](repeating: min(max(2 * mean, 0.01), 0.9), count: items)
        var (looked, shown) = ([Double](repeating: 0, count: positions), [Double](repeating: 0, count: positions))
        for _ in 0..<rounds {
            for position in 0..<positions { (looked[position], shown[position]) = (0, 0) }
            let average = appeal.reduce(0, +) / Double(max(items, 1))
            for item in 0..<items {
                let gamma = appeal[item]
                var (wanted, seen) = (prior * average, prior)
                for position in 0..<positions {
                    let place = item * positions + position
                    let count = outcomes.seen[place]
                    guard count > 0 else { continue }
                    let clicks = outcomes.clicked[place]
                    let theta = examination[position]
                    let missed = (count - clicks) / max(1 - theta * gamma, 1e-12)
                    looked[position] += clicks + missed * theta * (1 - gamma)
                    shown[position] += count
                    wanted += clicks + missed * gamma * (1 - theta)
                    seen += count
                }
                appeal[item] = seen > 0 ? min(wanted / seen, 1) : 0
            }
            for position in 0..<positions where shown[position] > 0 {
                examination[position] = min(looked[position] / shown[position], 1)
            }
        }
        bias = PositionBias(examination: examination)
        self.appeal = appeal
    }
}
