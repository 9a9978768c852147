/// Whether the variants got the shares of units that they should have, by Pearson's chi-square test, for one look.
public struct SampleRatio: Sendable, Equatable, Codable {
    /// The statistic.
    public let chiSquare: Double
    /// The chance of one as large where all is well.
    public let pValue: Double

    /// Compares counts with the shares that are expected.
    public init(counts: [Int], shares: [Double]) {
        precondition(counts.count == shares.count && counts.count > 1, "\(counts.count) counts, \(shares.count) shares")
        let total = Double(counts.reduce(0, +))
        let whole = shares.reduce(0, +)
        chiSquare = zip(counts, shares).reduce(0) { sum, pair in
            let expected = total * pair.1 / whole
            return expected > 0 ? sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected : sum
        }
        pValue = ChiSquare.survival(chiSquare, degrees: counts.count - 1)
    }
}
