import Foundation

/// The mean of a figure over the folds of a cross-validation, how far the folds lie apart, and what that says.
public struct FoldStatistics: Sendable, Equatable, Codable {
    /// The figure of each fold.
    public let folds: [Double]
    /// Their mean.
    public let mean: Double
    /// Their standard deviation.
    public let deviation: Double
    /// The p-value that the mean is zero, two-sided; `nil` of one fold, or where the folds do not differ.
    public let p: Double?

    /// Summarises folds.
    ///
    /// The training parts of the folds overlap, so that their figures are less apart than those of independent samples
    /// would be. The test is Student's with the variance corrected for it: `t = mean / √((1/k + r) s²)`, `r` the share of
    /// a test part to a training part, `1/(k - 1)` for whole folds (Nadeau and Bengio, "Inference for the generalization
    /// error", Machine Learning 2003).
    ///
    /// - Parameter folds: the figure of each fold, such as the difference of two models on it.
    public init(_ folds: [Double]) {
        self.folds = folds
        let k = Double(folds.count)
        let mean = folds.reduce(0, +) / max(k, 1)
        let squares = folds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = k > 1 ? (squares / (k - 1)).squareRoot() : 0
        (self.mean, self.deviation) = (mean, deviation)
        guard k > 1, deviation > 0 else {
            p = nil
            return
        }
        let t = mean / ((1 / k + 1 / (k - 1)).squareRoot() * deviation)
        p = StudentDistribution.tails(beyond: t, degreesOfFreedom: k - 1)
    }
}

/// Student's distribution (1908).
enum StudentDistribution {
    /// The chance of a value at least as far from zero: `I_{ν / (ν + t²)}(ν/2, 1/2)`.
    static func tails(beyond t: Double, degreesOfFreedom ν: Double) -> Double {
        incompleteBeta(ν / (ν + t * t), ν / 2, 0.5)
    }

    /// The regularized incomplete beta function by its continued fraction (Abramowitz and Stegun, 1964, 26.5.8), summed as
    /// Lentz did (1976).
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges quickly on one side of the mean only.
        guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
        var (c, d) = (1.0, 1 / (1 - (a + b) * x / (a + 1)))
        var fraction = d
        for m in stride(from: 1.0, through: 300, by: 1) {
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            for term in [even, odd] {
                d = 1 / (1 + term * d)
                c = 1 + term / c
                fraction *= d * c
            }
            if abs(d * c - 1) < 1e-14 { break }
        }
        return front * fraction
    }
}
