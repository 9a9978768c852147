/// Position bias from items that stood at neighbouring positions at different times.
///
/// The same item has the same appeal at both, so the ratio of its click rates is that of the positions' examination. Swaps of
/// neighbours in a small share of answers make such pairs on purpose; answers of different versions make more of them. Per
/// pair of positions the click rates of all items seen at both are added up, each item once, so that items which one version
/// prefers weigh no more at its position; the ratios form a chain. Agarwal and others, "Estimating position bias without
/// intrusive interventions", WSDM 2019.
public struct InterventionHarvesting: Sendable, Equatable, Codable {
    /// How many times items of a pair must have been seen at the less frequent of its positions before the ratio is used.
    public static let leastSwaps = 1_000.0

    /// The ratio of each position's examination to that of the one before it; `nil` without clicks to compare.
    public let ratios: [Double?]
    /// How many times the items of each pair were seen at the less frequent of the two positions.
    public let swaps: [Double]

    /// Estimates the ratios.
    ///
    /// - Parameters:
    ///   - outcomes: what was seen and clicked, where.
    ///   - leastSeen: how often an item must have been seen at both positions for its rates to be compared.
    public init(_ outcomes: PlacedOutcomes, leastSeen: Double = 1) {
        var (ratios, swaps): ([Double?], [Double]) = ([], [])
        for position in 1..<max(outcomes.positions, 1) {
            var (upper, lower, count) = (0.0, 0.0, 0.0)
            for item in 0..<outcomes.items {
                let place = item * outcomes.positions + position
                let (above, here) = (outcomes.seen[place - 1], outcomes.seen[place])
                guard min(above, here) >= leastSeen else { continue }
                upper += outcomes.clicked[place - 1] / above
                lower += outcomes.clicked[place] / here
                count += min(above, here)
            }
            ratios.append(upper > 0 ? lower / upper : nil)
            swaps.append(count)
        }
        (self.ratios, self.swaps) = (ratios, swaps)
    }

    /// The bias, as far down as every ratio rests on at least `leastSwaps`; `nil` where not even the second position's does.
    public func bias(leastSwaps: Double = Self.leastSwaps) -> PositionBias? {
        var examination = [1.0]
        for (ratio, count) in zip(ratios, swaps) {
            guard let ratio, ratio > 0, count >= leastSwaps else { break }
            examination.append(examination[examination.count - 1] * ratio)
        }
        return examination.count > 1 ? PositionBias(examination: examination) : nil
    }
}
