import Foundation

/// Evidence, valid however often one looks, that the mean of a stream of numbers in [-1, 1] is above (or below) zero.
///
/// A gambler starts with 1 and bets a share `λ` of the capital on every number `d`: the capital becomes
/// `Π (1 + λ dᵢ)`. If the conditional mean of every number given those before is at most zero, no such capital grows on
/// average, nor does the mean of several: it is a nonnegative supermartingale, and by Ville's inequality (1939) the
/// chance that it ever reaches `1 / α` is at most `α`. Several shares stand in for the unknown best one (the mean over
/// the variance), so the test adapts to the variance. Waudby-Smith and Ramdas, "Estimating means of bounded random
/// variables by betting", JRSS B 2024, section 4, with a discrete mixture of bets.
public struct BettingTest: Sendable, Equatable, Codable {
    /// The shares: from one for small effects in noisy streams to one for streams that hardly vary.
    static let shares = (0..<8).map { 0.02 * pow(25, Double($0) / 7) }

    /// How many numbers there were.
    public private(set) var count = 0
    private var above = [Double](repeating: 0, count: Self.shares.count)
    private var below = [Double](repeating: 0, count: Self.shares.count)

    /// Creates a test without evidence.
    public init() {}

    /// Takes the next number, in [-1, 1].
    public mutating func add(_ number: Double) {
        precondition(number >= -1 && number <= 1, "\(number) is not in -1...1")
        count += 1
        guard number != 0 else { return }
        for (place, share) in Self.shares.enumerated() {
            above[place] += log1p(share * number)
            below[place] += log1p(-share * number)
        }
    }

    /// The logarithm of the capital won by betting that the mean is above zero.
    public var logEvidenceAbove: Double { Self.logMean(above) }
    /// The logarithm of the capital won by betting that the mean is below zero.
    public var logEvidenceBelow: Double { Self.logMean(below) }

    /// Whether the mean is above zero, wrongly with a chance of at most `alpha` over all looks.
    public func isAbove(alpha: Double) -> Bool { logEvidenceAbove >= -log(alpha) }
    /// Whether the mean is below zero, wrongly with a chance of at most `alpha` over all looks.
    public func isBelow(alpha: Double) -> Bool { logEvidenceBelow >= -log(alpha) }

    /// The logarithm of the mean of numbers that are given by their logarithms.
    static func logMean(_ logarithms: [Double]) -> Double {
        let most = logarithms.max() ?? 0
        return most + log(logarithms.reduce(0) { $0 + exp($1 - most) } / Double(logarithms.count))
    }
}
