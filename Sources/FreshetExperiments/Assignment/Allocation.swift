/// Who gets which variant: a run of buckets for each, found by hashing, so that nobody has to be remembered.
///
/// Every variant has a home, a run of buckets as wide as its first weight, and fills it from its beginning. With two equal
/// variants and half of all units covered, the runs are [0, .25) and [.5, .75). A change of weights or coverage makes a run
/// longer or shorter inside its home. So units come in or drop out, but nobody ever goes from one variant to another.
///
/// A variant cannot outgrow its home: where weights ask for it, all runs are shortened in proportion, and
/// ``coverage`` is below what was asked. Two equal variants changed to .9 and .1 cover at most .5 / .9 = 56% of the units.
public struct Allocation: Sendable, Equatable {
    /// The run of each variant.
    public let ranges: [BucketRange]
    /// The share of all units that take part.
    public let coverage: Double
    private let seed: String

    /// Lays out the runs.
    ///
    /// - Parameters:
    ///   - seed: what is hashed with the unit.
    ///   - homes: the share of all units that each variant may have; together 1.
    ///   - weights: each variant's share of those that take part; together 1.
    ///   - coverage: the share of all units that should take part.
    init(seed: String, homes: [Double], weights: [Double], coverage: Double) {
        self.seed = seed
        let possible = zip(homes, weights).reduce(coverage) { $1.1 > 0 ? min($0, $1.0 / $1.1) : $0 }
        self.coverage = possible
        let buckets = Double(AssignmentHash.buckets)
        var start = 0.0
        ranges = zip(homes, weights).map { home, weight in
            let first = Int((start * buckets).rounded())
            start += home
            let end = Int((start * buckets).rounded())
            return BucketRange(from: first, to: min(first + Int((possible * weight * buckets).rounded()), end))
        }
    }

    /// The place of a unit's variant, or `nil` for a unit that does not take part.
    public func variant(of unit: String) -> Int? {
        let bucket = AssignmentHash.bucket(seed: seed, unit: unit)
        return ranges.firstIndex { $0.contains(bucket) }
    }

    /// The share of those who take part that each variant should have: what a ``SampleRatioCheck`` expects.
    public var shares: [Double] {
        let total = Double(ranges.reduce(0) { $0 + $1.count })
        return ranges.map { total > 0 ? Double($0.count) / total : 0 }
    }
}
