import CFreshetKernels
import FreshetCore
import FreshetTensor

/// Stochastic gradient descent with momentum (Polyak, 1964): `m ← μ·m + g`, `w ← w - rate·(m + decay·w)`.
///
/// Row-wise parameters are updated lazily: rows that a step did not touch keep their momentum.
public final class SGD: Optimizer {
    private let set: ParameterSet
    private let momentum: Float
    private let weightDecay: Float
    private let velocity: ParameterState

    /// Creates an optimizer.
    public init(_ set: ParameterSet, momentum: Float = 0, weightDecay: Float = 0) {
        self.set = set
        self.momentum = momentum
        self.weightDecay = weightDecay
        velocity = ParameterState(for: set)
    }

    /// Makes one step.
    public func step(_ gradients: Gradients, rate: Float, gradientScale: Float, pool: ThreadPool) {
        for parameter in set.parameters {
            switch parameter.layout {
            case .dense:
                update(parameter, at: 0, gradients.dense(parameter), parameter.count, rate, gradientScale)
            case .frozen: break
            case .rows:
                let rows = gradients.rows(parameter)
                for (slot, row) in rows.touched.enumerated() {
                    let offset = Int(row) * parameter.columns
                    update(parameter, at: offset, rows.gradient(atSlot: slot), parameter.columns, rate, gradientScale)
                }
            }
        }
    }

    private func update(
        _ parameter: Parameter,
        at offset: Int,
        _ gradient: UnsafePointer<Float>,
        _ count: Int,
        _ rate: Float,
        _ gradientScale: Float
    ) {
        let velocity = velocity[parameter] + offset
        let values = parameter.pointer + offset
        freshet_scale(velocity, momentum, count)
        freshet_axpy(velocity, gradient, gradientScale, count)
        if parameter.decays { freshet_scale(values, 1 - rate * weightDecay, count) }
        freshet_axpy(values, velocity, -rate, count)
    }

    /// The velocities.
    public func state() -> [String: StoredArray] {
        Dictionary(uniqueKeysWithValues: velocity.arrays(set, prefix: "optimizer.velocity"))
    }

    /// Takes over velocities.
    public func restore(_ checkpoint: Checkpoint) throws {
        try velocity.restore(set, prefix: "optimizer.velocity", from: checkpoint)
    }
}
