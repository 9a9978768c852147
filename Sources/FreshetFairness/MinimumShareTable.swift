import FreshetCore

/// How many items of a protected group the first places of a ranking must hold at least: FA*IR (Zehlike and others,
/// "FA*IR: A Fair Top-k Ranking Algorithm", CIKM 2017).
///
/// Were every place filled by a coin that falls on the group with chance `p`, the first `i` places would hold `m` or
/// fewer of it with the chance `F(m; i, p)` of the binomial distribution. A ranking fails the test at place `i` when
/// that chance is at most the significance `α`. So the minimum at `i` is the smallest `m` with `F(m; i, p) > α`.
///
/// A ranking is tested at all its places at once, and a fair one fails somewhere with a chance above `α`:
/// ``failureProbability``. ``adjusted(places:share:significance:)`` chooses the table for which that chance comes
/// nearest to the significance that was asked for.
public struct MinimumShareTable: Sendable, Equatable, Codable {
    /// The largest number of places of a table: the work grows with its square.
    public static let maximumPlaces = 1000

    /// The minimum among the first `i + 1` places, by `i`; never falls.
    public let minimums: [Int]
    /// The chance with which a fair coin gives a place to the group: `p`.
    public let share: Double
    /// The significance of the test at each place: `α`, or the adjusted one.
    public let significance: Double

    /// Makes the table for a test at each place alone.
    ///
    /// - Parameters:
    ///   - places: the length of the ranking, from 1 to ``maximumPlaces``.
    ///   - share: the group's share that is wanted, between 0 and 1 exclusive.
    ///   - significance: the chance of failing at one place, between 0 and 1 exclusive.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage` when a value is out of range.
    public init(places: Int, share: Double, significance: Double) throws {
        try Self.check(places, share, significance)
        self.init(BinomialTable(trials: places, chance: share), significance: significance)
    }

    private init(_ binomial: BinomialTable, significance: Double) {
        share = binomial.chance
        self.significance = significance
        minimums = binomial.minimums(significance: significance)
    }

    /// Makes the table whose ``failureProbability`` is nearest to a significance, the lower one of two that are as near.
    ///
    /// Exact: a table changes only where `α` passes a value of a binomial distribution, and the chance to fail grows
    /// with `α`, so those values are searched by halves. ``significance`` is the least that gives the table, or what was
    /// asked for where no adjustment is needed.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage` when a value is out of range.
    public static func adjusted(places: Int, share: Double, significance: Double) throws -> MinimumShareTable {
        try check(places, share, significance)
        let binomial = BinomialTable(trials: places, chance: share)
        let thresholds = [0] + binomial.cumulatives(atMost: significance) + [significance]
        func table(_ place: Int) -> MinimumShareTable { MinimumShareTable(binomial, significance: thresholds[place]) }
        var (low, high) = (0, thresholds.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if table(middle).failureProbability <= significance { low = middle } else { high = middle }
        }
        let below = table(low)
        guard high < thresholds.count else { return below }
        let above = table(high)
        let isNearer = above.failureProbability - significance < significance - below.failureProbability
        return isNearer ? above : below
    }

    /// The chance that a ranking drawn by the fair coin fails at any place; exact, in time `O(places²)`.
    public var failureProbability: Double {
        // chances[m]: that no place has failed so far and the group has m of them.
        var chances = [Double](repeating: 0, count: minimums.count + 1)
        chances[0] = 1
        for (place, minimum) in minimums.enumerated() {
            for count in stride(from: place + 1, through: 0, by: -1) {
                let before = count == 0 ? 0 : chances[count - 1]
                chances[count] = count < minimum ? 0 : chances[count] * (1 - share) + before * share
            }
        }
        return max(0, 1 - chances.reduce(0, +))
    }

    /// Whether a ranking has the minimum at every place that both have.
    /// - Parameter isProtected: whether each place's item is of the group, the best first.
    /// - Returns: whether none of those places is short of the group.
    public func isFulfilled(by isProtected: some Sequence<Bool>) -> Bool {
        var count = 0
        for (minimum, isProtected) in zip(minimums, isProtected) {
            if isProtected { count += 1 }
            if count < minimum { return false }
        }
        return true
    }

    /// The order that fulfils the table and moves nothing that it need not.
    ///
    /// Each place goes to the best candidate that is left, or to the best of the group where the minimum would not be
    /// met otherwise. When the group has none left, the best others fill the places. Within the group, and outside it,
    /// the order stays. Beyond the table's places the order is that of the candidates.
    /// - Parameter isProtected: whether each candidate is of the group, the best first.
    /// - Returns: the candidates' positions in their new order, each once.
    public func order(_ isProtected: [Bool]) -> [Int] {
        var order: [Int] = []
        order.reserveCapacity(isProtected.count)
        var taken = [Bool](repeating: false, count: isProtected.count)
        var (best, bestProtected, count) = (0, 0, 0)
        for place in isProtected.indices {
            while taken[best] { best += 1 }
            while bestProtected < taken.count, taken[bestProtected] || !isProtected[bestProtected] {
                bestProtected += 1
            }
            let isShort = place < minimums.count && count < minimums[place]
            let next = isShort && bestProtected < taken.count ? bestProtected : best
            taken[next] = true
            if isProtected[next] { count += 1 }
            order.append(next)
        }
        return order
    }

    private static func check(_ places: Int, _ share: Double, _ significance: Double) throws {
        try SettingRange.check("places", places, in: 1...maximumPlaces)
        let inside = Double.leastNormalMagnitude...1.0.nextDown
        try SettingRange.check("share", share, in: inside)
        try SettingRange.check("significance", significance, in: inside)
    }
}
