import FreshetTensor

/// A matrix in an array, row-major: for what is computed once, outside of any pass.
package struct DenseMatrix: Sendable {
    /// The numbers.
    package var numbers: [Float]
    /// Rows.
    package let rows: Int
    /// Columns.
    package let columns: Int

    /// Creates a matrix of numbers.
    package init(_ numbers: [Float], rows: Int, columns: Int) {
        precondition(numbers.count == rows * columns, "\(numbers.count) numbers for \(rows)×\(columns)")
        self.numbers = numbers
        self.rows = rows
        self.columns = columns
    }

    /// The products of the columns with each other, times a factor: `factor · selfᵀ · self`.
    package func columnProducts(factor: Float = 1) -> DenseMatrix {
        product(columns, columns, factor) { ($0.transposed, $0) }
    }

    /// `self · otherᵀ`: the products of the rows of both.
    package func rowProducts(with other: DenseMatrix) -> DenseMatrix {
        precondition(columns == other.columns, "rows of \(columns) and of \(other.columns)")
        return other.numbers.withUnsafeBufferPointer { second in
            guard let second = second.baseAddress else { return DenseMatrix([], rows: rows, columns: 0) }
            let view = MatrixView(second, other.rows, other.columns)
            return product(rows, other.rows, 1) { ($0, view.transposed) }
        }
    }

    private func product(
        _ rows: Int,
        _ columns: Int,
        _ factor: Float,
        _ factors: (MatrixView) -> (MatrixView, MatrixView)
    ) -> DenseMatrix {
        var result = [Float](repeating: 0, count: rows * columns)
        numbers.withUnsafeBufferPointer { mine in
            result.withUnsafeMutableBufferPointer { target in
                guard let first = mine.baseAddress, let target = target.baseAddress else { return }
                let (a, b) = factors(MatrixView(first, self.rows, self.columns))
                multiply(a, b, into: MutableMatrixView(target, rows, columns), alpha: factor)
            }
        }
        return DenseMatrix(result, rows: rows, columns: columns)
    }
}
