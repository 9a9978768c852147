import Foundation
import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetEvaluation

@Suite("Bootstrap, jackknife and quantiles")
struct IntervalTests {
    func bootstrap(resamples: Int = 1000, seed: UInt64 = 1, threads: Int = 1) -> Bootstrap {
        Bootstrap(EvaluationOptions(resamples: resamples, seed: seed), pool: ThreadPool(threads: threads))
    }

    func coins(_ count: Int, chance: Float) -> ValueTable {
        var random = RandomSource(seed: 9)
        var table = ValueTable(keys: ["coin", "one"], rowCount: count)
        for row in 0..<count {
            table.values[2 * row] = random.uniform() < chance ? 1 : 0
            table.values[2 * row + 1] = 1
        }
        return table
    }

    /// For coins the interval is known: `p ± 1.96 √(p (1 - p) / n)`.
    @Test func intervalOfAShare() throws {
        let estimates = bootstrap().means(of: coins(2000, chance: 0.3))
        let coin = try #require(estimates["coin"])
        let expected = 1.96 * (coin.value * (1 - coin.value) / 2000).squareRoot()
        #expect(abs(coin.margin / expected - 1) < 0.1)
        #expect(coin.low < coin.value && coin.value < coin.high)
        #expect(estimates["one"] == Estimate(value: 1, low: 1, high: 1))
    }

    @Test func sameSeedSameInterval() {
        var random = RandomSource(seed: 4)
        var table = ValueTable(keys: ["value"], rowCount: 100)
        for row in 0..<100 { table.values[row] = random.normal() }
        #expect(bootstrap(threads: 1).means(of: table) == bootstrap(threads: 2).means(of: table))
        #expect(bootstrap(seed: 1).means(of: table) != bootstrap(seed: 2).means(of: table))
    }

    @Test func undefinedValuesAreLeftOut() throws {
        var table = ValueTable(keys: ["a", "nowhere"], rowCount: 4)
        for (row, value) in [1, Float.nan, 3, .nan].enumerated() { table.values[2 * row] = value }
        let estimates = bootstrap().means(of: table)
        #expect(estimates["a"] == Estimate(value: 2, low: 1, high: 3))
        #expect(estimates["nowhere"] == nil)
    }

    @Test func quantilesInterpolate() {
        #expect(quantile(0.5, of: [0, 1, 2, 3]) == 1.5)
        #expect(quantile(0, of: [4, 5]) == 4)
        #expect(quantile(1, of: [4, 5]) == 5)
        #expect(abs(NormalDistribution.quantile(0.975) - 1.959963984540054) < 1e-9)
    }

    /// The running update of the jackknife against counting anew without each list.
    @Test func jackknifeEqualsCountingAnew() {
        var random = RandomSource(seed: 5)
        let lists = (0..<40).map { _ in
            Array((0..<12).shuffled(using: &random).prefix(4)).map { ItemIndex($0 * $0 / 9) }
        }
        var spread = Concentration(lists: lists, cutoff: 3, itemCount: 20)
        #expect(abs(spread.gini - naiveGini(spread.counts)) < 1e-12)
        let estimates = spread.estimates(lists: lists, cutoff: 3, deviations: 1)
        for (estimate, figure) in [
            (estimates.coverage, \Concentration.coverage), (estimates.gini, \Concentration.gini),
        ] {
            let without = lists.indices.map { left in
                var others = lists
                others.remove(at: left)
                return Concentration(lists: others, cutoff: 3, itemCount: 20)[keyPath: figure]
            }
            let mean = without.reduce(0, +) / 40
            let deviation = (without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * 39 / 40).squareRoot()
            #expect(abs(estimate.high - min(1, estimate.value + deviation)) < 1e-12)
        }
    }

    @Test func giniOfKnownSpreads() {
        let even = Concentration(lists: [[ItemIndex(0)], [ItemIndex(1)]], cutoff: 1, itemCount: 2)
        #expect(even.gini == 0 && even.coverage == 1)
        let one = Concentration(lists: [[ItemIndex(0)], [ItemIndex(0)]], cutoff: 1, itemCount: 4)
        #expect(one.gini == 0.75 && one.coverage == 0.25)
    }

    private func naiveGini(_ counts: [Int]) -> Double {
        var sum = 0
        for left in counts { for right in counts { sum += abs(left - right) } }
        return Double(sum) / 2 / Double(counts.count * counts.reduce(0, +))
    }
}
