/// The Page–Hinkley test: signals when values have run above their mean for long enough.
///
/// With the running mean `x̄` since the last signal: `S ← α S + (x − x̄ − δ)`, a signal when `S > λ`, after which all
/// starts anew. Page, "Continuous inspection schemes", Biometrika 1954; the fading `α` as MOA has it, against which it
/// is checked.
public struct PageHinkley: Sendable, Equatable, Codable {
    /// How many values come before a signal, at least.
    public let minimumCount: Int
    /// By how much values may lie above their mean.
    public let delta: Double
    /// The sum that signals.
    public let threshold: Double
    /// The weight of the sum so far.
    public let alpha: Double
    private var count = 1
    private var mean = 0.0
    private var sum = 0.0

    /// Creates a test.
    public init(minimumCount: Int = 30, delta: Double = 0.005, threshold: Double = 50, alpha: Double = 0.9999) {
        precondition(minimumCount > 0 && threshold > 0 && alpha > 0 && alpha <= 1, "\(threshold), \(alpha)")
        self.minimumCount = minimumCount
        self.delta = delta
        self.threshold = threshold
        self.alpha = alpha
    }

    /// Adds a value.
    /// - Returns: whether it signals a change upwards.
    public mutating func add(_ value: Double) -> Bool {
        mean += (value - mean) / Double(count)
        sum = alpha * sum + (value - mean - delta)
        count += 1
        guard count >= minimumCount, sum > threshold else { return false }
        (count, mean, sum) = (1, 0, 0)
        return true
    }
}
