import CFreshetKernels

/// A matrix that never changes, in bytes: a quarter of the memory of floats, and products that take half the time or less.
///
/// Each column has a scale of its own. The bytes lie as the processor's byte products read them (`freshet_packed.h`).
///
/// `@unchecked Sendable`: the memory is written by the initializers only.
public final class ByteMatrix: @unchecked Sendable {
    /// What a matrix is for, which decides how fine its steps can be.
    public enum Use: Sendable {
        /// For products and for reading columns.
        case products
        /// For reading columns only.
        case columns
    }

    /// Rows: the inputs of a product.
    public let rows: Int
    /// Columns: its outputs.
    public let columns: Int
    private let panels: GrowingBuffer<Int8>
    private let scales: GrowingBuffer<Float>
    private let sums: GrowingBuffer<Int32>

    /// How many bytes a product with it reads.
    public var byteCount: Int { panels.count }

    /// Rows, filled up to what one step of a product takes.
    private var paddedRows: Int { (rows + 3) / 4 * 4 }

    /// Rounds the columns of a matrix, a few at a time.
    ///
    /// - Parameters:
    ///   - rows: rows.
    ///   - columns: columns.
    ///   - use: what it is for.
    ///   - read: writes the numbers of some columns, one column after another; they must be finite.
    public init(
        rows: Int,
        columns: Int,
        for use: Use = .products,
        reading read: (_ columns: Range<Int>, _ target: UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows {
        precondition(rows > 0 && columns > 0, "a matrix of shape \(rows)×\(columns)")
        let panel = Int(FRESHET_PANEL_COLUMNS)
        let padded = (columns + panel - 1) / panel * panel
        (self.rows, self.columns) = (rows, columns)
        panels = GrowingBuffer(count: (rows + 3) / 4 * 4 * padded)
        freshet_memory_prefer_large_pages(panels.start, panels.count)
        scales = GrowingBuffer(count: padded)
        sums = GrowingBuffer(count: padded)
        let largest = use == .products ? freshet_largest_packed_weight() : 127
        let numbers = GrowingBuffer<Float>(count: panel * rows)
        for first in stride(from: 0, to: columns, by: panel) {
            let range = first..<min(columns, first + panel)
            try read(range, UnsafeMutableBufferPointer(rebasing: numbers.numbers[..<(range.count * rows)]))
            freshet_pack_panel(
                panels.start + first * paddedRows,
                scales.start + first,
                sums.start + first,
                numbers.start,
                largest,
                range.count,
                rows,
                paddedRows
            )
        }
    }

    /// Rounds a parameter.
    public convenience init(_ parameter: Parameter) {
        self.init(rows: parameter.rows, columns: parameter.columns) { columns, target in
            for (place, column) in columns.enumerated() {
                for row in 0..<parameter.rows {
                    target[place * parameter.rows + row] = parameter.pointer[row * parameter.columns + column]
                }
            }
        }
    }

    /// Rounds a parameter that is a table: its rows become columns.
    public convenience init(table: Parameter, for use: Use) {
        self.init(rows: table.columns, columns: table.rows, for: use) { rows, target in
            _ = target.update(from: table.values[rows.lowerBound * table.columns..<rows.upperBound * table.columns])
        }
    }

    /// A matrix whose columns were rounded before, as ``rounded`` gives them; coarser where this processor's products want
    /// smaller bytes than that of the one that rounded.
    ///
    /// - Parameters:
    ///   - rows: rows.
    ///   - columns: columns.
    ///   - bytes: the columns, one after another.
    ///   - scales: what a step of each column is.
    public convenience init(rows: Int, columns: Int, bytes: [Int8], scales: [Float]) {
        precondition(bytes.count == rows * columns && scales.count == columns, "bytes of another matrix")
        self.init(rows: rows, columns: columns) { range, target in
            for (place, column) in range.enumerated() {
                for row in 0..<rows { target[place * rows + row] = Float(bytes[column * rows + row]) * scales[column] }
            }
        }
        guard bytes.allSatisfy({ abs(Int32($0)) <= freshet_largest_packed_weight() }) else { return }
        for column in 0..<columns {
            var sum: Int32 = 0
            for row in 0..<rows {
                let byte = bytes[column * rows + row]
                panels.start[place(row, column)] = byte
                sum += Int32(byte)
            }
            (self.scales.start[column], sums.start[column]) = (scales[column], sum)
        }
    }

    /// The columns in bytes, one after another, and what a step of each is.
    public var rounded: (bytes: [Int8], scales: [Float]) {
        let bytes = (0..<columns).flatMap { column in (0..<rows).map { panels.start[place($0, column)] } }
        return (bytes, Array(scales.numbers[..<columns]))
    }

    /// Where the byte of a row and a column lies.
    private func place(_ row: Int, _ column: Int) -> Int {
        let panel = Int(FRESHET_PANEL_COLUMNS)
        return column / panel * panel * paddedRows + (row / 4 * panel + column % panel) * 4 + row % 4
    }

    /// `out = x · self + bias`, where `x` is rounded row by row; scratch memory comes from the pool.
    func multiply(_ x: Tensor, bias: Parameter?, into out: UnsafeMutablePointer<Float>, pool: BufferPool) {
        let inputs = RoundedRows(x, padded: paddedRows, pool: pool)
        freshet_multiply_bytes(
            out,
            inputs.bytes,
            inputs.scales,
            inputs.zeros,
            panels.start,
            scales.start,
            sums.start,
            bias?.pointer,
            x.rows,
            paddedRows,
            columns
        )
    }

    /// `out[n]` = column `indices[n]`.
    func gather(_ indices: UnsafeBufferPointer<Int32>, into out: UnsafeMutablePointer<Float>) {
        guard let first = indices.baseAddress else { return }
        freshet_gather_packed(out, panels.start, scales.start, first, indices.count, rows, paddedRows)
    }
}

/// Rows of a tensor in bytes, in memory of a pool.
private struct RoundedRows {
    let bytes: UnsafeMutablePointer<UInt8>
    let scales: UnsafeMutablePointer<Float>
    let zeros: UnsafeMutablePointer<Int32>

    init(_ x: Tensor, padded: Int, pool: BufferPool) {
        let numberBytes = MemoryLayout<Float>.size
        bytes = UnsafeMutableRawPointer(pool.take((x.rows * padded + numberBytes - 1) / numberBytes))
            .assumingMemoryBound(to: UInt8.self)
        scales = pool.take(x.rows)
        zeros = UnsafeMutableRawPointer(pool.take(x.rows)).assumingMemoryBound(to: Int32.self)
        freshet_quantize_rows(bytes, scales, zeros, x.values, x.rows, x.columns, padded)
    }
}
