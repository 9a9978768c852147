import FreshetCore

/// What a model did for each user, from which all ranking figures follow.
///
/// Every array is by row, one row a user.
struct RankedUsers {
    /// Stands for the rank of a relevant item that was not ranked at all.
    static let unranked = Int.max

    /// Who the users are.
    var users: [Int]
    /// The relevant items.
    var targets: [[ItemIndex]]
    /// The rank of each target from 1, or ``unranked``.
    var ranks: [[Int]]
    /// How many items were ranked, or empty when that is not known.
    var candidateCounts: [Int] = []
    /// The first items of each ranking, or empty when lists were not made.
    var lists: [[ItemIndex]] = []
    /// How many events each user had before, or empty when that is not known.
    var historyLengths: [Int] = []

    var count: Int { users.count }

    /// The accuracy metrics of every user, only the targets that `isTarget` lets through being relevant.
    func accuracyTable(cutoffs: [Int], isTarget: ((ItemIndex) -> Bool)? = nil) -> ValueTable {
        var keys = cutoffs.flatMap { cutoff in
            RankingMetrics(ranks: [], relevantCount: 1, cutoff: cutoff).named.map { $0.0.key(at: cutoff) }
        }
        keys.append(Metric.mrr.key())
        let hasArea = !candidateCounts.isEmpty
        if hasArea { keys.append(Metric.auc.key()) }
        var table = ValueTable(keys: keys, rowCount: count)
        for row in 0..<count {
            let places = targets[row].indices.filter { isTarget?(targets[row][$0]) ?? true }
            let ranks = places.map { self.ranks[row][$0] }.filter { $0 != Self.unranked }.sorted()
            var cell = row * table.columnCount
            func put(_ value: Double) {
                table.values[cell] = Float(value)
                cell += 1
            }
            for cutoff in cutoffs {
                let metrics = RankingMetrics(ranks: ranks, relevantCount: places.count, cutoff: cutoff)
                for (_, value) in metrics.named { put(value) }
            }
            put(ranks.first.map { 1 / Double($0) } ?? 0)
            if hasArea {
                put(
                    RankingMetrics.areaUnderCurve(
                        ranks: ranks,
                        relevantCount: places.count,
                        candidateCount: candidateCounts[row]
                    )
                )
            }
        }
        return table
    }
}
