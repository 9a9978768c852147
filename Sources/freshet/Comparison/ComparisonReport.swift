import Foundation
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetReport

/// What `freshet compare` found, as a table, as JSON and as a page.
struct ComparisonReport {
    private static let columns = ["ndcg@10", "hr@10", "mrr@10", "coverage@10", "novelty@10"]

    let source: String
    let statistics: DatasetStatistics
    /// The models in the order of the main metric, the best first.
    let models: [ComparedModel]
    /// The best against every other, in their order.
    let comparisons: [PairedComparison]
    let stories: [CustomerStory]
    let metric: String
    let catalogue: CatalogueStatistics
    let facts: [ReportFact]

    /// The one table: a row a model, the best first.
    var table: String {
        let shown = Self.columns.filter { key in models.contains { $0.result.metrics[key] != nil } }
        let marks = ComparisonTable(models.map(\.result), metrics: shown)
        var table = ConsoleTable(header: ["model"] + shown.map(Metric.label(of:)) + ["training", "against the best"])
        for (row, model) in models.enumerated() {
            let cells = shown.map { key in
                model.result.metrics[key].map { (marks.isBest(row, metric: key) ? "*" : "") + EvaluationTable.cell($0) }
                    ?? "–"
            }
            let verdict = row == 0 ? "best" : Self.verdict(comparisons[row - 1])
            table.rows.append(
                [model.choice.title] + cells + [Words.duration(model.manifest.trainSeconds), verdict]
            )
        }
        return table.text
    }

    /// Everything for the terminal.
    var words: String {
        guard let best = models.first else { return "" }
        let customers = stories.map { CustomerStories.words($0, model: best.choice.title) }
        return
            ([
                table,
                "± is half a 95% bootstrap interval over users; * the best of a column; p is the chance of such a difference "
                    + "in \(Metric.label(of: metric)) between equal models (randomization test on the same users).\n"
                    + best.result.method,
            ] + customers).joined(separator: "\n\n")
    }

    /// The page.
    var document: ReportDocument {
        ReportDocument(
            title: source,
            subtitle: subtitle,
            statistics: statisticsFacts,
            results: models.map(\.result),
            comparisons: comparisons,
            curves: models.filter { !$0.manifest.epochs.isEmpty }
                .map { TrainingCurve(model: $0.choice.title, epochs: $0.manifest.epochs) },
            itemEvents: catalogue.eventCounts,
            customers: stories,
            configuration: facts,
            settings: models.map { ModelSettings(model: $0.choice.title, json: $0.manifest.configurationJSON) },
            mainMetric: metric
        )
    }

    /// The figures as JSON.
    func json(folder: String, page: String) -> some Encodable {
        ComparisonJSON(
            source: source,
            statistics: statistics,
            metric: metric,
            best: models.first?.choice.title,
            results: models.map(\.result),
            training: models.map { TrainReport(manifest: $0.manifest, snapshot: "\(folder)/\($0.choice.folderName)") },
            comparisons: comparisons,
            report: page,
            peakMemoryBytes: PeakMemory.bytes
        )
    }

    private static func verdict(_ comparison: PairedComparison) -> String {
        let p = comparison.randomizationP < 0.001 ? "p < 0.001" : "p = \(Words.decimal(comparison.randomizationP, 3))"
        let sign = comparison.difference.value > 0 ? "-" : "+"
        return "\(sign)\(Words.decimal(abs(comparison.difference.value), 4)), \(p)"
    }

    private var subtitle: String {
        guard let range = statistics.timeRange else { return "" }
        return "Events of \(Words.date(range.first.seconds)) to \(Words.date(range.last.seconds))"
    }

    private var statisticsFacts: [ReportFact] {
        [
            ReportFact("Users", Words.count(statistics.users)),
            ReportFact("Items", Words.count(statistics.items)),
            ReportFact("Events", Words.count(statistics.events)),
            ReportFact(
                "Events a user",
                "\(Words.count(Int(statistics.eventsPerUser.median))) median, "
                    + "\(Words.count(Int(statistics.eventsPerUser.maximum))) most"
            ),
            ReportFact("Density", "\(Words.decimal(statistics.density * 100, 2))%"),
            ReportFact("Repeated items", "\(Words.decimal(statistics.repeatShare * 100, 1))%"),
        ]
            + (statistics.timeRange.map {
                [ReportFact("From", Words.date($0.first.seconds)), ReportFact("To", Words.date($0.last.seconds))]
            } ?? [])
    }
}

/// What `freshet compare --json` writes.
private struct ComparisonJSON: Encodable {
    let source: String
    let statistics: DatasetStatistics
    let metric: String
    let best: String?
    let results: [EvaluationResult]
    let training: [TrainReport]
    let comparisons: [PairedComparison]
    let report: String
    let peakMemoryBytes: Int
}
