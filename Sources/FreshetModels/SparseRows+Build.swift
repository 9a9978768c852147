import CFreshetKernels
import FreshetData
import FreshetTensor

/// A dense vector that is summed into at a few places and then read and cleared at those places only.
///
/// Every block of 64 places has a mark, so that reading costs a look at `width / 64` bytes and not at every place.
final class SparseAccumulator {
    /// The sums; write through ``add(_:_:)``.
    private let sums: UnsafeMutablePointer<Float>
    private let marks: UnsafeMutablePointer<UInt8>
    private let width: Int
    private var blocks: Int { (width + 63) >> 6 }

    init(width: Int) {
        self.width = width
        let blocks = (width + 63) >> 6
        sums = .allocate(capacity: max(blocks << 6, 1))
        marks = .allocate(capacity: max(blocks, 1))
        sums.initialize(repeating: 0, count: blocks << 6)
        marks.initialize(repeating: 0, count: blocks)
    }

    deinit {
        sums.deallocate()
        marks.deallocate()
    }

    /// Adds to one place.
    @inline(__always)
    func add(_ column: Int, _ value: Float) {
        sums[column] += value
        marks[column >> 6] = 1
    }

    /// Adds row `row` of the product of two matrices: the rows of `right` that the entries of the left row name.
    @inline(__always)
    func add(_ left: SparseRows, _ row: Int, through right: SparseRows) {
        let (sums, marks) = (sums, marks)
        right.columns.withUnsafeBufferPointer { columns in
            right.values.withUnsafeBufferPointer { values in
                for entry in left.offsets[row]..<left.offsets[row + 1] {
                    let factor = left.values[entry]
                    let inner = Int(left.columns[entry])
                    for place in right.offsets[inner]..<right.offsets[inner + 1] {
                        let column = Int(columns[place])
                        sums[column] += factor * values[place]
                        marks[column >> 6] = 1
                    }
                }
            }
        }
    }

    /// Replaces every sum that is not zero.
    @inline(__always)
    func update(_ body: (_ column: Int, _ sum: Float) -> Float) {
        for block in 0..<blocks where marks[block] != 0 {
            for column in (block << 6)..<((block + 1) << 6) where sums[column] != 0 {
                sums[column] = body(column, sums[column])
            }
        }
    }

    /// Calls `body` for every sum that is not zero, in ascending order, and clears all.
    @inline(__always)
    func drain(_ body: (_ column: Int, _ sum: Float) -> Void) {
        for block in 0..<blocks where marks[block] != 0 {
            marks[block] = 0
            for column in (block << 6)..<((block + 1) << 6) where sums[column] != 0 {
                body(column, sums[column])
                sums[column] = 0
            }
        }
    }
}

extension SparseRows {
    /// Builds a matrix row by row in parallel; the result does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - rowCount: how many rows.
    ///   - columnCount: how many columns.
    ///   - keep: how many entries of the highest value a row keeps, ties by the lower column; `nil` keeps all.
    ///   - pool: the threads.
    ///   - sum: adds up one row.
    ///   - value: makes an entry's value from its sum; 0 leaves the entry out.
    init(
        rowCount: Int,
        columnCount: Int,
        keep: Int? = nil,
        pool: ThreadPool,
        sum: (_ row: Int, _ sums: SparseAccumulator) -> Void,
        value: (_ row: Int, _ column: Int, _ sum: Float) -> Float
    ) {
        let grain = max(1, min(64, rowCount / (4 * pool.threads)))
        var pieces = [Piece](repeating: Piece(), count: (rowCount + grain - 1) / grain)
        let accumulators = (0..<pool.threads).map { _ in SparseAccumulator(width: columnCount) }
        pieces.withUnsafeMutableBufferPointer { pieces in
            pool.forEachRange(rowCount, grain: grain) { rows, worker in
                var piece = Piece()
                for row in rows {
                    sum(row, accumulators[worker])
                    let start = piece.columns.count
                    accumulators[worker].drain { column, sum in
                        let value = value(row, column, sum)
                        guard value != 0 else { return }
                        piece.columns.append(Int32(column))
                        piece.values.append(value)
                    }
                    if let keep { piece.keepBest(keep, from: start) }
                    piece.lengths.append(piece.columns.count - start)
                }
                if keep != nil { piece.trim() }
                pieces[rows.lowerBound / grain] = piece
            }
        }
        var offsets = [0]
        offsets.reserveCapacity(rowCount + 1)
        var columns: [Int32] = []
        var values: [Float] = []
        let entries = pieces.reduce(0) { $0 + $1.columns.count }
        columns.reserveCapacity(entries)
        values.reserveCapacity(entries)
        for position in pieces.indices {
            columns += pieces[position].columns
            values += pieces[position].values
            for length in pieces[position].lengths { offsets.append(offsets[offsets.count - 1] + length) }
            pieces[position] = Piece()
        }
        self.init(columnCount: columnCount, offsets: offsets, columns: columns, values: values)
    }
}

/// A few finished rows.
private struct Piece {
    var lengths: [Int] = []
    var columns: [Int32] = []
    var values: [Float] = []

    /// Gives back the memory of the entries that were cut, which are many times those that stay in a log of many followers.
    mutating func trim() {
        columns = columns.map(\.self)
        values = values.map(\.self)
    }

    /// Cuts the row that begins at `start` down to its `count` highest values.
    mutating func keepBest(_ count: Int, from start: Int) {
        let length = columns.count - start
        guard length > count else { return }
        var best = [Int32](repeating: 0, count: count)
        var scores = [Float](repeating: 0, count: count)
        values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            _ = freshet_top_k(&best, &scores, base + start, length, count)
        }
        best.sort()
        for (place, position) in best.enumerated() {
            columns[start + place] = columns[start + Int(position)]
            values[start + place] = values[start + Int(position)]
        }
        columns.removeLast(length - count)
        values.removeLast(length - count)
    }
}
