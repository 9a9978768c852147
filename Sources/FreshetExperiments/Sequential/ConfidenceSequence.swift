import Foundation

/// An interval for the mean of a stream of numbers in [-1, 1] that holds at all times at once.
///
/// For every bet `λ` in 0 ..< 1 and `d` in [-1, 1], `exp(λ d − ψ(λ) d²) ≤ 1 + λ d` with `ψ(λ) = −ln(1 − λ) − λ` (Fan,
/// Grama and Liu, 2015). So with conditional means `mᵢ`, `exp(λ Σ (dᵢ − mᵢ) − ψ(λ) Σ dᵢ²)` is a nonnegative
/// supermartingale, as is its mean over several `λ`, and by Ville's inequality it stays below `2 / α` for ever with a
/// chance of at least `1 − α / 2`. Solved for the mean of the `mᵢ` this gives the lower end; the mirrored stream gives
/// the upper one. An empirical-Bernstein confidence sequence: Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform,
/// nonparametric, nonasymptotic confidence sequences", Annals of Statistics 2021, theorem 4, with 0 as the prediction
/// and a discrete mixture. The numbers may be dependent and their means may drift: the interval is for their average.
public struct ConfidenceSequence: Sendable, Equatable, Codable {
    private static let bets: [(share: Double, penalty: Double)] = (0..<16).map { place in
        let share = 0.001 * pow(800, Double(place) / 15)
        return (share, -log1p(-share) - share)
    }

    /// How many numbers there were.
    public private(set) var count = 0
    private var sum = 0.0
    private var squares = 0.0

    /// Creates a sequence without numbers.
    public init() {}

    /// Takes the next number, in [-1, 1].
    public mutating func add(_ number: Double) {
        precondition(number >= -1 && number <= 1, "\(number) is not in -1...1")
        count += 1
        sum += number
        squares += number * number
    }

    /// The mean; 0 without numbers.
    public var mean: Double { count > 0 ? sum / Double(count) : 0 }

    /// The standard deviation; 0 without numbers.
    public var standardDeviation: Double {
        count > 0 ? max(squares / Double(count) - mean * mean, 0).squareRoot() : 0
    }

    /// The interval that holds the mean at all times with a chance of at least `1 - alpha`.
    public func interval(alpha: Double) -> ClosedRange<Double> {
        guard count > 0 else { return -1...1 }
        let low = lowerEnd(sum: sum, alpha: alpha / 2)
        return low...max(low, -lowerEnd(sum: -sum, alpha: alpha / 2))
    }

    /// The least mean against which the evidence has not reached `1 / alpha`.
    private func lowerEnd(sum: Double, alpha: Double) -> Double {
        let limit = -log(alpha)
        var (low, high) = (-1.0, sum / Double(count))
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if logEvidence(sum - Double(count) * middle) >= limit { low = middle } else { high = middle }
        }
        return low
    }

    private func logEvidence(_ excess: Double) -> Double {
        BettingTest.logMean(Self.bets.map { $0.share * excess - $0.penalty * squares })
    }
}
