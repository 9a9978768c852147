import FreshetFeedback

/// Figures of feedback as a table for people, or for spreadsheets.
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

    /// All figures, one column each; an empty field where there is no data.
    var csv: String {
        let counts: [(String, (FeedbackRow) -> Int?)] = [
            ("answers", \.answers), ("served", { $0.served }), ("seen", { $0.seen }), ("clicks", { $0.clicks }),
            ("conversions", { $0.conversions }), ("assisted_conversions", { $0.assistedConversions }),
        ]
        let rates: [(String, (FeedbackRow) -> FeedbackRate?)] = [
            ("empty", \.empty), ("ctr", \.clickThrough), ("acceptance", \.acceptance), ("conversion", \.conversion),
        ]
        let numbers: [(String, (FeedbackRow) -> Double?)] = [
            ("value_per_1000", \.valuePerThousand), ("profit_per_1000", \.profitPerThousand),
            ("satisfaction", \.satisfaction),
            ("clicks_to_come", \.clicksToCome), ("conversions_to_come", \.conversionsToCome),
        ]
        let header =
            dimensions + counts.map(\.0) + rates.flatMap { [$0.0, "\($0.0)_low", "\($0.0)_high"] } + numbers.map(\.0)
        let lines = rows.map { row -> [String] in
            var fields = dimensions.map { Self.quoted(row.group[$0] ?? "") }
            fields += counts.map { $0.1(row).map { "\($0)" } ?? "" }
            for rate in rates {
                fields += rate.1(row).map { ["\($0.value)", "\($0.low)", "\($0.high)"] } ?? ["", "", ""]
            }
            return fields + numbers.map { $0.1(row).map { "\($0)" } ?? "" }
        }
        return ([header] + lines).map { $0.joined(separator: ",") }.joined(separator: "\n")
    }

    private static func cell(_ rate: FeedbackRate?) -> String {
        rate.map { "\(percent($0.value)) (\(percent($0.low)) to \(percent($0.high)))" } ?? "–"
    }

    private static func percent(_ share: Double) -> String { Words.decimal(100 * share, 2) + "%" }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.contains { ",\"\n\r".contains($0) }
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
