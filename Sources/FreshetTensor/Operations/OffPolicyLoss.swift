import CFreshetKernels

extension Tape {
    /// Top-K off-policy REINFORCE over the whole catalogue, with logits `x · tableᵀ`.
    ///
    /// A row's target was shown by another policy with the chance `β`, and liked. With the network's own chance `π` to
    /// choose it, the gradient is that of `-log π` times two weights: `min(π / β, cap)`, how much more it would be shown
    /// now, and `K (1 - π)^(K-1)`, how much it gains by a larger chance where K items are shown at once (Chen and others,
    /// "Top-K Off-Policy Correction for a REINFORCE Recommender System", WSDM 2019, equations 4 and 6).
    ///
    /// The weights are constants there; the loss whose gradient this is exists all the same, and is what comes back: `-(1 -
    /// (1 - π)^K) / β` up to `π = cap · β`, where it goes on as `-cap · K · ∫ (1 - π)^(K-1) / π`. A row whose `β` is not a
    /// number has the weight 1: nobody showed its target. The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - table: `[V, C]`, dense gradient.
    ///   - targets: `N` row numbers of the table.
    ///   - propensities: `N` chances `β`, above 0 and up to 1, or not a number.
    ///   - slate: `K`, how many items are shown at once.
    ///   - cap: the largest weight `π / β`.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    public func topKOffPolicy(
        _ x: Tensor,
        table: Parameter,
        targets: UnsafeBufferPointer<Int32>,
        propensities: UnsafeBufferPointer<Float>,
        slate: Int,
        cap: Float,
        scale: Float
    ) -> Double {
        let (N, C, V) = (x.rows, x.columns, table.rows)
        precondition(targets.count == N && propensities.count == N && table.columns == C, "topKOffPolicy: shapes")
        precondition(slate >= 1 && cap > 0, "topKOffPolicy: \(slate) items, a cap of \(cap)")
        // A block's logits stay near 8 MB, however long the catalogue.
        let blockRows = min(N, max(32, (1 << 21) / V))
        let logits = pool.take(blockRows * V)
        let dx = isRecording ? accumulator(of: x) : nil
        var loss = 0.0
        for start in stride(from: 0, to: N, by: blockRows) {
            let rows = min(blockRows, N - start)
            let block = MatrixView(x.values + start * C, rows, C)
            multiply(block, table.matrix.transposed, into: MutableMatrixView(logits, rows, V))
            for r in 0..<rows {
                let row = logits + r * V
                let surprise = freshet_cross_entropy(row, Int(targets[start + r]), 1, 0, V)
                let term = OffPolicyTerm(
                    logChance: -Double(surprise),
                    propensity: Double(propensities[start + r]),
                    slate: slate,
                    cap: Double(cap)
                )
                loss += term.loss
                freshet_scale(row, scale * Float(term.weight), V)
            }
            guard let dx, let gradients else { continue }
            let dlogits = MatrixView(logits, rows, V)
            multiply(dlogits, table.matrix, into: MutableMatrixView(dx.pointer + start * C, rows, C), beta: dx.beta)
            multiply(dlogits.transposed, block, into: MutableMatrixView(gradients.dense(table), V, C), beta: 1)
        }
        return loss
    }
}

/// One row of ``Tape/topKOffPolicy(_:table:targets:propensities:slate:cap:scale:)``.
private struct OffPolicyTerm {
    /// What the gradient of `-log π` is multiplied with.
    let weight: Double
    /// The loss.
    let loss: Double

    init(logChance: Double, propensity: Double, slate: Int, cap: Double) {
        guard propensity > 0 else {
            (weight, loss) = (1, -logChance)
            return
        }
        let chance = exponential64(logChance)
        let limit = cap * propensity
        weight = min(chance / propensity, cap) * Double(slate) * Self.power(1 - chance, slate - 1)
        let reached = (1 - Self.power(1 - min(chance, limit), slate)) / propensity
        // Beyond a chance of 1 nothing is capped.
        let capped =
            chance > limit
            ? cap * Double(slate) * (Self.integral(logChance, slate) - Self.integral(logarithm64(limit), slate)) : 0
        loss = -reached - capped
    }

    /// The integral of `(1 - π)^(K-1) / π`: `log π + Σ (1 - π)^j / j` for `j` from 1 to `K - 1`.
    private static func integral(_ logChance: Double, _ slate: Int) -> Double {
        let rest = 1 - exponential64(logChance)
        var (sum, power) = (logChance, 1.0)
        for exponent in 1..<max(slate, 1) {
            power *= rest
            sum += power / Double(exponent)
        }
        return sum
    }

    /// A whole power, by squaring.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
