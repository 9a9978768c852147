import FreshetCore
import FreshetData
import FreshetTensor

/// Scores recommendation lists, ours or anybody's, against what the users chose.
///
/// Every user of the truth counts: one without a list, or whose items are not in it, is a miss. An item that stands in
/// a list twice counts where it stands first, and its second place is lost.
public enum RankingEvaluation {
    /// Scores lists of dense item numbers.
    ///
    /// - Parameters:
    ///   - recommendations: each user's list, best first; empty for a user who got none.
    ///   - relevant: each user's relevant items, at least one.
    ///   - catalogue: popularity and likeness of the items, for coverage, Gini, novelty, diversity and item segments.
    ///   - historyLengths: how many events each user had before, for the user segments.
    ///   - users: who the users are, for paired tests; `nil` numbers them.
    ///   - options: cutoffs and intervals.
    ///   - pool: the threads.
    /// - Returns: every figure with its interval, by segment too, and each user's own values.
    /// - Throws: ``FreshetError`` when an option is out of range, a user has nothing relevant or there is no user.
    public static func evaluate(
        recommendations: [[ItemIndex]],
        relevant: [[ItemIndex]],
        catalogue: CatalogueStatistics? = nil,
        historyLengths: [Int] = [],
        users: [Int]? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws -> EvaluationResult {
        try options.validate()
        precondition(
            recommendations.count == relevant.count,
            "\(recommendations.count) lists, \(relevant.count) truths"
        )
        try requireTargets(relevant)
        let depth = options.cutoffs.max() ?? 0
        let targets = relevant.map(distinct)
        let ranked = RankedUsers(
            users: users ?? Array(relevant.indices),
            targets: targets,
            ranks: zip(recommendations, targets).map(ranks),
            lists: recommendations.map { distinct(Array($0.prefix(depth))) },
            historyLengths: historyLengths
        )
        let missing = recommendations.count { $0.isEmpty }
        var method = "Recommendation lists against the items chosen by \(relevant.count) users."
        if missing > 0 { method += " \(missing) of them have no list and count as misses." }
        let summary = RankingSummary(ranked: ranked, catalogue: catalogue, options: options, pool: pool)
        return summary.result(method: method)
    }

    /// Refuses a truth with nobody in it, or with a user who chose nothing.
    static func requireTargets(_ relevant: [[ItemIndex]]) throws {
        guard !relevant.isEmpty else {
            throw FreshetError(.invalidData, "There is no user to evaluate.", remedy: "Hold out some events first.")
        }
        guard let row = relevant.firstIndex(where: \.isEmpty) else { return }
        throw FreshetError(.invalidData, "User number \(row) of the truth has no relevant item.")
    }

    static func distinct(_ items: [ItemIndex]) -> [ItemIndex] {
        guard items.count > 1 else { return items }
        var seen = Set<ItemIndex>()
        return items.filter { seen.insert($0).inserted }
    }

    private static func ranks(of list: [ItemIndex], targets: [ItemIndex]) -> [Int] {
        targets.map { target in list.firstIndex(of: target).map { $0 + 1 } ?? RankedUsers.unranked }
    }
}
