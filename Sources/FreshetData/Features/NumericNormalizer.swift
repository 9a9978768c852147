/// Brings a numeric attribute to mean 0 and deviation 1, and tells a missing value from the mean.
public struct NumericNormalizer: Sendable, Equatable, Codable {
    /// The mean of the values that are there.
    public let mean: Double
    /// Their standard deviation, or 1 when they are all equal.
    public let deviation: Double

    /// Learns mean and deviation; `nil` and what is not finite is missing.
    public init(learning values: some Sequence<Double?>) {
        // One pass, stable for values far from zero (Welford, 1962).
        var count = 0.0
        var mean = 0.0
        var squares = 0.0
        for case let value? in values where value.isFinite {
            count += 1
            let distance = value - mean
            mean += distance / count
            squares += distance * (value - mean)
        }
        self.mean = mean
        let deviation = count > 0 ? (squares / count).squareRoot() : 0
        self.deviation = deviation > 0 && deviation.isFinite ? deviation : 1
    }

    /// The normalised value, 0 when it is missing, and whether it is missing.
    public func normalize(_ value: Double?) -> (value: Float, isMissing: Bool) {
        guard let value, value.isFinite else { return (0, true) }
        return (Float((value - mean) / deviation), false)
    }
}
