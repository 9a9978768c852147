import CFreshetKernels

/// A few steps of conjugate gradient on the equations of one user or item, from where the vector stands.
///
/// The equations are `(base + Σ wₖ yₖ yₖᵀ) x = Σ (1 + wₖ) yₖ`. Their matrix is never built: a step costs two products
/// with each `yₖ` (Takács, Pilászy and Tikk, "Applications of the conjugate gradient method for implicit feedback
/// collaborative filtering", RecSys 2011). Works in memory that the caller lends, ``memory(width:)`` numbers.
struct ConjugateGradient {
    private let width: Int
    private let steps: Int
    private let residual: UnsafeMutablePointer<Float>
    private let direction: UnsafeMutablePointer<Float>
    private let product: UnsafeMutablePointer<Float>

    /// How many numbers of memory vectors of a width need.
    static func memory(width F: Int) -> Int { 3 * F }

    init(width F: Int, steps: Int, memory: UnsafeMutablePointer<Float>) {
        width = F
        self.steps = steps
        residual = memory
        direction = memory + F
        product = memory + 2 * F
    }

    /// Improves `x`.
    ///
    /// - Parameters:
    ///   - x: the vector, shape `[F]`.
    ///   - base: the matrix without the events, the regularization on its diagonal, shape `[F, F]`.
    ///   - rows: the vectors of the other side, shape `[n, F]`.
    ///   - chosen: which of them have events.
    ///   - weights: `w` of each.
    /// - Returns: by how much the squared error is below that of `x = 0`.
    func improve(
        _ x: UnsafeMutablePointer<Float>,
        base: UnsafePointer<Float>,
        rows: UnsafePointer<Float>,
        chosen: UnsafeBufferPointer<Int32>,
        weights: UnsafeBufferPointer<Float>
    ) -> Float {
        let F = width
        guard !chosen.isEmpty, let names = chosen.baseAddress, let weights = weights.baseAddress else {
            x.update(repeating: 0, count: F)
            return 0
        }
        freshet_symmetric_product(residual, base, x, F)
        for factor in 0..<F { residual[factor] = -residual[factor] }
        let reached = freshet_add_weighted_rows(residual, rows, names, weights, x, 1, -1, chosen.count, F)
        // With r the residual, the error of x is that of zero less b·x + r·x; each step lowers it by α r·r.
        var gain = reached + freshet_dot(residual, x, F)
        direction.update(from: residual, count: F)
        var square = freshet_dot(residual, residual, F)
        for _ in 0..<steps where square > 1e-20 {
            freshet_symmetric_product(product, base, direction, F)
            _ = freshet_add_weighted_rows(product, rows, names, weights, direction, 0, 1, chosen.count, F)
            let rate = square / freshet_dot(direction, product, F)
            freshet_axpy(x, direction, rate, F)
            freshet_axpy(residual, product, -rate, F)
            gain += rate * square
            let next = freshet_dot(residual, residual, F)
            for factor in 0..<F { direction[factor] = residual[factor] + next / square * direction[factor] }
            square = next
        }
        return gain
    }
}
