/// Whether probabilities keep what they promise: of what is said with 80%, four of five should be right.
public struct Calibration: Sendable, Equatable, Codable {
    /// Predictions of like probability.
    public struct Bin: Sendable, Equatable, Codable {
        /// How many there are.
        public let count: Int
        /// Their mean probability.
        public let probability: Double
        /// The share that came true.
        public let frequency: Double
    }

    /// The bins that hold something, by probability.
    public let bins: [Bin]
    /// The mean distance of probability and frequency over all predictions: the expected calibration error (Naeini, Cooper
    /// and Hauskrecht, AAAI 2015), in ten bins of equal width.
    public let error: Double

    private static let binCount = 10

    /// Measures predictions.
    /// - Parameter predictions: the probability of each, and whether it came true.
    public init(_ predictions: [(probability: Double, isRight: Bool)]) {
        var sums = [(count: Int, probability: Double, right: Int)](repeating: (0, 0, 0), count: Self.binCount)
        for (probability, isRight) in predictions {
            let bin = min(max(Int(probability * Double(Self.binCount)), 0), Self.binCount - 1)
            sums[bin].count += 1
            sums[bin].probability += probability
            sums[bin].right += isRight ? 1 : 0
        }
        bins = sums.filter { $0.count > 0 }.map { sum in
            Bin(
                count: sum.count,
                probability: sum.probability / Double(sum.count),
                frequency: Double(sum.right) / Double(sum.count)
            )
        }
        let distance = bins.reduce(0) { $0 + Double($1.count) * abs($1.probability - $1.frequency) }
        error = distance / Double(max(predictions.count, 1))
    }
}
