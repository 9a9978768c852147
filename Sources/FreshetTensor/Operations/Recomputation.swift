import CFreshetKernels

extension Tape {
    /// Runs a part of a pass, such as a layer, and keeps nothing but its result; the way back runs it once more (gradient
    /// checkpointing: Chen and others, "Training deep nets with sublinear memory cost", 2016).
    ///
    /// A network of `L` such parts needs the memory of `L` results and of one part, for a third more work. A tape that does not
    /// record runs the part as it is.
    ///
    /// - Parameters:
    ///   - x: the only matrix of the pass that the part reads; parameters it may read too.
    ///   - part: the part; called twice, with the tape that it has to run on, and with equal dropout.
    /// - Returns: its result.
    ///
    /// Gradient: that of the part, to `x` and to its parameters.
    public func recomputed(_ x: Tensor, part: @escaping (Tensor, Tape) -> Tensor) -> Tensor {
        guard isRecording, let gradients else { return part(x, self) }
        let inner = inner ?? Tape(recordingInto: gradients, pool: BufferPool())
        self.inner = inner
        let key = dropoutKey
        inner.dropoutKey = key
        let first = part(inner.input(x, isConstant: !needsGradient(x)), inner)
        let y = make(first.rows, first.columns)
        y.values.update(from: first.values, count: y.count)
        dropoutKey = inner.dropoutKey
        inner.reset()
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            inner.dropoutKey = key
            let input = inner.input(x, isConstant: !needsGradient(x))
            let again = part(input, inner)
            inner.gradient(of: again).update(from: dy, count: again.count)
            inner.backward()
            if needsGradient(x), let dx = inner.gradientIfReached(input) {
                freshet_axpy(gradient(of: x), dx, 1, x.count)
            }
            inner.reset()
        }
        return y
    }

    /// The numbers of another tape's matrix as one of this tape.
    private func input(_ x: Tensor, isConstant: Bool) -> Tensor {
        let copy = { [self] in
            let input = make(x.rows, x.columns)
            input.values.update(from: x.values, count: x.count)
            return input
        }
        return isConstant ? withoutRecording(copy) : copy()
    }
}
