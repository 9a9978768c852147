import FreshetCore
import FreshetTensor

/// Makes the figures of an evaluation from what a model did for each user.
struct RankingSummary {
    let ranked: RankedUsers
    let catalogue: CatalogueStatistics?
    let options: EvaluationOptions
    let pool: ThreadPool

    func result(method: String) -> EvaluationResult {
        let bootstrap = Bootstrap(options, pool: pool)
        let cutoffs = Set(options.cutoffs).sorted()
        let accuracy = ranked.accuracyTable(cutoffs: cutoffs)
        var result = EvaluationResult(
            method: "\(method) \(bootstrap.description)",
            users: ranked.count,
            metrics: bootstrap.means(of: accuracy),
            segments: segments(cutoffs: cutoffs, bootstrap: bootstrap)
        )
        result.userValues.users = ranked.users
        result.userValues.add(accuracy)
        if let catalogue, !ranked.lists.isEmpty {
            addListMetrics(of: catalogue, cutoffs: cutoffs, bootstrap: bootstrap, to: &result)
        }
        return result
    }

    private func segments(cutoffs: [Int], bootstrap: Bootstrap) -> [SegmentResult] {
        var segments = Segment.byHistory(ranked, options: options)
        if let catalogue {
            segments += Segment.byPopularity(ranked, catalogue: catalogue, options: options)
        }
        return segments.filter { !$0.rows.isEmpty }.map { segment in
            let table = ranked.selecting(segment.rows).accuracyTable(cutoffs: cutoffs, isTarget: segment.isTarget)
            return SegmentResult(
                name: segment.name,
                definition: segment.definition,
                users: segment.rows.count,
                metrics: bootstrap.means(of: table)
            )
        }
    }

    private func addListMetrics(
        of catalogue: CatalogueStatistics,
        cutoffs: [Int],
        bootstrap: Bootstrap,
        to result: inout EvaluationResult
    ) {
        let table = ListMetrics(catalogue: catalogue, cutoffs: cutoffs).table(of: ranked.lists, pool: pool)
        result.metrics.merge(bootstrap.means(of: table)) { first, _ in first }
        result.userValues.add(table)
        let shown = cutoffs.contains(10) ? 10 : cutoffs[cutoffs.count - 1]
        let deviations = NormalDistribution.quantile(0.5 + options.confidence / 2)
        for cutoff in cutoffs {
            var spread = Concentration(lists: ranked.lists, cutoff: cutoff, itemCount: catalogue.itemCount)
            let estimates = spread.estimates(lists: ranked.lists, cutoff: cutoff, deviations: deviations)
            result.metrics[Metric.coverage.key(at: cutoff)] = estimates.coverage
            result.metrics[Metric.gini.key(at: cutoff)] = estimates.gini
            if cutoff == shown {
                result.recommendationCounts = spread.counts
                result.frequencyCutoff = cutoff
            }
        }
    }
}

extension UserValues {
    /// Takes in the columns of a table whose rows are these users.
    mutating func add(_ table: ValueTable) {
        for (column, key) in table.keys.enumerated() { values[key] = table.column(column) }
    }
}
