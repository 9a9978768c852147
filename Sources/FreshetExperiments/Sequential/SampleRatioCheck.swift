import Foundation

/// Watches whether the variants get the shares of units that they should have, with a look after every unit.
///
/// Where they do not, units were lost or counted twice on one side, and no comparison means anything. The evidence against
/// the expected shares is the likelihood of the units so far under shares drawn from a Dirichlet distribution around the
/// expected ones, over that under the expected ones themselves. It is a martingale where all is well, so it reaches
/// `1 / α` ever with a chance of at most `α` (Lindon and Malek, "Anytime-valid inference for multinomial count data",
/// NeurIPS 2022).
///
/// When the shares are changed the evidence begins anew, with units that may have been counted before: what chance gave one
/// variant too many of the first time would count against it twice. Each span between changes has that chance of an alarm.
public struct SampleRatioCheck: Sendable, Equatable, Codable {
    /// How close to the expected shares the others are that they are compared with: the precision of the distribution.
    private static let concentration = 10_000.0

    /// How many units each variant got; who was counted again after a change, more than once.
    public private(set) var counts: [Int]
    /// The shares that are expected.
    public private(set) var shares: [Double]
    /// The logarithm of the evidence against them.
    public private(set) var logEvidence = 0.0
    /// The most evidence there ever was: what was wrong once stays in the data.
    private var most = 0.0
    /// The counts since the shares were last changed.
    private var recent: [Int]

    /// Creates a check without units.
    public init(shares: [Double]) {
        precondition(shares.count > 1 && shares.allSatisfy { $0 > 0 }, "the shares \(shares)")
        self.shares = shares
        counts = shares.map { _ in 0 }
        recent = counts
    }

    /// Takes a unit that got a variant.
    public mutating func add(_ variant: Int) {
        let total = Double(recent.reduce(0, +))
        let predicted =
            (Self.concentration * shares[variant] + Double(recent[variant])) / (Self.concentration + total)
        logEvidence += log(predicted / shares[variant])
        most = max(most, logEvidence)
        counts[variant] += 1
        recent[variant] += 1
    }

    /// Expects other shares from now on, of units that are counted anew.
    public mutating func change(shares: [Double]) {
        precondition(shares.count == counts.count && shares.allSatisfy { $0 > 0 }, "the shares \(shares)")
        self.shares = shares
        recent = counts.map { _ in 0 }
        logEvidence = 0
    }

    /// The p-value, valid at every look; the least of all spans between changes.
    public var pValue: Double { min(1, exp(-most)) }

    /// Whether the shares are off, wrongly with a chance of at most `alpha` over all looks of a span.
    public func isOff(alpha: Double) -> Bool { most >= -log(alpha) }
}
