/// A table of words for a terminal or a file: the first column to the left, the others to the right.
struct ConsoleTable {
    /// The headings.
    var header: [String]
    /// The cells, a row each.
    var rows: [[String]] = []

    /// The lines, cells aligned by the widest of their column.
    var text: String {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = [header] + [widths.map { String(repeating: "-", count: $0) }] + rows
        return lines.map { cells in
            zip(cells, widths).enumerated().map { column, cell in
                let gap = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + gap : gap + cell.0
            }
            .joined(separator: "  ").trimmingTrailingBlanks
        }
        .joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
