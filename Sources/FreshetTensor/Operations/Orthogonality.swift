import CFreshetKernels

extension Tape {
    /// `weight · |WᵀW - 1|²`, or `weight · |WWᵀ - 1|²`: what makes the columns or the rows of a parameter orthogonal.
    ///
    /// Its gradient is there at once; the root of the pass follows.
    ///
    /// - Parameters:
    ///   - parameter: W, dense.
    ///   - ofRows: whether its rows are to be orthogonal and not its columns.
    ///   - weight: how much it counts.
    /// - Returns: the term.
    ///
    /// Gradient: `dW += 4 · weight · W(WᵀW - 1)`, or `4 · weight · (WWᵀ - 1)W`.
    @discardableResult
    public func orthogonalityTerm(_ parameter: Parameter, ofRows: Bool, weight: Float) -> Double {
        let W = parameter.matrix
        let count = ofRows ? W.rows : W.columns
        let excess = pool.take(count * count)
        let product = MutableMatrixView(excess, count, count)
        if ofRows { multiply(W, W.transposed, into: product) } else { multiply(W.transposed, W, into: product) }
        for place in 0..<count { excess[place * count + place] -= 1 }
        if isRecording, let gradients {
            let target = MutableMatrixView(gradients.dense(parameter), W.rows, W.columns)
            let view = MatrixView(excess, count, count)
            if ofRows {
                multiply(view, W, into: target, alpha: 4 * weight, beta: 1)
            } else {
                multiply(W, view, into: target, alpha: 4 * weight, beta: 1)
            }
        }
        return Double(weight) * freshet_sum_of_squares(excess, count * count)
    }
}
