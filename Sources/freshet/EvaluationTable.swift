import FreshetEvaluation

/// The figures of an evaluation as tables of words: a row a metric, a column a cutoff.
struct EvaluationTable {
    private let result: EvaluationResult

    init(_ result: EvaluationResult) { self.result = result }

    var text: String {
        let parsed = result.metrics.compactMap { key, value in
            Metric.parse(key).map { (metric: $0.metric, cutoff: $0.cutoff, value: value) }
        }
        let cutoffs = Set(parsed.compactMap(\.cutoff)).sorted()
        var table = ConsoleTable(header: [result.model ?? "metric"] + cutoffs.map { "@\($0)" })
        var single = ConsoleTable(header: ["metric", "value"])
        for metric in Metric.allCases {
            let values = parsed.filter { $0.metric == metric }
            if let value = values.first(where: { $0.cutoff == nil })?.value {
                single.rows.append([metric.label, Self.cell(value)])
            }
            guard values.contains(where: { $0.cutoff != nil }) else { continue }
            table.rows.append(
                [metric.label]
                    + cutoffs.map { cutoff in values.first { $0.cutoff == cutoff }.map { Self.cell($0.value) } ?? "" }
            )
        }
        var parts = [result.method]
        if !table.rows.isEmpty { parts.append(table.text) }
        if !single.rows.isEmpty { parts.append(single.text) }
        if !result.segments.isEmpty { parts.append(segments) }
        return parts.joined(separator: "\n\n")
    }

    /// A figure with half its interval.
    static func cell(_ estimate: Estimate) -> String {
        let decimals = abs(estimate.value) <= 1 ? 4 : abs(estimate.value) < 100 ? 2 : 0
        return "\(Words.decimal(estimate.value, decimals)) ±\(Words.decimal(estimate.margin, decimals))"
    }

    private var segments: String {
        let keys = ["ndcg@10", "hr@10"].filter { key in result.segments.contains { $0.metrics[key] != nil } }
        var table = ConsoleTable(header: ["segment", "users"] + keys.map(Metric.label(of:)))
        for segment in result.segments {
            let cells = keys.map { segment.metrics[$0].map(Self.cell) ?? "" }
            table.rows.append(["\(segment.name): \(segment.definition)", Words.count(segment.users)] + cells)
        }
        return table.text
    }
}
