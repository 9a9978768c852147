import FreshetTensor

/// Compares the gradients of a computation with finite differences.
///
/// The loss is the result's product with fixed random weights, summed in `Double`. Float32 differences are taken at
/// four points with a step of 0.1, whose norm-wise error is near 4e-6 for smooth operations; for those with kinks a
/// smaller two-point step is chosen by the caller. A formula with a term forgotten is off by 0.01 and more.
public struct GradientCheck {
    /// How the difference is taken.
    public enum Difference: Sendable {
        /// `(f(x-2h) - 8f(x-h) + 8f(x+h) - f(x+2h)) / 12h`.
        case fourPoint(Float)
        /// `(f(x+h) - f(x-h)) / 2h`.
        case twoPoint(Float)
    }

    private let parameters: ParameterSet
    private let difference: Difference
    private let loss: (Tape) -> Double

    /// Checks a computation whose result is a matrix.
    public init(
        _ parameters: ParameterSet,
        difference: Difference = .fourPoint(0.1),
        result: @escaping (Tape) -> Tensor
    ) {
        self.init(parameters, difference: difference) { tape in
            tape.dropoutKey = 7
            let y = result(tape)
            var random = RandomSource(seed: 99)
            let weights = (0..<y.count).map { _ in random.normal() }
            if tape.isRecording { tape.gradient(of: y).update(from: weights, count: y.count) }
            return zip(weights, y.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
    }

    /// Checks a computation that returns its loss and has set the gradient of what it came from.
    public init(
        _ parameters: ParameterSet,
        difference: Difference = .fourPoint(0.1),
        loss: @escaping (Tape) -> Double
    ) {
        self.parameters = parameters
        self.difference = difference
        self.loss = loss
    }

    /// The norm-wise relative error of each parameter's gradient, by name.
    public func errors() -> [(name: String, error: Double)] {
        let gradients = Gradients(for: parameters)
        let tape = Tape(recordingInto: gradients)
        _ = loss(tape)
        tape.backward()
        return parameters.parameters.map { parameter in
            let analytic = gradients.array(of: parameter)
            let numeric = (0..<parameter.count).map { slope(of: parameter, at: $0) }
            let distance = zip(analytic, numeric).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let norm = numeric.reduce(0) { $0 + $1 * $1 }
            return (parameter.name, (distance / max(norm, 1e-12)).squareRoot())
        }
    }

    private func slope(of parameter: Parameter, at index: Int) -> Double {
        let original = parameter.values[index]
        defer { parameter.values[index] = original }
        // The pass is recorded as well, so that dropout makes the same decisions.
        func value(_ offset: Float) -> Double {
            parameter.values[index] = original + offset
            let tape = Tape(recordingInto: Gradients(for: parameters))
            return loss(tape)
        }
        switch difference {
        case .twoPoint(let h):
            return (value(h) - value(-h)) / Double(2 * h)
        case .fourPoint(let h):
            return (value(-2 * h) - 8 * value(-h) + 8 * value(h) - value(2 * h)) / Double(12 * h)
        }
    }
}

extension Gradients {
    /// The gradient of a parameter, untouched rows zero.
    public func array(of parameter: Parameter) -> [Double] {
        switch parameter.layout {
        case .dense:
            return UnsafeBufferPointer(start: dense(parameter), count: parameter.count).map(Double.init)
        case .frozen:
            return [Double](repeating: 0, count: parameter.count)
        case .rows:
            var result = [Double](repeating: 0, count: parameter.count)
            let table = rows(parameter)
            for (slot, row) in table.touched.enumerated() {
                for column in 0..<parameter.columns {
                    result[Int(row) * parameter.columns + column] = Double(table.gradient(atSlot: slot)[column])
                }
            }
            return result
        }
    }
}
