import FreshetCore

/// Some columns of a table as texts, for what is no event: labelled texts, questions with their answers.
public struct TextTable: Sendable {
    /// The rows, each with the columns that were asked for, without blanks around them.
    public let rows: [[String]]
    /// What was dropped, and why.
    public let report: CleaningReport

    /// Reads a table: fields by tabs, commas and the like or JSON objects, plain or packed, with a header or without.
    ///
    /// - Parameters:
    ///   - path: the file, or `-` for standard input.
    ///   - columns: the names that each column can have, the preferred first; a table of just as many columns without
    ///     a header has them in this order.
    ///   - options: encoding, separator and header, where they are known.
    /// - Throws: `FreshetError` when the file cannot be read, is no table or lacks a column.
    public init(path: String, columns: [[String]], options: ImportOptions = ImportOptions()) throws {
        let collector = EventCollector(options: options)
        var rows: [[String]] = []
        var isFirst = true
        try collector.forEachRow(of: path) { look in
            try Places(columns, in: look)
        } _: { places, row in
            defer { isFirst = false }
            guard !isFirst || !places.skipsFirst else { return }
            rows.append(places.positions.map { Self.trimmed(decodeText(row[$0])) })
        }
        (self.rows, report) = (rows, collector.report)
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return text }
        guard first.properties.isWhitespace || last.properties.isWhitespace else { return text }
        let rest = text.unicodeScalars.drop { $0.properties.isWhitespace }
        let end = rest.lastIndex { !$0.properties.isWhitespace }.map { rest.index(after: $0) }
        return String(String.UnicodeScalarView(rest[..<(end ?? rest.startIndex)]))
    }

    /// Where the columns stand.
    private struct Places {
        let positions: [Int]
        /// Whether the first row is a header that was not told from data.
        var skipsFirst = false

        init(_ columns: [[String]], in look: TableLook) throws {
            let header = look.header
            if !header.isWritten, let titles = look.sample.first {
                let titled = TableHeader(names: titles, file: header.file)
                // One known name makes a header; what it lacks is said of it.
                if columns.contains(where: { titled.position(of: $0) != nil }) {
                    positions = try columns.map { try titled.position(ofRequired: $0) }
                    skipsFirst = true
                    return
                }
                if header.names.count == columns.count, columns.allSatisfy({ $0.count > 1 }) {
                    positions = Array(columns.indices)
                    return
                }
            }
            positions = try columns.map { try header.position(ofRequired: $0) }
        }
    }
}
