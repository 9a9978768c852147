import FreshetCore
import FreshetEvaluation
import FreshetTensor

/// What `freshet cross-validate` found.
struct CrossValidationReport: Encodable {
    let model: String
    let folds: Int
    let by: String
    /// The figures over the folds, by key.
    let metrics: [String: FoldFigure]
    let comparison: FoldComparison?

    init(model: String, folds: Int, by: String, results: [EvaluationResult], comparison: FoldComparison?) {
        (self.model, self.folds, self.by, self.comparison) = (model, folds, by, comparison)
        let keys = results.first.map { Set($0.metrics.keys) } ?? []
        metrics = Dictionary(
            uniqueKeysWithValues: keys.compactMap { key in
                let values = results.compactMap { $0.metrics[key]?.value }
                // Of one class only there is no AUC, and a mean over some of the folds would be another figure.
                return values.count == results.count ? (key, FoldFigure(FoldStatistics(values))) : nil
            }
        )
    }

    /// The figure of a metric over the folds.
    struct FoldFigure: Encodable {
        let mean: Double
        let deviation: Double
        let folds: [Double]

        init(_ statistics: FoldStatistics) {
            (mean, deviation, folds) = (statistics.mean, statistics.deviation, statistics.folds)
        }
    }

    var words: String {
        var table = ConsoleTable(header: [model, "mean", "deviation"] + (1...folds).map { "fold \($0)" })
        for metric in Metric.allCases {
            let keys = metrics.keys.filter { Metric.parse($0)?.metric == metric }
            let sorted = keys.sorted { (Metric.parse($0)?.cutoff ?? 0) < (Metric.parse($1)?.cutoff ?? 0) }
            for (key, figure) in sorted.compactMap({ key in metrics[key].map { (key, $0) } }) {
                let numbers = [figure.mean, figure.deviation] + figure.folds
                table.rows.append([Metric.label(of: key)] + numbers.map { Words.decimal($0, 4) })
            }
        }
        let parts = ["\(folds) folds of \(by), each judged by a model that learned from the others."]
        return (parts + [table.text] + (comparison.map { [$0.words] } ?? [])).joined(separator: "\n\n")
    }
}

/// The difference of two models on the same folds.
struct FoldComparison: Encodable {
    let against: String
    let metric: String
    /// The other model's figure on each fold.
    let other: [Double]
    /// This model's figure less the other's, over folds.
    let overFolds: FoldStatistics
    /// The same over the users of all folds together.
    let overUsers: PairedComparison

    init(
        _ results: [EvaluationResult],
        against others: [EvaluationResult],
        metric: String,
        seed: UInt64,
        pool: ThreadPool
    ) throws {
        let own = results.compactMap { $0.metrics[metric]?.value }
        let other = others.compactMap { $0.metrics[metric]?.value }
        (against, self.metric, self.other) = (others.first?.model ?? "", metric, other)
        overFolds = FoldStatistics(zip(own, other).map { $0 - $1 })
        overUsers = try PairedComparison(
            of: Self.joined(results, metric),
            against: Self.joined(others, metric),
            metric: metric,
            seed: seed,
            pool: pool
        )
    }

    /// The users of all folds, each with its own number.
    private static func joined(_ results: [EvaluationResult], _ metric: String) -> EvaluationResult {
        var whole = EvaluationResult(model: results.first?.model, method: "", users: 0, metrics: [:])
        for result in results {
            let count = whole.userValues.users.count
            whole.userValues.users += result.userValues.users.indices.map { count + $0 }
            whole.userValues.values[metric, default: []] += result.userValues.values[metric] ?? []
        }
        return whole
    }

    var words: String {
        let p = overFolds.p.map { "p = \(Words.decimal($0, 4))" } ?? "no two folds differ"
        return """
            Against \(against), \(Metric.label(of: metric)): \(Words.decimal(overFolds.mean, 4)) over folds, deviation \
            \(Words.decimal(overFolds.deviation, 4)), \(p) (corrected resampled t-test).
            Over users: \(overUsers.text)
            """
    }
}
