import CFreshetKernels

extension Tape {
    /// Binary cross-entropy of logits against labels: the loss of a row is `-y·log σ(x) - (1 - y)·log(1 - σ(x))`.
    ///
    /// The root of a pass: call ``backward()`` next.
    ///
    /// - Parameters:
    ///   - x: `[N, 1]`.
    ///   - labels: `N` numbers from 0 to 1.
    ///   - scale: the weight of each row.
    /// - Returns: the sum of the rows' losses, unscaled.
    ///
    /// Gradient: `dx += scale · (σ(x) - y)`.
    public func logisticLoss(_ x: Tensor, labels: [Float], scale: Float) -> Double {
        precondition(x.columns == 1 && x.rows == labels.count, "logisticLoss: \(labels.count) labels of \(x.rows) rows")
        let dx = isRecording ? gradient(of: x) : nil
        var loss = 0.0
        for (n, label) in labels.enumerated() {
            let logit = x.values[n]
            // log(1 + e^z) - y·z, without overflow.
            loss += Double(max(logit, 0) - label * logit + logarithm(1 + exponential(-abs(logit))))
            dx?[n] += scale * (1 / (1 + exponential(-logit)) - label)
        }
        return loss
    }
}
