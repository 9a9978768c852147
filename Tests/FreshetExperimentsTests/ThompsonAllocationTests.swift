import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetExperiments

/// Who gets how many users next.
@Suite struct ThompsonAllocationTests {
    /// The sums of a window in which so many users each saw one answer, and clicked with a chance.
    private static func window(_ users: [Int], _ rates: [Double], _ random: inout RandomSource) -> [ArmSums] {
        zip(users, rates).map { count, rate in
            var sums = ArmSums()
            for _ in 0..<count {
                var unit = UnitTotals()
                sums.add(random.happens(rate) ? 1 : 0, to: &unit)
            }
            return sums
        }
    }

    @Test func withoutDataAllAreAlike() {
        var random = RandomSource(seed: 1)
        let none = ThompsonAllocation(windows: [], variants: 4, floor: 0.1, random: &random)
        #expect(none.arms.map(\.share) == [0.25, 0.25, 0.25, 0.25])
    }

    /// With two variants the chance is that of a normal difference being above zero.
    @Test func theChanceIsThatOfBeingTheBest() throws {
        var random = RandomSource(seed: 2)
        let windows = [Self.window([2_000, 2_000], [0.1, 0.11], &random)]
        let allocation = ThompsonAllocation(windows: windows, variants: 2, floor: 0.05, random: &random)
        let arm = allocation.arms[1]
        let z = try #require(arm.difference) / #require(arm.deviation)
        #expect(abs(arm.chance - NormalDistribution.cumulative(z)) < 0.03)
        #expect(abs(arm.share - (0.05 + 0.9 * arm.chance)) < 1e-12)
        #expect(abs(allocation.arms.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    }

    /// The best of three gets most users; nobody is starved, and it earns more than equal shares.
    @Test func theBestGetsMostUsers() {
        var random = RandomSource(seed: 3)
        let rates = [0.10, 0.10, 0.14]
        var windows: [[ArmSums]] = []
        var shares = [1.0 / 3, 1.0 / 3, 1.0 / 3]
        var clicks = 0.0
        for _ in 0..<30 {
            windows.append(Self.window(shares.map { Int($0 * 1_000) }, rates, &random))
            clicks += windows.last?.reduce(0) { $0 + $1.numerator } ?? 0
            let next = ThompsonAllocation(windows: windows.suffix(14), variants: 3, floor: 0.05, random: &random)
            shares = next.arms.map(\.share)
            #expect(shares.allSatisfy { $0 >= 0.05 - 1e-12 })
        }
        #expect(shares[2] > 0.8)
        #expect(clicks > 30_000 * 0.125)
    }

    /// A good day on which the worse had nearly all users does not make it the better one.
    @Test func goodDaysAreNobodysMerit() {
        var random = RandomSource(seed: 4)
        let windows = [
            Self.window([9_000, 1_000], [0.30, 0.33], &random), Self.window([1_000, 9_000], [0.05, 0.08], &random),
        ]
        let pooled = (0..<2).map { place in windows.reduce(ArmSums()) { $0 + $1[place] }.ratio ?? 0 }
        #expect(pooled[0] > pooled[1], "taken together the worse looks better")
        let allocation = ThompsonAllocation(windows: windows, variants: 2, floor: 0.05, random: &random)
        #expect(allocation.arms[1].chance > 0.95)
    }

    @Test func lessMayBeBetter() {
        var random = RandomSource(seed: 5)
        let windows = [Self.window([3_000, 3_000], [0.3, 0.2], &random)]
        let allocation = ThompsonAllocation(
            windows: windows,
            variants: 2,
            isHigherBetter: false,
            floor: 0,
            random: &random
        )
        #expect(allocation.arms[1].share > 0.99)
    }
}
