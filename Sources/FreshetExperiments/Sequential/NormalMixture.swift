import Foundation

/// A boundary that a sum of centred numbers crosses with a small chance only, however often one looks.
///
/// If `S` is the sum and `v` its variance so far, `√(ρ / (v + ρ)) · exp(S² / (2 (v + ρ)))` is the capital of a gambler who
/// mixes all bets by a normal distribution (Robbins, 1970): it reaches `1 / α` ever with a chance of at most `α`. For normal
/// numbers this is exact, for others it holds in the limit: the asymptotic confidence sequence of Waudby-Smith, Arbour,
/// Sinha, Kennedy and Ramdas, "Time-uniform central limit theory", Annals of Statistics 2024, whose `ρ` is `1 / √ρ` here.
/// The boundary is tightest at the variance that `ρ` is chosen for.
public struct NormalMixture: Sendable, Equatable, Codable {
    /// One over the variance of the mixed bets: the larger, the later the boundary is tight.
    public let rho: Double

    /// A boundary that is tightest at a variance (Howard and others, 2021, equation 3.12).
    ///
    /// - Parameters:
    ///   - optimum: the variance; with numbers of variance 1, how many.
    ///   - alpha: the chance of ever crossing it.
    public init(optimum: Double, alpha: Double) {
        precondition(optimum > 0 && alpha > 0 && alpha < 1, "an optimum of \(optimum), a chance of \(alpha)")
        rho = optimum / (-2 * log(alpha) + log(1 - 2 * log(alpha)))
    }

    /// How far from zero the sum is with a chance of at least `1 - alpha` at all times, at a variance.
    public func bound(at variance: Double, alpha: Double) -> Double {
        ((variance + rho) * (log((variance + rho) / rho) - 2 * log(alpha))).squareRoot()
    }

    /// The logarithm of the capital that a sum and its variance have won.
    public func logEvidence(sum: Double, variance: Double) -> Double {
        (sum * sum / (variance + rho) - log((variance + rho) / rho)) / 2
    }

    /// By how many standard errors a mean may be off at all times, after `count` numbers.
    public func deviations(at count: Double, alpha: Double) -> Double {
        count > 0 ? bound(at: count, alpha: alpha) / count.squareRoot() : .infinity
    }

    /// The least chance at which a mean so many standard errors from zero has crossed the boundary: a p-value that
    /// stays valid at every look.
    public func pValue(deviations: Double, at count: Double) -> Double {
        guard count > 0 else { return 1 }
        return min(1, exp(-logEvidence(sum: deviations * count.squareRoot(), variance: count)))
    }
}
