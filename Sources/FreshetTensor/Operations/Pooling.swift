import CFreshetKernels

extension Tape {
    /// `y[s]` = the mean of the rows of sequence `s`: one vector a text.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - offsets: where each sequence begins in the `N` rows, and the end; `S + 1` entries, no sequence empty.
    /// - Returns: `[S, C]`.
    ///
    /// Gradient: `dx[n] += dy[s] / length(s)` for the rows of `s`.
    public func meanOfSequences(_ x: Tensor, offsets: [Int]) -> Tensor {
        let C = x.columns
        precondition(offsets.last == x.rows, "meanOfSequences: offsets end at \(offsets.last ?? -1)")
        let y = make(offsets.count - 1, C)
        y.values.update(repeating: 0, count: y.count)
        for s in 0..<y.rows {
            let share = 1 / Float(offsets[s + 1] - offsets[s])
            for n in offsets[s]..<offsets[s + 1] { freshet_axpy(y.values + s * C, x.values + n * C, share, C) }
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            let dx = gradient(of: x)
            for s in 0..<y.rows {
                let share = 1 / Float(offsets[s + 1] - offsets[s])
                for n in offsets[s]..<offsets[s + 1] { freshet_axpy(dx + n * C, dy + s * C, share, C) }
            }
        }
        return y
    }

    /// `y[n] = x[n] / |x[n]|`: every row with length 1; a row of zeros stays one.
    ///
    /// Gradient: `dx = (dy - y (y · dy)) / |x|`.
    public func normalizeRows(_ x: Tensor) -> Tensor {
        let C = x.columns
        let y = make(x.rows, C)
        let inverses = pool.take(x.rows)
        for n in 0..<x.rows {
            let length = freshet_sum_of_squares(x.values + n * C, C).squareRoot()
            inverses[n] = length > 0 ? Float(1 / length) : 0
            freshet_scaled_copy(y.values + n * C, x.values + n * C, inverses[n], C)
        }
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            let dx = gradient(of: x)
            for n in 0..<x.rows {
                let along = freshet_dot(y.values + n * C, dy + n * C, C)
                freshet_axpy(dx + n * C, dy + n * C, inverses[n], C)
                freshet_axpy(dx + n * C, y.values + n * C, -along * inverses[n], C)
            }
        }
        return y
    }
}
