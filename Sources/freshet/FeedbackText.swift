import FreshetFeedback

/// Figures of feedback as a table for people.
struct FeedbackText {
    private let rows: [FeedbackRow]
    private let dimensions: [String]

    init(_ rows: [FeedbackRow], dimensions: [FeedbackDimension]) {
        self.rows = rows
        self.dimensions = dimensions.map(\.rawValue)
    }

    /// The main figures with half their intervals; a dash where there is no data.
    var words: String {
        guard !rows.isEmpty else { return "Nothing was recommended in that time." }
        let figures = [
            "answers", "seen", "ctr", "acceptance", "conversion", "value per 1,000", "profit", "still to come",
        ]
        var table = ConsoleTable(header: (dimensions.isEmpty ? ["all"] : dimensions) + figures)
        for row in rows {
            let names = dimensions.isEmpty ? [""] : dimensions.map { row.group[$0] ?? "" }
            table.rows.append(
                names + [
                    row.answers.map(Words.count) ?? "–", Words.count(row.seen), Self.cell(row.clickThrough),
                    Self.cell(row.acceptance), Self.cell(row.conversion),
                    row.valuePerThousand.map { Words.decimal($0, 2) } ?? "–",
                    row.profitPerThousand.map { Words.decimal($0, 2) } ?? "–",
                    row.conversionsToCome.map { Self.percent($0) } ?? row.clicksToCome.map { Self.percent($0) } ?? "–",
                ]
            )
        }
        return table.text
    }

    private static func cell(_ rate: FeedbackRate?) -> String {
        rate.map { "\(percent($0.value)) (\(percent($0.low)) to \(percent($0.high)))" } ?? "–"
    }

    private static func percent(_ share: Double) -> String { Words.decimal(100 * share, 2) + "%" }
}
