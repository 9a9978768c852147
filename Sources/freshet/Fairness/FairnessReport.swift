import FreshetEvaluation
import FreshetFairness

/// What `freshet audit fairness` found.
struct FairnessReport: Encodable {
    /// Lists with one correction, or none.
    struct Row: Encodable {
        let correction: String
        let isCalibration: Bool
        let validation: FairnessEvaluation
        let test: FairnessEvaluation

        enum CodingKeys: String, CodingKey {
            case correction, validation, test
        }
    }

    let model: String
    let length: Int
    /// Without a correction first.
    let rows: [Row]
    /// The least calibration that halves miscalibration on the validation events.
    let halving: String?

    init(model: String, length: Int, rows: [Row]) {
        (self.model, self.length, self.rows) = (model, length, rows)
        let before = rows[0].validation.miscalibration?.value
        halving = before.flatMap { before in
            rows.first { row in
                row.isCalibration && (row.validation.miscalibration?.value ?? before) <= before / 2
            }?.correction
        }
    }

    var words: String {
        let plain = rows[0].test
        var parts = ["\(model), the first \(length) items of \(Words.count(plain.users)) users.", figures]
        if let halving { parts.append(sentence(of: halving)) }
        parts += plain.quality.sorted { $0.key < $1.key }.map(quality)
        parts += plain.exposure.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map(exposure)
        parts.append(
            """
            ± is half a 95% bootstrap interval over users. Exposure counts 1 / log₂(1 + rank); items with several groups \
            count for each in parts. Lift: how much more popular lists are than histories.
            """
        )
        return parts.joined(separator: "\n\n")
    }

    private var figures: String {
        let name = "NDCG@\(length)"
        var table = ConsoleTable(
            header: ["correction", name, "change", "HR@\(length)", "miscalibration", "change", "Gini", "lift"]
        )
        let plain = rows[0].test
        for row in rows {
            let test = row.test
            table.rows.append([
                row.correction, EvaluationTable.cell(test.ndcg), Self.change(test.ndcg, from: plain.ndcg),
                EvaluationTable.cell(test.hitRate), test.miscalibration.map(EvaluationTable.cell) ?? "–",
                test.miscalibration.flatMap { own in plain.miscalibration.map { Self.change(own, from: $0) } } ?? "–",
                EvaluationTable.cell(test.gini), test.popularityLift.map(EvaluationTable.cell) ?? "–",
            ])
        }
        return table.text
    }

    private func sentence(of correction: String) -> String {
        guard let row = rows.first(where: { $0.correction == correction }) else { return "" }
        let plain = rows[0].test
        let distance = row.test.miscalibration.flatMap { own in
            plain.miscalibration.map { Self.change(own, from: $0) }
        }
        return """
            On the validation events \(correction) is the least that halves miscalibration; on the test events it changes \
            miscalibration by \(distance ?? "–") and NDCG@\(length) by \(Self.change(row.test.ndcg, from: plain.ndcg)).
            """
    }

    private func quality(_ attribute: String, _ quality: GroupQuality) -> String {
        var table = ConsoleTable(header: [attribute, "users", "NDCG@\(length)"])
        for group in quality.groups {
            table.rows.append([group.name, Words.count(group.users), EvaluationTable.cell(group.mean)])
        }
        return """
            \(table.text)
            Gap between '\(quality.best)' and '\(quality.worst)': \(EvaluationTable.cell(quality.gap)).
            """
    }

    private func exposure(_ attribute: String, _ rows: [FairnessEvaluation.Exposure]) -> String {
        var table = ConsoleTable(
            header: [attribute, "exposure", "of the catalogue", "exposure ÷ it", "of all events", "exposure ÷ it"]
        )
        for row in rows {
            table.rows.append([
                row.row.group,
                "\(Words.percent(row.share.value)) ±\(Words.decimal(100 * row.share.margin, 2))",
                Words.percent(row.row.catalogue), row.row.perCatalogue.map { Words.decimal($0, 2) } ?? "–",
                Words.percent(row.row.merit), row.row.perMerit.map { Words.decimal($0, 2) } ?? "–",
            ])
        }
        return table.text
    }

    private static func change(_ estimate: Estimate, from plain: Estimate) -> String {
        guard plain.value > 0 else { return "–" }
        let change = estimate.value / plain.value - 1
        return (change > 0 ? "+" : "") + Words.percent(change)
    }
}
