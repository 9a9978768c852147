/// Values by row (a user) and column (a metric); `nan` where a metric is not defined for a user.
struct ValueTable {
    let keys: [String]
    let rowCount: Int
    /// Shape `[rows, columns]`.
    var values: [Float]

    var columnCount: Int { keys.count }

    init(keys: [String], rowCount: Int) {
        self.keys = keys
        self.rowCount = rowCount
        values = [Float](repeating: .nan, count: keys.count * rowCount)
    }

    func column(_ column: Int) -> [Float] {
        stride(from: column, to: values.count, by: columnCount).map { values[$0] }
    }

    /// The mean of every column over the rows where it is defined; `nan` where it is nowhere.
    func means() -> [Double] {
        var sums = [Double](repeating: 0, count: columnCount)
        var counts = [Int](repeating: 0, count: columnCount)
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                let value = values[row * columnCount + column]
                guard !value.isNaN else { continue }
                sums[column] += Double(value)
                counts[column] += 1
            }
        }
        return zip(sums, counts).map { $1 == 0 ? .nan : $0 / Double($1) }
    }

    /// The rows in which every column is defined or not as in `rows`' order.
    func selecting(_ rows: [Int]) -> ValueTable {
        var selection = ValueTable(keys: keys, rowCount: rows.count)
        for (place, row) in rows.enumerated() {
            for column in 0..<columnCount {
                selection.values[place * columnCount + column] = values[row * columnCount + column]
            }
        }
        return selection
    }
}
