/// What one estimator says a policy would have been worth.
public struct OffPolicyEstimate: Sendable, Equatable, Codable {
    /// The mean reward.
    public let value: Double
    /// The lower end of its 95% interval, for one look.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// The mean of some terms.
    init(terms: [Double]) {
        let count = Double(terms.count)
        let mean = terms.reduce(0, +) / count
        let spread = terms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(value: mean, error: (spread / max(count - 1, 1) / count).squareRoot())
    }

    init(value: Double, error: Double) {
        self.value = value
        low = value - 1.959963984540054 * error
        high = value + 1.959963984540054 * error
    }
}
