import FreshetCore
import FreshetNN

/// A sparse matrix in compressed rows: the counts, similarities and interactions of the classic models.
///
/// Row `r` is the range `offsets[r] ..< offsets[r + 1]` of ``columns`` (ascending) and ``values``.
struct SparseRows: Sendable, Equatable {
    /// How many columns there are.
    let columnCount: Int
    /// Where each row begins; one more entry than rows.
    let offsets: [Int]
    /// The column of each entry.
    let columns: [Int32]
    /// The value of each entry.
    let values: [Float]

    /// How many rows there are.
    var rowCount: Int { offsets.count - 1 }
    /// How many entries there are.
    var entryCount: Int { columns.count }

    init(columnCount: Int, offsets: [Int], columns: [Int32], values: [Float]) {
        precondition(offsets.last == columns.count && columns.count == values.count, "the columns do not match")
        self.columnCount = columnCount
        self.offsets = offsets
        self.columns = columns
        self.values = values
    }

    /// Adds `factor` times a row to a dense vector of ``columnCount`` numbers.
    @inline(__always)
    func add(_ row: Int, times factor: Float, to target: UnsafeMutablePointer<Float>) {
        columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
                for entry in offsets[row]..<offsets[row + 1] {
                    target[Int(columns[entry])] += factor * values[entry]
                }
            }
        }
    }

    /// Calls `body` for every entry of a row.
    @inline(__always)
    func forEach(of row: Int, _ body: (_ column: Int, _ value: Float) -> Void) {
        columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
                for entry in offsets[row]..<offsets[row + 1] { body(Int(columns[entry]), values[entry]) }
            }
        }
    }

    /// The matrix with rows and columns exchanged, by counting sort.
    func transposed() -> SparseRows {
        var starts = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { starts[Int(column) + 1] += 1 }
        for column in 0..<columnCount { starts[column + 1] += starts[column] }
        var next = starts
        var rows = [Int32](repeating: 0, count: entryCount)
        var moved = [Float](repeating: 0, count: entryCount)
        for row in 0..<rowCount {
            for entry in offsets[row]..<offsets[row + 1] {
                let place = next[Int(columns[entry])]
                next[Int(columns[entry])] = place + 1
                rows[place] = Int32(row)
                moved[place] = values[entry]
            }
        }
        return SparseRows(columnCount: rowCount, offsets: starts, columns: rows, values: moved)
    }

    /// Writes the shrunk cosine of one row with every row.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - transposed: the same matrix with rows and columns exchanged.
    ///   - norms: the lengths of the rows.
    ///   - shrinkage: what is added to the product of two lengths.
    ///   - target: where to write, a number a row.
    func cosines(
        of row: Int,
        through transposed: SparseRows,
        norms: [Float],
        shrinkage: Float,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        guard let first = target.baseAddress else { return }
        target.update(repeating: 0)
        forEach(of: row) { column, value in transposed.add(column, times: value, to: first) }
        let shrinkage = max(shrinkage, .leastNormalMagnitude)
        for other in 0..<rowCount { first[other] /= norms[row] * norms[other] + shrinkage }
    }

    /// The matrix times a number.
    func scaled(by factor: Float) -> SparseRows {
        SparseRows(columnCount: columnCount, offsets: offsets, columns: columns, values: values.map { $0 * factor })
    }

    /// The Euclidean length of every row.
    func norms() -> [Float] {
        (0..<rowCount).map { row in
            values[offsets[row]..<offsets[row + 1]].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
    }
}

extension SparseRows {
    /// Puts the matrix into a checkpoint under a name.
    func store(in checkpoint: inout Checkpoint, as name: String) {
        checkpoint.arrays["\(name).offsets"] = StoredArray(offsets.map(Int64.init))
        checkpoint.arrays["\(name).columns"] = StoredArray(columns)
        checkpoint.arrays["\(name).values"] = StoredArray(values)
    }

    /// Reads what ``store(in:as:)`` wrote.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not a matrix of that many columns.
    init(from checkpoint: Checkpoint, named name: String, rowCount: Int? = nil, columnCount: Int? = nil) throws {
        let starts = try checkpoint.numbers("\(name).offsets", of: Int64.self, shape: [rowCount.map { $0 + 1 }])
        let columns = try checkpoint.numbers("\(name).columns", of: Int32.self, shape: [nil])
        let values = try checkpoint.finiteNumbers("\(name).values", shape: [columns.count])
        let width = columnCount ?? starts.count - 1
        let ascending = zip(starts, starts.dropFirst()).allSatisfy(<=)
        guard starts.first == 0, starts.last == Int64(columns.count), ascending else {
            throw FreshetError(
                .invalidData,
                "Array '\(name).offsets' does not divide \(columns.count) entries into rows."
            )
        }
        guard columns.allSatisfy({ $0 >= 0 && Int($0) < width }) else {
            throw FreshetError(.invalidData, "Array '\(name).columns' has a column outside 0..<\(width).")
        }
        self.init(columnCount: width, offsets: starts.map(Int.init), columns: columns, values: values)
    }
}
