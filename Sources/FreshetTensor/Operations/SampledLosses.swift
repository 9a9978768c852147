import CFreshetKernels

extension Tape {
    /// Softmax cross-entropy over the target and `K` sampled items shared by all rows, with the logQ correction
    /// (Bengio and Senécal, 2008; Yi and others, RecSys 2019).
    ///
    /// A sampled item that is a row's target is masked in that row. The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - table: `[V, C]`, any gradient layout.
    ///   - targets: `N` row numbers of the table.
    ///   - negatives: `K` sampled row numbers.
    ///   - logProbability: `V` logarithms of the chance to be sampled, subtracted from the logits.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    public func sampledSoftmax(
        _ x: Tensor,
        table: Parameter,
        targets: UnsafeBufferPointer<Int32>,
        negatives: UnsafeBufferPointer<Int32>,
        logProbability: UnsafePointer<Float>,
        scale: Float
    ) -> Double {
        let (N, C, K) = (x.rows, x.columns, negatives.count)
        precondition(targets.count == N && table.columns == C, "sampledSoftmax: shapes differ")
        let positive = pool.take(N * C)
        let negative = pool.take(K * C)
        freshet_gather(positive, table.pointer, targets.baseAddress!, N, C)
        freshet_gather(negative, table.pointer, negatives.baseAddress!, K, C)
        let width = K + 1
        let logits = pool.take(N * width)
        multiply(
            x.matrix,
            MatrixView(negative, K, C).transposed,
            into: MutableMatrixView(logits + 1, N, K, stride: width)
        )
        var loss = 0.0
        for n in 0..<N {
            let row = logits + n * width
            let target = targets[n]
            row[0] = freshet_dot(x.values + n * C, positive + n * C, C) - logProbability[Int(target)]
            for k in 0..<K {
                row[k + 1] = negatives[k] == target ? -1e9 : row[k + 1] - logProbability[Int(negatives[k])]
            }
            loss += Double(freshet_cross_entropy(row, 0, scale, 0, width))
        }
        guard isRecording, let gradients else { return loss }
        let dx = accumulator(of: x)
        let dlogits = MatrixView(logits + 1, N, K, stride: width)
        multiply(dlogits, MatrixView(negative, K, C), into: MutableMatrixView(dx.pointer, N, C), beta: dx.beta)
        let dnegative = negative  // No longer needed as values.
        multiply(dlogits.transposed, x.matrix, into: MutableMatrixView(dnegative, K, C))
        gradients.add(dnegative, toRows: negatives, of: table)
        for n in 0..<N {
            freshet_axpy(dx.pointer + n * C, positive + n * C, logits[n * width], C)
            freshet_scaled_copy(positive + n * C, x.values + n * C, logits[n * width], C)
        }
        gradients.add(positive, toRows: targets, of: table)
        return loss
    }

    /// Binary cross-entropy of each row's target against sampled items of its own, as in SASRec (Kang and McAuley,
    /// 2018), with the calibration of gSASRec (Petrov and Macdonald, RecSys 2023).
    ///
    /// The loss of a row is `-β·log σ(s⁺) - Σ log(1 - σ(s⁻))`; β = 1 is plain binary cross-entropy. The root of a
    /// pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`.
    ///   - table: `[V, C]`, any gradient layout.
    ///   - targets: `N` row numbers of the table.
    ///   - negatives: `[N, K]` sampled row numbers.
    ///   - positivePower: β.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    public func binaryCrossEntropy(
        _ x: Tensor,
        table: Parameter,
        targets: UnsafeBufferPointer<Int32>,
        negatives: UnsafeBufferPointer<Int32>,
        positivePower: Float = 1,
        scale: Float
    ) -> Double {
        let (N, C) = (x.rows, x.columns)
        let K = negatives.count / max(N, 1)
        precondition(targets.count == N && negatives.count == N * K && table.columns == C, "binaryCrossEntropy: shapes")
        let dx = isRecording ? gradient(of: x) : nil
        let rows = pool.take(N * C)
        var loss = 0.0
        loss += logisticTerms(x, table, targets, label: 1, weight: positivePower, scale, dx, rows)
        let column = UnsafeMutableRawPointer(pool.take(N)).bindMemory(to: Int32.self, capacity: N)
        for k in 0..<K {
            for n in 0..<N { column[n] = negatives[n * K + k] }
            let indices = UnsafeBufferPointer(start: column, count: N)
            loss += logisticTerms(x, table, indices, label: 0, weight: 1, scale, dx, rows)
        }
        return loss
    }

    /// One item a row: the loss of its logit against a label, and the gradients of both sides.
    private func logisticTerms(
        _ x: Tensor,
        _ table: Parameter,
        _ items: UnsafeBufferPointer<Int32>,
        label: Float,
        weight: Float,
        _ scale: Float,
        _ dx: UnsafeMutablePointer<Float>?,
        _ rows: UnsafeMutablePointer<Float>
    ) -> Double {
        let (N, C) = (x.rows, x.columns)
        var loss = 0.0
        for n in 0..<N {
            let (user, item) = (x.values + n * C, table.pointer + Int(items[n]) * C)
            let logit = freshet_dot(user, item, C)
            // -log σ(z) for label 1, -log σ(-z) for label 0, without overflow.
            let margin = label == 1 ? logit : -logit
            loss += Double(weight * (max(-margin, 0) + logarithm(1 + exponential(-abs(margin)))))
            guard let dx else { continue }
            let slope = scale * weight * (1 / (1 + exponential(-logit)) - label)
            freshet_axpy(dx + n * C, item, slope, C)
            freshet_scaled_copy(rows + n * C, user, slope, C)
        }
        if dx != nil { gradients?.add(rows, toRows: items, of: table) }
        return loss
    }
}
