import Foundation

/// Several models' figures side by side: a row a model, a column a metric, the best of each column marked.
///
/// A figure stands with half its interval, `0.1589 ±0.0063`. Sampled figures never compete with full ones.
public struct ComparisonTable: Sendable {
    /// The metrics that are shown unless others are asked for.
    public static let standardMetrics = ["ndcg@10", "hr@10", "mrr@10", "coverage@10", "gini@10", "novelty@10"]
    /// The metrics of rating models.
    public static let ratingMetrics = ["rmse", "mae", "accuracy", "f1", "auc"]

    /// The keys of the columns.
    public let metrics: [String]
    /// The rows.
    public let results: [EvaluationResult]

    /// Creates a table.
    ///
    /// - Parameters:
    ///   - results: the models' figures.
    ///   - metrics: the keys of the columns; `nil` takes the standard ones that any of the results has.
    public init(_ results: [EvaluationResult], metrics: [String]? = nil) {
        self.results = results
        let standard = (Self.standardMetrics + Self.ratingMetrics).filter { key in
            results.contains { $0.metrics[key] != nil }
        }
        self.metrics = metrics ?? standard
    }

    /// The name of a row.
    public func name(of result: EvaluationResult) -> String {
        (result.model ?? "model") + (result.sampled.map { " [sampled \($0)]" } ?? "")
    }

    /// Whether a row has the best value of a column; among equals all have.
    public func isBest(_ row: Int, metric key: String) -> Bool {
        let result = results[row]
        let rivals = results.filter { $0.sampled == result.sampled }.compactMap { $0.metrics[key]?.value }
        guard let metric = Metric.parse(key)?.metric, let value = result.metrics[key]?.value else { return false }
        guard rivals.count > 1 else { return false }
        switch metric.direction {
        case .higher: return value == rivals.max()
        case .lower: return value == rivals.min()
        case .neither: return false
        }
    }

    /// The table in aligned columns; `*` marks the best.
    public var text: String {
        var lines = [["model"] + metrics.map { Metric.label(of: $0) }]
        for (row, result) in results.enumerated() {
            lines.append(
                [name(of: result)]
                    + metrics.map { key in
                        guard let estimate = result.metrics[key] else { return "–" }
                        return "\(isBest(row, metric: key) ? "*" : "")\(Self.format(estimate.value)) "
                            + "±\(Self.format(estimate.margin))"
                    }
            )
        }
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let text = lines.map { cells in
            cells.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }.joined(separator: "   ")
        }
        return text.joined(separator: "\n") + "\n"
    }

    /// The table in Markdown; the best figures are bold.
    public var markdown: String {
        var lines = [
            "| model | " + metrics.map { Metric.label(of: $0) }.joined(separator: " | ") + " |",
            "| --- |" + String(repeating: " ---: |", count: metrics.count),
        ]
        for (row, result) in results.enumerated() {
            let cells = metrics.map { key in
                guard let estimate = result.metrics[key] else { return "–" }
                let value = Self.format(estimate.value)
                return "\(isBest(row, metric: key) ? "**\(value)**" : value) ±\(Self.format(estimate.margin))"
            }
            lines.append("| \(name(of: result)) | \(cells.joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A figure with four decimals, fewer when it is large.
    static func format(_ value: Double) -> String {
        switch abs(value) {
        case ..<10: String(format: "%.4f", value)
        case ..<100: String(format: "%.2f", value)
        default: String(format: "%.0f", value)
        }
    }
}
