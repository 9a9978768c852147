import CFreshetKernels

extension Tape {
    /// `weight / 2 · |W - W₀|²`: what holds a parameter near numbers that have proved good (a proximal term).
    ///
    /// Its gradient is there at once; the root of the pass follows.
    ///
    /// - Parameters:
    ///   - parameter: W, dense.
    ///   - anchor: W₀, of the same shape.
    ///   - weight: how firmly it is held.
    /// - Returns: the term.
    ///
    /// Gradient: `dW += weight · (W - W₀)`.
    @discardableResult
    public func proximalTerm(_ parameter: Parameter, near anchor: [Float], weight: Float) -> Double {
        precondition(anchor.count == parameter.count, "proximalTerm: \(anchor.count) numbers for \(parameter.name)")
        var sum = 0.0
        for (value, held) in zip(parameter.values, anchor) { sum += Double(value - held) * Double(value - held) }
        if isRecording, let gradients {
            let dW = gradients.dense(parameter)
            freshet_axpy(dW, parameter.pointer, weight, parameter.count)
            anchor.withUnsafeBufferPointer { freshet_axpy(dW, $0.baseAddress!, -weight, parameter.count) }
        }
        return 0.5 * Double(weight) * sum
    }
}
