/// How likely a place is looked at, beside the first: clicks say as much of where an item stood as of the item.
public struct PositionBias: Sendable, Equatable, Codable {
    /// The chance that each position is looked at as a multiple of the first one's.
    public let examination: [Double]

    /// Takes the chances, of which the first becomes 1.
    public init(examination: [Double]) {
        let first = examination.first ?? 1
        self.examination = examination.map { first > 0 ? $0 / first : 0 }
    }

    /// What a click counts so that positions no longer matter: one over its position's examination.
    ///
    /// - Parameters:
    ///   - position: the position, from 0; those past the ones known count as the last.
    ///   - limit: the most that it may count.
    /// - Returns: the weight.
    public func weight(at position: Int, limit: Double = 20) -> Double {
        guard let last = examination.last else { return 1 }
        let share = position < examination.count ? examination[position] : last
        return share > 0 ? min(1 / share, limit) : limit
    }

    /// How much each item is wanted: its clicks, each by its weight, per time seen; 0 for what was never seen.
    ///
    /// Without bias in expectation as long as no weight is cut at the limit (Joachims, Swaminathan and Schnabel, WSDM 2017).
    public func relevance(_ outcomes: PlacedOutcomes, limit: Double = 20) -> [Double] {
        let weights = (0..<outcomes.positions).map { weight(at: $0, limit: limit) }
        return (0..<outcomes.items).map { item in
            var (sum, seen) = (0.0, 0.0)
            for position in 0..<outcomes.positions {
                sum += outcomes.clicked[item * outcomes.positions + position] * weights[position]
                seen += outcomes.seen[item * outcomes.positions + position]
            }
            return seen > 0 ? sum / seen : 0
        }
    }
}
