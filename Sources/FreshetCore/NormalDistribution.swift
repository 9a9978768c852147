import Foundation

/// The standard normal distribution: what intervals and tests of means go by.
public enum NormalDistribution {
    /// The chance of a value of at most `value`.
    public static func cumulative(_ value: Double) -> Double { erfc(-value / 2.0.squareRoot()) / 2 }

    /// The chance of a value that is as far from zero as `value`, or farther: the two-sided p-value of a z statistic.
    public static func twoSided(_ value: Double) -> Double { erfc(abs(value) / 2.0.squareRoot()) }

    /// The value below which a draw lies with a chance of `probability`, by bisection of the distribution function.
    public static func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "a probability of \(probability)")
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if cumulative(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
