extension FeedbackReport {
    /// The rows as a table for spreadsheets (RFC 4180), one column a figure; a field is empty where there is no data.
    public func csv(by dimensions: [FeedbackDimension]) -> String {
        let (rates, numbers) = (FeedbackColumns.rates, FeedbackColumns.means + FeedbackColumns.toCome)
        var table = CSVTable(dimensions.map(\.rawValue) + FeedbackColumns.counts.map(\.name))
        table.header += rates.flatMap { CSVTable.interval($0.name) } + numbers.map(\.name)
        for row in rows {
            var fields = dimensions.map { CSVTable.quoted(row.group[$0.rawValue] ?? "") }
            fields += FeedbackColumns.counts.map { CSVTable.field($0.figure(row)) }
            fields += rates.flatMap { CSVTable.fields($0.figure(row)) }
            table.rows.append(fields + numbers.map { CSVTable.field($0.figure(row)) })
        }
        return table.text
    }
}

extension FeedbackComparison {
    /// The rows as a table for spreadsheets (RFC 4180): each figure, what it was before, and how far it went.
    public func csv(by dimensions: [FeedbackDimension]) -> String {
        var table = CSVTable(dimensions.map(\.rawValue))
        for (name, _) in FeedbackColumns.counts { table.header += [name, name + "_before"] }
        for (name, _) in FeedbackColumns.rates {
            table.header += [name, name + "_before", name + "_change"].flatMap(CSVTable.interval)
        }
        for (name, _) in FeedbackColumns.means { table.header += [name, name + "_before", name + "_change"] }
        for row in rows {
            var fields = dimensions.map { CSVTable.quoted(row.group[$0.rawValue] ?? "") }
            for (_, count) in FeedbackColumns.counts {
                fields += [row.now, row.before].map { CSVTable.field($0.flatMap(count)) }
            }
            for (name, rate) in FeedbackColumns.rates {
                let change = row.changes[name]
                fields += [row.now, row.before].flatMap { CSVTable.fields($0.flatMap(rate)) }
                fields += [change?.difference, change?.low, change?.high].map { CSVTable.field($0) }
            }
            for (name, mean) in FeedbackColumns.means {
                fields += [row.now, row.before].map { CSVTable.field($0.flatMap(mean)) }
                fields.append(CSVTable.field(row.changes[name]?.difference))
            }
            table.rows.append(fields)
        }
        return table.text
    }
}

/// Lines of fields between commas.
private struct CSVTable {
    var header: [String]
    var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    var text: String { ([header] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") }

    /// The names of a share's columns.
    static func interval(_ name: String) -> [String] { [name, name + "_low", name + "_high"] }

    static func fields(_ rate: FeedbackRate?) -> [String] {
        [rate?.value, rate?.low, rate?.high].map { field($0) }
    }

    static func field(_ figure: (some CustomStringConvertible)?) -> String { figure.map { "\($0)" } ?? "" }

    static func quoted(_ text: String) -> String {
        let needsQuotes = text.contains { ",\"\n\r".contains($0) }
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
