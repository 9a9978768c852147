/// Features of items or texts, mostly zero: shape `[rows, columnCount]`, each row's columns in ascending order.
///
/// Row `r` is `offsets[r] ..< offsets[r + 1]` of `columns` and `values` (compressed sparse rows).
public struct FeatureRows: Sendable, Equatable {
    /// The width of the matrix.
    public var columnCount: Int
    /// Where each row begins; one more entry than rows.
    public var offsets: [Int]
    /// The column of each entry.
    public var columns: [Int32]
    /// The value of each entry.
    public var values: [Float]

    /// Creates a matrix from its arrays; without them it has no rows.
    public init(columnCount: Int, offsets: [Int] = [0], columns: [Int32] = [], values: [Float] = []) {
        precondition(offsets.last == columns.count, "offsets end at \(offsets.last ?? -1) of \(columns.count) entries")
        precondition(columns.count == values.count, "\(columns.count) columns for \(values.count) values")
        self.columnCount = columnCount
        self.offsets = offsets
        self.columns = columns
        self.values = values
    }

    /// The height of the matrix.
    public var rowCount: Int { offsets.count - 1 }

    /// Adds a row from its columns and values, in any order; the values of one column are added up.
    public mutating func append(_ entries: some Sequence<(Int, Float)>) {
        let start = columns.count
        for (column, value) in entries.sorted(by: { $0.0 < $1.0 }) {
            precondition((0..<columnCount).contains(column), "column \(column) of \(columnCount)")
            if columns.count > start, columns[columns.count - 1] == Int32(column) {
                values[values.count - 1] += value
            } else {
                columns.append(Int32(column))
                values.append(value)
            }
        }
        offsets.append(columns.count)
    }

    /// Scales every row to length 1; a row of zeros stays.
    public mutating func normalizeRows() {
        for row in 0..<rowCount {
            let range = offsets[row]..<offsets[row + 1]
            let length = values[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            guard length > 0 else { continue }
            for entry in range { values[entry] = Float(Double(values[entry]) / length) }
        }
    }

    /// The matrices side by side: row `r` is the rows `r` of all, one after the other.
    public static func joined(_ parts: [FeatureRows]) -> FeatureRows {
        let rowCount = parts.first?.rowCount ?? 0
        precondition(parts.allSatisfy { $0.rowCount == rowCount }, "parts of different heights")
        var result = FeatureRows(columnCount: parts.reduce(0) { $0 + $1.columnCount })
        for row in 0..<rowCount {
            var shift: Int32 = 0
            for part in parts {
                let range = part.offsets[row]..<part.offsets[row + 1]
                result.columns += part.columns[range].map { $0 + shift }
                result.values += part.values[range]
                shift += Int32(part.columnCount)
            }
            result.offsets.append(result.columns.count)
        }
        return result
    }
}
