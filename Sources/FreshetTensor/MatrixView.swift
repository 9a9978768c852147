/// Numbers that are read as a matrix: row-major, `rows` × `columns`, a block of a larger matrix where the stride says so.
///
/// It owns nothing: whoever makes it keeps the numbers alive for as long as it is used.
public struct MatrixView {
    /// The first number.
    public let pointer: UnsafePointer<Float>
    /// Rows.
    public let rows: Int
    /// Columns.
    public let columns: Int
    /// How many numbers lie between the beginnings of two rows, as they are stored.
    public let stride: Int
    /// Whether the numbers are stored the other way round, `[columns, rows]`.
    public let isTransposed: Bool

    /// Views numbers as a matrix.
    ///
    /// - Parameters:
    ///   - pointer: the first number.
    ///   - rows: rows.
    ///   - columns: columns.
    ///   - stride: numbers from the beginning of a row to that of the next one; `columns` unless given.
    @inlinable
    public init(_ pointer: UnsafePointer<Float>, _ rows: Int, _ columns: Int, stride: Int? = nil) {
        self.init(pointer: pointer, rows: rows, columns: columns, stride: stride ?? columns, isTransposed: false)
    }

    @usableFromInline
    init(pointer: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, isTransposed: Bool) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.isTransposed = isTransposed
    }

    /// The same numbers, read the other way round.
    @inlinable public var transposed: MatrixView {
        MatrixView(pointer: pointer, rows: columns, columns: rows, stride: stride, isTransposed: !isTransposed)
    }
}

/// Numbers that are written as a matrix: row-major, `rows` × `columns`, a block of a larger matrix where the stride says
/// so.
public struct MutableMatrixView {
    /// The first number.
    public let pointer: UnsafeMutablePointer<Float>
    /// Rows.
    public let rows: Int
    /// Columns.
    public let columns: Int
    /// How many numbers lie between the beginnings of two rows.
    public let stride: Int

    /// Views numbers as a matrix.
    ///
    /// - Parameters:
    ///   - pointer: the first number.
    ///   - rows: rows.
    ///   - columns: columns.
    ///   - stride: numbers from the beginning of a row to that of the next one; `columns` unless given.
    @inlinable
    public init(_ pointer: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, stride: Int? = nil) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }
}

extension Tensor {
    /// The tensor as a factor of a product.
    @inlinable public var matrix: MatrixView { MatrixView(values, rows, columns) }
    /// The tensor as the result of a product.
    @inlinable public var mutableMatrix: MutableMatrixView { MutableMatrixView(values, rows, columns) }
}

extension Parameter {
    /// The parameter as a factor of a product.
    @inlinable public var matrix: MatrixView { MatrixView(pointer, rows, columns) }
}
