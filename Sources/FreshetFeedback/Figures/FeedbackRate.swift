/// A share with its 95% interval, clustered by user.
public struct FeedbackRate: Sendable, Equatable, Codable {
    /// The share.
    public let value: Double
    /// The lower end of the interval.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// A share of a count; `nil` without anything to be a share of, which is not 0.
    ///
    /// Wilson's interval, whose count is divided by the design effect.
    ///
    /// - Parameters:
    ///   - part: how many had it.
    ///   - whole: out of how many.
    ///   - designEffect: by how much the variance is larger as one user's outcomes are alike.
    public init?(_ part: Int, of whole: Int, designEffect: Double = 1) {
        guard whole > 0 else { return nil }
        let share = Double(part) / Double(whole)
        let count = Double(whole) / max(designEffect, 1)
        let square = 1.959963984540054 * 1.959963984540054
        let bounded = min(max(share, 0), 1)
        let center = (bounded + square / (2 * count)) / (1 + square / count)
        let spread = bounded * (1 - bounded) / count + square / (4 * count * count)
        let reach = (square * spread).squareRoot() / (1 + square / count)
        value = share
        low = max(center - reach, 0)
        high = max(center + reach, share)
    }
}
