import FreshetCore

/// How recommendations spread over the catalogue: coverage and the Gini index, with jackknife intervals.
///
/// The Gini index is `Σᵢ<ⱼ |cᵢ - cⱼ| / (V · Σ cᵢ)` over how often each of the `V` items is recommended, those never
/// recommended included. Both figures count distinct things, so a bootstrap resample, which leaves out a third of the
/// users, is off systematically; the delete-one jackknife (Tukey, 1958) is not. It is exact here, in time proportional
/// to the lists: taking a list away changes each of its items' count by one.
struct Concentration {
    private(set) var counts: [Int]
    /// How many items have a count below the position.
    private var below: [Int]
    private var pairDifferences: Int
    private var distinct: Int
    private var total: Int

    /// Counts the first `cutoff` items of all lists.
    init(lists: [[ItemIndex]], cutoff: Int, itemCount: Int) {
        counts = [Int](repeating: 0, count: itemCount)
        for list in lists {
            for item in list.prefix(cutoff) { counts[item.position] += 1 }
        }
        let sorted = counts.sorted()
        total = sorted.reduce(0, +)
        distinct = counts.count { $0 > 0 }
        below = [Int](repeating: 0, count: (sorted.last ?? 0) + 2)
        for count in sorted { below[count + 1] += 1 }
        for count in 1..<below.count { below[count] += below[count - 1] }
        pairDifferences = sorted.enumerated().reduce(0) { $0 + $1.element * (2 * $1.offset - itemCount + 1) }
    }

    var coverage: Double { Double(distinct) / Double(max(counts.count, 1)) }

    var gini: Double {
        total == 0 ? 0 : Double(pairDifferences) / (Double(counts.count) * Double(total))
    }

    /// Both figures, with `deviations` jackknife standard errors to either side, inside `0 ... 1`.
    mutating func estimates(
        lists: [[ItemIndex]],
        cutoff: Int,
        deviations: Double
    ) -> (coverage: Estimate, gini: Estimate) {
        let without = lists.map { list in
            list.prefix(cutoff).forEach { remove($0.position) }
            defer { list.prefix(cutoff).reversed().forEach { restore($0.position) } }
            return (coverage, gini)
        }
        return (
            Self.interval(coverage, without: without.map(\.0), deviations: deviations),
            Self.interval(gini, without: without.map(\.1), deviations: deviations)
        )
    }

    private mutating func remove(_ item: Int) {
        let count = counts[item]
        let smaller = below[count]
        // The gap grows to the others with at least this count and shrinks to those with less.
        pairDifferences += (counts.count - smaller - 1) - smaller
        below[count] += 1
        counts[item] = count - 1
        total -= 1
        if count == 1 { distinct -= 1 }
    }

    private mutating func restore(_ item: Int) {
        let count = counts[item] + 1
        counts[item] = count
        below[count] -= 1
        let smaller = below[count]
        pairDifferences -= (counts.count - smaller - 1) - smaller
        total += 1
        if count == 1 { distinct += 1 }
    }

    private static func interval(_ value: Double, without: [Double], deviations: Double) -> Estimate {
        let n = Double(without.count)
        guard n > 1 else { return Estimate(value: value, low: value, high: value) }
        let mean = without.reduce(0, +) / n
        let variance = without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * (n - 1) / n
        let reach = deviations * variance.squareRoot()
        return Estimate(value: value, low: max(0, value - reach), high: min(1, value + reach))
    }
}
