import Foundation

/// What share of the users each variant gets next: the chance that it is the best, none under a floor.
///
/// The chance is found by drawing, over and over, a difference from the first variant for each and seeing which is the largest
/// (Thompson, 1933). Differences are taken within windows of time, in which the shares stood still, and put together by their
/// precision: a good day on which one variant had more users does no good to that variant.
public struct ThompsonAllocation: Sendable, Equatable {
    /// How often is drawn.
    private static let draws = 4_000

    /// What is known of one variant.
    public struct Arm: Sendable, Equatable, Codable {
        /// The share of the users that it gets.
        public internal(set) var share: Double
        /// The chance that it is the best.
        public internal(set) var chance: Double
        /// The figure's difference from the first variant's; `nil` for the first and while nothing is known.
        public internal(set) var difference: Double?
        /// The standard error of that.
        public internal(set) var deviation: Double?
    }

    /// The variants, in their order.
    public private(set) var arms: [Arm]

    /// Allocates.
    ///
    /// - Parameters:
    ///   - windows: each window's sums, by variant; users who are in two windows count as two.
    ///   - variants: how many variants there are.
    ///   - isHigherBetter: whether more is better.
    ///   - floor: the least share of a variant; at most one over the number of variants.
    ///   - random: the generator.
    public init(
        windows: [[ArmSums]],
        variants: Int,
        isHigherBetter: Bool = true,
        floor: Double,
        random: inout some RandomNumberGenerator
    ) {
        precondition(variants >= 2 && floor >= 0 && floor * Double(variants) <= 1, "\(variants) variants, \(floor)")
        arms = (0..<variants).map { variant in
            let known = variant == 0 ? nil : Self.difference(of: variant, in: windows)
            return Arm(share: 0, chance: 0, difference: known?.mean, deviation: known?.deviation)
        }
        let isKnown = arms.dropFirst().allSatisfy { $0.deviation != nil }
        let chances =
            isKnown
            ? Self.chances(arms, sign: isHigherBetter ? 1 : -1, &random)
            : [Double](repeating: 1 / Double(variants), count: variants)
        for place in arms.indices {
            arms[place].chance = chances[place]
            arms[place].share = floor + (1 - floor * Double(variants)) * chances[place]
        }
    }

    /// A variant's difference from the first, over the windows that say something of both.
    private static func difference(of variant: Int, in windows: [[ArmSums]]) -> (mean: Double, deviation: Double)? {
        var (weight, sum) = (0.0, 0.0)
        for window in windows {
            guard let first = ArmFigure(window[0]), let other = ArmFigure(window[variant]) else { continue }
            let variance = first.variance + other.variance
            guard variance > 0 else { continue }
            weight += 1 / variance
            sum += (other.value - first.value) / variance
        }
        return weight > 0 ? (sum / weight, (1 / weight).squareRoot()) : nil
    }

    private static func chances(
        _ arms: [Arm],
        sign: Double,
        _ random: inout some RandomNumberGenerator
    ) -> [Double] {
        var wins = [Int](repeating: 0, count: arms.count)
        for _ in 0..<draws {
            var (best, most) = (0, 0.0)
            for place in arms.indices.dropFirst() {
                let drawn = sign * ((arms[place].difference ?? 0) + random.normal() * (arms[place].deviation ?? 0))
                if drawn > most { (best, most) = (place, drawn) }
            }
            wins[best] += 1
        }
        return wins.map { Double($0) / Double(draws) }
    }
}
