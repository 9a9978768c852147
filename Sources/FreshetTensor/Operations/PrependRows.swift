import CFreshetKernels

extension Tape {
    /// The rows of a parameter before each sequence, as if every text began with them.
    ///
    /// - Parameters:
    ///   - prompt: `[P, C]`, dense or frozen.
    ///   - x: `[N, C]`.
    ///   - offsets: where each sequence begins in the `N` rows, and the end; `S + 1` entries.
    /// - Returns: `[N + S·P, C]`.
    ///
    /// Gradient: `dprompt += dy` of the rows that are its own, of each sequence; `dx += dy` of the others.
    public func prependRows(_ prompt: Parameter, to x: Tensor, offsets: [Int]) -> Tensor {
        let (P, C) = (prompt.rows, x.columns)
        precondition(prompt.columns == C && offsets.last == x.rows, "prependRows: shapes differ")
        let y = make(x.rows + (offsets.count - 1) * P, C)
        for s in 0..<offsets.count - 1 {
            let start = y.values + (offsets[s] + s * P) * C
            start.update(from: prompt.pointer, count: P * C)
            (start + P * C).update(from: x.values + offsets[s] * C, count: (offsets[s + 1] - offsets[s]) * C)
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y), let gradients else { return }
            let dprompt = gradient(of: prompt, in: gradients)
            let dx = needsGradient(x) ? gradient(of: x) : nil
            for s in 0..<offsets.count - 1 {
                let start = dy + (offsets[s] + s * P) * C
                freshet_axpy(dprompt, start, 1, P * C)
                if let dx { freshet_axpy(dx + offsets[s] * C, start + P * C, 1, (offsets[s + 1] - offsets[s]) * C) }
            }
        }
        return y
    }
}
