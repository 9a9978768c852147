import CFreshetKernels

/// A table of vectors that never changes, in 8 or 4 bits a number: such as the items' vectors of a model that serves.
///
/// Every row keeps its own scale, in 4 bits every 32 numbers of a row, as a bfloat16. So a row of 64 numbers takes 66 or 36
/// bytes instead of 256. Scores are products of rows with users' vectors as they are, in floats: only the rows are rounded.
///
/// `@unchecked Sendable`: the memory is written by the initializers only.
public final class CompressedRows: @unchecked Sendable {
    /// How many bits a number has.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        /// 255 levels, from the largest number of a row down.
        case int8
        /// 15 levels for every 32 numbers, chosen so that the squares of what is lost are few.
        case int4

        fileprivate var bits: Int { self == .int8 ? 8 : 4 }

        /// How many numbers of a row share a scale.
        fileprivate func group(_ columns: Int) -> Int { self == .int8 ? columns : 32 }
    }

    /// How many bits a number has.
    public let precision: Precision
    /// Rows.
    public let rows: Int
    /// The length of a row.
    public let columns: Int
    /// The levels, row after row, as `freshet_compressed.h` has them.
    public let levels: GrowingBuffer<UInt8>
    /// The bits of the scales, row after row.
    public let scales: GrowingBuffer<UInt16>

    private var group: Int { precision.group(columns) }

    /// How many bytes levels and scales have.
    public var byteCount: Int { levels.count + scales.count * MemoryLayout<UInt16>.stride }

    /// How many bytes the levels of a row have.
    public static func levelBytes(columns: Int, _ precision: Precision) -> Int {
        freshet_compressed_row_bytes(columns, precision.group(columns), precision.bits)
    }

    /// How many scales a row has.
    public static func scaleCount(columns: Int, _ precision: Precision) -> Int {
        let group = precision.group(columns)
        return (columns + group - 1) / group
    }

    /// A table that is about to be filled: with what was rounded before.
    ///
    /// - Parameters:
    ///   - rows: rows.
    ///   - columns: the length of a row.
    ///   - precision: how many bits a number has.
    ///   - fill: writes ``levels`` and ``scales``.
    public init(
        rows: Int,
        columns: Int,
        _ precision: Precision,
        filling fill: (_ levels: UnsafeMutableBufferPointer<UInt8>, _ scales: UnsafeMutableBufferPointer<UInt16>) throws
            -> Void
    ) rethrows {
        precondition(rows > 0 && columns > 0, "a table of shape \(rows)×\(columns)")
        (self.rows, self.columns, self.precision) = (rows, columns, precision)
        levels = GrowingBuffer(count: rows * Self.levelBytes(columns: columns, precision))
        scales = GrowingBuffer(count: rows * Self.scaleCount(columns: columns, precision))
        try fill(levels.numbers, scales.numbers)
    }

    /// Rounds a table of floats, which must be finite, `[V, C]`.
    public convenience init(_ table: MatrixView, _ precision: Precision) {
        precondition(!table.isTransposed && table.stride == table.columns, "a table row after row")
        self.init(rows: table.rows, columns: table.columns, precision) { levels, scales in
            freshet_compress_rows(
                levels.baseAddress!,
                scales.baseAddress!,
                table.pointer,
                table.rows,
                table.columns,
                precision.group(table.columns),
                precision.bits
            )
        }
    }

    /// Writes some rows as floats, one after another.
    public func copy(_ rows: UnsafeBufferPointer<Int32>, into out: UnsafeMutablePointer<Float>) {
        guard let first = rows.baseAddress else { return }
        freshet_gather_compressed(
            out,
            levels.start,
            scales.start,
            first,
            rows.count,
            columns,
            group,
            precision.bits
        )
    }

    /// The products of users' vectors with every row.
    ///
    /// - Parameters:
    ///   - users: `B` vectors, shape `[B, C]`.
    ///   - count: `B`.
    ///   - scores: where to write, shape `[B, V]`.
    public func multiply(_ users: UnsafePointer<Float>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
            freshet_score_compressed(
                scores,
                rows,
                users,
                count,
                levels.start,
                scales.start,
                row.baseAddress!,
                0,
                rows,
                columns,
                group,
                precision.bits
            )
        }
    }
}

extension Tape {
    /// `y[n] = table[indices[n]]`, for inference only.
    ///
    /// - Parameters:
    ///   - table: `[V, C]`.
    ///   - indices: `N` row numbers.
    /// - Returns: `[N, C]`.
    public func gather(_ table: CompressedRows, _ indices: UnsafeBufferPointer<Int32>) -> Tensor {
        precondition(!isRecording, "a table of \(table.precision.rawValue) has no gradient")
        assert(indices.allSatisfy { 0..<table.rows ~= Int($0) }, "gather: a row beyond the table")
        let y = make(indices.count, table.columns)
        table.copy(indices, into: y.values)
        return y
    }
}
