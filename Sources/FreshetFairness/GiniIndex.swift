/// How unevenly something is spread: half the mean difference of two values, relative to their mean (Gini, 1912).
public enum GiniIndex {
    /// The index of values that are at least 0.
    ///
    /// From 0, all the same, to `1 - 1 / n`, one has all; 0 where there is nothing to spread.
    public static func of(_ values: [Double]) -> Double {
        let total = values.reduce(0, +)
        guard total > 0 else { return 0 }
        let count = Double(values.count)
        let weighted = zip(1..., values.sorted()).reduce(0.0) { $0 + Double($1.0) * $1.1 }
        return max(0, 2 * weighted / (count * total) - (count + 1) / count)
    }
}
