import CFreshetKernels
import FreshetTensor

/// The vector `x` that solves `(base + λI + Σ wₖ yₖ yₖᵀ) x = Σ tₖ yₖ`, built up row by row: half a step of alternating
/// least squares, and the vector of a new user.
///
/// Works in memory that the caller lends, ``memory(width:)`` numbers.
struct NormalEquations {
    private static let rowsAtOnce = 256

    private let width: Int
    private let matrix: UnsafeMutablePointer<Float>
    private let right: UnsafeMutablePointer<Float>
    private let rows: UnsafeMutablePointer<Float>
    private var waiting = 0

    /// How many numbers of memory the equations of vectors of a width need.
    static func memory(width F: Int) -> Int { F * F + F + rowsAtOnce * F }

    init(width F: Int, memory: UnsafeMutablePointer<Float>) {
        width = F
        matrix = memory
        right = memory + F * F
        rows = right + F
    }

    /// Starts new equations.
    ///
    /// - Parameters:
    ///   - base: the matrix that they begin with, shape `[F, F]`; `nil` is zeros.
    ///   - regularization: λ.
    mutating func begin(base: UnsafePointer<Float>?, regularization: Float) {
        waiting = 0
        if let base {
            matrix.update(from: base, count: width * width)
        } else {
            matrix.update(repeating: 0, count: width * width)
        }
        for factor in 0..<width { matrix[factor * width + factor] += regularization }
        right.update(repeating: 0, count: width)
    }

    /// Adds one row: `weight` (0 or more) to the left, `target` to the right.
    @inline(__always)
    mutating func add(_ row: UnsafePointer<Float>, weight: Float, target: Float) {
        let copy = rows + waiting * width
        let root = weight.squareRoot()
        for factor in 0..<width { copy[factor] = root * row[factor] }
        freshet_axpy(right, row, target, width)
        waiting += 1
        if waiting == Self.rowsAtOnce { flush() }
    }

    private mutating func flush() {
        let waitingRows = MatrixView(rows, waiting, width)
        multiply(waitingRows.transposed, waitingRows, into: MutableMatrixView(matrix, width, width), beta: 1)
        waiting = 0
    }

    /// Solves.
    /// - Returns: the product of the right side and `x`, by which the squared error is below that of `x = 0`; `nil` when
    ///   the matrix is not positive definite, and then `x` is zero.
    mutating func solve(into x: UnsafeMutablePointer<Float>) -> Float? {
        flush()
        guard freshet_solve_positive(x, matrix, right, width) == 1 else {
            x.update(repeating: 0, count: width)
            return nil
        }
        return freshet_dot(right, x, width)
    }

    /// Writes `AᵀA` of a tall matrix of `count` rows; the order of summing does not depend on the threads.
    static func gram(
        of rows: UnsafePointer<Float>,
        count: Int,
        width F: Int,
        into result: UnsafeMutablePointer<Float>,
        pool: ThreadPool
    ) {
        let grain = 4096
        let parts = (count + grain - 1) / grain
        let partial = UnsafeMutablePointer<Float>.allocate(capacity: max(parts * F * F, 1))
        defer { partial.deallocate() }
        pool.forEach(parts) { part, _ in
            let start = part * grain
            let own = MatrixView(rows + start * F, min(grain, count - start), F)
            multiply(own.transposed, own, into: MutableMatrixView(partial + part * F * F, F, F))
        }
        result.update(repeating: 0, count: F * F)
        for part in 0..<parts { freshet_axpy(result, partial + part * F * F, 1, F * F) }
    }
}
