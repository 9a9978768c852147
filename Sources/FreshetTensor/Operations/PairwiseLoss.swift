import CFreshetKernels

extension Tape {
    /// What was chosen before what was not: `-log σ(x · (better - worse))` for each row (Rendle and others, UAI 2009).
    ///
    /// The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - better: `[N, C]`.
    ///   - worse: `[N, C]`.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    ///
    /// Gradient: with `g = scale · (σ(lead) - 1)`, `dx += g (better - worse)`, `dbetter += g x`, `dworse -= g x`.
    public func pairwiseLoss(_ x: Tensor, better: Tensor, worse: Tensor, scale: Float) -> Double {
        let (N, C) = (x.rows, x.columns)
        for other in [better, worse] {
            precondition(other.rows == N && other.columns == C, "pairwiseLoss: shapes differ")
        }
        let slopes = pool.take(max(N, 1))
        var loss = 0.0
        for n in 0..<N {
            let (user, up, down) = (x.values + n * C, better.values + n * C, worse.values + n * C)
            let lead = freshet_dot(user, up, C) - freshet_dot(user, down, C)
            // -log σ(z), without overflow.
            loss += Double(max(-lead, 0) + logarithm(1 + exponential(-abs(lead))))
            slopes[n] = -scale / (1 + exponential(lead))
        }
        guard isRecording else { return loss }
        let (dx, dbetter, dworse) = (gradient(of: x), gradient(of: better), gradient(of: worse))
        for n in 0..<N {
            let (row, slope) = (n * C, slopes[n])
            freshet_axpy(dx + row, better.values + row, slope, C)
            freshet_axpy(dx + row, worse.values + row, -slope, C)
            freshet_axpy(dbetter + row, x.values + row, slope, C)
            freshet_axpy(dworse + row, x.values + row, -slope, C)
        }
        return loss
    }
}
