import CFreshetKernels
import FreshetCore
import FreshetTensor

/// Adagrad (Duchi, Hazan and Singer, 2011) with one accumulator a row.
///
/// The usual choice for large embedding tables:
/// `s_r ← s_r + mean(g_r²)`, `w_r ← w_r - rate · g_r / (√s_r + ε)`. Its state is a column, not a second table.
public final class RowWiseAdagrad: Optimizer {
    private let set: ParameterSet
    private let epsilon: Float
    private let sums: ParameterState

    /// Creates an optimizer.
    public init(_ set: ParameterSet, epsilon: Float = 1e-8) {
        self.set = set
        self.epsilon = epsilon
        sums = ParameterState(for: set, perRow: true)
    }

    /// Makes one step.
    public func step(_ gradients: Gradients, rate: Float, gradientScale: Float, pool: ThreadPool) {
        for parameter in set.parameters {
            switch parameter.layout {
            case .dense:
                let gradient = gradients.dense(parameter)
                for row in 0..<parameter.rows {
                    update(parameter, row, gradient + row * parameter.columns, rate, gradientScale)
                }
            case .rows:
                let rows = gradients.rows(parameter)
                for (slot, row) in rows.touched.enumerated() {
                    update(parameter, Int(row), rows.gradient(atSlot: slot), rate, gradientScale)
                }
            }
        }
    }

    private func update(
        _ parameter: Parameter,
        _ row: Int,
        _ gradient: UnsafePointer<Float>,
        _ rate: Float,
        _ gradientScale: Float
    ) {
        let C = parameter.columns
        let squares = Float(freshet_sum_of_squares(gradient, C)) * gradientScale * gradientScale
        let sum = sums[parameter] + row
        sum.pointee += squares / Float(C)
        let step = rate * gradientScale / (sum.pointee.squareRoot() + epsilon)
        freshet_axpy(parameter.pointer + row * C, gradient, -step, C)
    }

    /// The accumulators.
    public func state() -> [String: StoredArray] {
        Dictionary(uniqueKeysWithValues: sums.arrays(set, prefix: "optimizer.sums"))
    }

    /// Takes over accumulators.
    public func restore(_ checkpoint: Checkpoint) throws {
        try sums.restore(set, prefix: "optimizer.sums", from: checkpoint)
    }
}
