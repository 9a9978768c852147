import CFreshetKernels
import FreshetTensor

/// The axes of a symmetric positive matrix, the largest first.
package struct PrincipalAxes {
    /// The stretch along each axis.
    package let values: [Float]
    /// The axes, a row each.
    package let vectors: [Float]

    /// Rotates pairs of rows until all are orthogonal, which turns row `i` into axis `i` times its stretch (one-sided
    /// Jacobi: Hestenes, 1958).
    ///
    /// - Parameter matrix: symmetric and positive, `n × n`; rounding may make it slightly less.
    package init(of matrix: DenseMatrix) {
        let n = matrix.rows
        var rows = matrix.numbers
        rows.withUnsafeMutableBufferPointer { rows in
            guard let first = rows.baseAddress else { return }
            for _ in 0..<Self.maximumSweeps where !Self.sweep(first, n) { break }
        }
        let lengths = (0..<n).map { row in
            rows[row * n..<(row + 1) * n].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
        let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        values = order.map { Float(lengths[$0]) }
        vectors = order.flatMap { row in
            rows[row * n..<(row + 1) * n].map { lengths[row] > 0 ? Float(Double($0) / lengths[row]) : 0 }
        }
    }

    private static let maximumSweeps = 30
    private static let tolerance: Float = 1e-5

    /// Rotates every pair once; returns whether any had to be.
    private static func sweep(_ rows: UnsafeMutablePointer<Float>, _ n: Int) -> Bool {
        var didRotate = false
        for i in 0..<n {
            for j in i + 1..<max(n, i + 1) {
                let (a, b) = (rows + i * n, rows + j * n)
                let (alpha, beta, gamma) = (freshet_dot(a, a, n), freshet_dot(b, b, n), freshet_dot(a, b, n))
                guard abs(gamma) > tolerance * (alpha * beta).squareRoot(), alpha * beta > 0 else { continue }
                didRotate = true
                let zeta = (beta - alpha) / (2 * gamma)
                let tangent = (zeta >= 0 ? 1 : -1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
                let cosine = 1 / (1 + tangent * tangent).squareRoot()
                let sine = cosine * tangent
                // b' = s a + c b, then a' = (a - s b') / c, which is c a - s b.
                freshet_scale(b, cosine, n)
                freshet_axpy(b, a, sine, n)
                freshet_axpy(a, b, -sine, n)
                freshet_scale(a, 1 / cosine, n)
            }
        }
        return didRotate
    }
}
