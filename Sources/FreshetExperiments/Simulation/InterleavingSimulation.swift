import Foundation
import FreshetCore

/// How many users it takes to tell two rankers apart, by an A/B test and by interleaving, on simulated users.
///
/// A user clicks the item at place `k` with a chance of their own clickiness, log-normal, times `1 / k^0.8` times the
/// item's relevance to them. A ranker orders the items by relevance plus noise; the second has a little less of it.
public struct InterleavingSimulation: Sendable, Equatable, Codable {
    /// How many items the rankers order for each user.
    public var items = 30
    /// How many places a list has.
    public var places = 10
    /// The standard deviation of the logarithm of users' clickiness.
    public var clickiness = 1.0
    /// The chance with which a user of median clickiness clicks a perfect item in the first place; above 1 for certain.
    public var rate = 1.5
    /// The noise of the first ranker.
    public var noise = 0.30
    /// The noise of the second.
    public var secondNoise = 0.265

    /// What was found.
    public struct Result: Sendable, Equatable, Codable {
        /// By which share the second ranker's lists get more clicks.
        public var lift: Double
        /// How many users in both variants an A/B test of clicks per user needs for 80% power.
        public var abTest: Double
        /// How many users team draft needs for it.
        public var teamDraft: Double
        /// How many users probabilistic interleaving needs for it.
        public var probabilistic: Double
    }

    /// Creates the simulation of the guide.
    public init() {}

    /// Measures means and variances on some users, and computes how many would be needed.
    ///
    /// Every user is shown both rankers' lists and the interleaved ones, so that the lift, a difference of the same users,
    /// is known well; the A/B test is charged the variance that it has when each user sees one list only.
    public func run(users: Int, random: inout some RandomNumberGenerator) -> Result {
        var (sum, square, difference) = (0.0, 0.0, 0.0)
        var outcomes = [(sum: 0.0, square: 0.0), (sum: 0.0, square: 0.0)]
        for _ in 0..<users {
            let rate = self.rate * exp(clickiness * Self.normal(&random))
            let relevance = (0..<items).map { _ in random.share() }
            let lists = [noise, secondNoise].map { noise in
                Self.ranked(relevance.map { $0 + noise * Self.normal(&random) }, count: items)
            }
            func chance(_ item: Int, at place: Int) -> Double {
                min(rate * relevance[item] * pow(Double(place + 1), -0.8), 1)
            }
            // Expected clicks and their variance, so that only the users are drawn.
            let clicks = lists.map { list in
                list.prefix(places).enumerated().reduce(into: (mean: 0.0, variance: 0.0)) { sums, entry in
                    let share = chance(entry.element, at: entry.offset)
                    sums.mean += share
                    sums.variance += share * (1 - share)
                }
            }
            for own in clicks {
                sum += own.mean / 2
                square += (own.variance + own.mean * own.mean) / 2
            }
            difference += clicks[1].mean - clicks[0].mean
            for (place, kind) in [Interleaving.teamDraft, .probabilistic()].enumerated() {
                let merged = kind.merge(lists, count: places, random: &random)
                let outcome = Self.outcome(merged, chances: merged.indices.map { chance(merged[$0].item, at: $0) })
                outcomes[place].sum += outcome.mean
                outcomes[place].square += outcome.square
            }
        }
        let count = Double(users)
        let mean = sum / count
        let reach = NormalDistribution.quantile(0.975) + NormalDistribution.quantile(0.8)
        let needed = outcomes.map { outcome -> Double in
            let mean = outcome.sum / count
            return reach * reach * (outcome.square / count - mean * mean) / (mean * mean)
        }
        let effect = difference / count
        return Result(
            lift: effect / (mean - effect / 2),
            abTest: 2 * reach * reach * 2 * (square / count - mean * mean) / (effect * effect),
            teamDraft: needed[0],
            probabilistic: needed[1]
        )
    }

    /// What an answer says on average, 1 for the second ranker and -1 for the first, and the average of its square, over all
    /// that may be clicked.
    private static func outcome(
        _ places: [InterleavedPlace<Int>],
        chances: [Double]
    ) -> (mean: Double, square: Double) {
        // The chance of each difference of credits, from -count to count.
        let count = places.count
        var differences = [Double](repeating: 0, count: 2 * count + 1)
        differences[count] = 1
        for (place, chance) in zip(places, chances) {
            let step = place.team == 1 ? 1 : -1
            let before = differences
            for difference in differences.indices {
                let source = difference - step
                differences[difference] =
                    before[difference] * (1 - chance) + (before.indices.contains(source) ? before[source] * chance : 0)
            }
        }
        let (lost, won) = (differences[..<count].reduce(0, +), differences[(count + 1)...].reduce(0, +))
        return (won - lost, won + lost)
    }

    private static func ranked(_ scores: [Double], count: Int) -> [Int] {
        Array(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(count))
    }

    private static func normal(_ random: inout some RandomNumberGenerator) -> Double {
        (-2 * log(1 - random.share())).squareRoot() * cos(2 * Double.pi * random.share())
    }
}
