import Foundation
import FreshetCore

/// How much two lists for one user have in common.
public enum ListOverlap {
    /// The share of the items of either list that stand in both: 1 for the same items in any order, 0 for none in common.
    ///
    /// Two empty lists are the same.
    public static func jaccard(_ first: [ItemIndex], _ second: [ItemIndex]) -> Double {
        let (first, second) = (Set(first), Set(second))
        let union = first.union(second).count
        return union == 0 ? 1 : Double(first.intersection(second).count) / Double(union)
    }

    /// The rank-biased overlap of two lists, extrapolated from what they show (Webber, Moffat and Zobel, "A similarity measure
    /// for indefinite rankings", ACM TOIS 2010, equation 32): 1 for equal lists, 0 for lists without a common item.
    ///
    /// With `p` the chance that a reader goes on to the next place, it is the share of common items that they have seen when
    /// they stop, so the first places weigh most; at 0.9 the first ten have 86% of the weight.
    ///
    /// - Parameters:
    ///   - first: a list, the best item first, each once.
    ///   - second: another; its length may differ.
    ///   - persistence: `p`, between 0 and 1.
    /// - Returns: the overlap; 1 for two empty lists, 0 where only one is empty.
    public static func rankBiased(_ first: [ItemIndex], _ second: [ItemIndex], persistence: Double = 0.9) -> Double {
        precondition(persistence > 0 && persistence < 1, "a persistence of \(persistence)")
        let (short, long) = first.count <= second.count ? (first, second) : (second, first)
        guard !short.isEmpty else { return long.isEmpty ? 1 : 0 }
        let s = Double(short.count)
        var (shortSeen, longSeen) = (Set<ItemIndex>(), Set<ItemIndex>())
        var (common, commonOfShort, sum, power) = (0.0, 0.0, 0.0, 1.0)
        for depth in 1...long.count {
            let d = Double(depth)
            power *= persistence
            let item = long[depth - 1]
            longSeen.insert(item)
            if shortSeen.contains(item) { common += 1 }
            if depth <= short.count {
                let other = short[depth - 1]
                shortSeen.insert(other)
                if longSeen.contains(other) { common += 1 }
            }
            if depth == short.count { commonOfShort = common }
            sum += common / d * power
            // Below its end the short list is taken to agree as it did up to there.
            if depth > short.count { sum += commonOfShort * (d - s) / (s * d) * power }
        }
        let l = Double(long.count)
        return (1 - persistence) / persistence * sum + ((common - commonOfShort) / l + commonOfShort / s) * power
    }
}
