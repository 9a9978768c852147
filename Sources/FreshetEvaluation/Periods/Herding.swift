import FreshetCore

/// Chooses exemplars whose mean stays near the mean of all, greedily (Welling, 2009; Rebuffi and others, "iCaRL",
/// CVPR 2017, algorithm 4), a number for each class in proportion to its frequency (Mi and others, "ADER", RecSys 2020).
public enum Herding {
    /// Chooses among candidates.
    ///
    /// - Parameters:
    ///   - capacity: how many exemplars there may be in all.
    ///   - classes: the class of each of `N` candidates, such as its item.
    ///   - features: the vector of each, `[N, C]`.
    /// - Returns: the chosen candidates' numbers.
    public static func choose(_ capacity: Int, classes: [ItemIndex], features: [Float]) -> [Int] {
        guard !classes.isEmpty, capacity > 0 else { return [] }
        if classes.count <= capacity { return Array(classes.indices) }
        let C = features.count / classes.count
        let members = Dictionary(grouping: classes.indices) { classes[$0] }
        var chosen: [Int] = []
        for (item, quota) in quotas(capacity, members.mapValues(\.count)) {
            chosen += herd(members[item] ?? [], quota, features, C)
        }
        return chosen.sorted()
    }

    /// How many exemplars each class gets: its share of the candidates, the largest remainders rounded up.
    private static func quotas(_ capacity: Int, _ counts: [ItemIndex: Int]) -> [(ItemIndex, Int)] {
        let total = counts.values.reduce(0, +)
        var quotas = counts.sorted { $0.key < $1.key }.map { item, count in
            (item: item, whole: capacity * count / total, rest: capacity * count % total)
        }
        var left = capacity - quotas.reduce(0) { $0 + $1.whole }
        for place in quotas.indices.sorted(by: { (quotas[$0].rest, $1) > (quotas[$1].rest, $0) }) where left > 0 {
            quotas[place].whole += 1
            left -= 1
        }
        return quotas.map { ($0.item, $0.whole) }
    }

    private static func herd(_ members: [Int], _ quota: Int, _ features: [Float], _ C: Int) -> [Int] {
        guard quota < members.count else { return members }
        var mean = [Float](repeating: 0, count: C)
        for member in members {
            for c in 0..<C { mean[c] += features[member * C + c] / Float(members.count) }
        }
        // The next exemplar is the one that brings the sum nearest to `k · mean`, as in the cited algorithm.
        var (wanted, rest, chosen) = (mean, members, [Int]())
        for _ in 0..<quota {
            var (best, nearest) = (0, Float.infinity)
            for (place, member) in rest.enumerated() {
                var distance: Float = 0
                for c in 0..<C {
                    let difference = wanted[c] - features[member * C + c]
                    distance += difference * difference
                }
                if distance < nearest { (best, nearest) = (place, distance) }
            }
            let member = rest.remove(at: best)
            chosen.append(member)
            for c in 0..<C { wanted[c] += mean[c] - features[member * C + c] }
        }
        return chosen
    }
}
