import CFreshetKernels
import Foundation
import FreshetCore
import FreshetTensor

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
///
/// A row-wise parameter is updated lazily: only the rows that a step touched move, decay and age their moments, with
/// the bias correction of the common step count. The work of a step is then independent of the table's length.
public final class AdamW: Optimizer {
    private let set: ParameterSet
    private let beta1: Float
    private let beta2: Float
    private let epsilon: Float
    private let weightDecay: Float
    /// What it remembers of past gradients.
    public let moments: AdamMoments

    /// Creates an optimizer.
    public init(
        _ set: ParameterSet,
        beta1: Float = 0.9,
        beta2: Float = 0.999,
        epsilon: Float = 1e-8,
        weightDecay: Float = 0
    ) {
        self.set = set
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        moments = AdamMoments(for: set)
    }

    /// Makes one step.
    public func step(_ gradients: Gradients, rate: Float, gradientScale: Float, pool: ThreadPool) {
        moments.steps += 1
        let correction = Correction(
            step: Double(moments.steps),
            beta1: beta1,
            beta2: beta2,
            epsilon: epsilon,
            rate: rate
        )
        for parameter in set.parameters {
            let decay = parameter.decays ? rate * weightDecay : 0
            switch parameter.layout {
            case .dense:
                let gradient = gradients.dense(parameter)
                pool.forEachRange(parameter.count, grain: 1 << 14) { range, _ in
                    update(
                        parameter,
                        at: range.lowerBound,
                        gradient + range.lowerBound,
                        range.count,
                        correction,
                        decay,
                        gradientScale
                    )
                }
            case .frozen: break
            case .rows:
                let rows = gradients.rows(parameter)
                pool.forEachRange(rows.touched.count, grain: 256) { range, _ in
                    for slot in range {
                        let offset = Int(rows.touched[slot]) * parameter.columns
                        update(
                            parameter,
                            at: offset,
                            rows.gradient(atSlot: slot),
                            parameter.columns,
                            correction,
                            decay,
                            gradientScale
                        )
                    }
                }
            }
        }
    }

    private func update(
        _ parameter: Parameter,
        at offset: Int,
        _ gradient: UnsafePointer<Float>,
        _ count: Int,
        _ correction: Correction,
        _ decay: Float,
        _ gradientScale: Float
    ) {
        freshet_adam(
            parameter.pointer + offset,
            moments.first[parameter] + offset,
            moments.second[parameter] + offset,
            gradient,
            correction.rate,
            beta1,
            beta2,
            correction.epsilon,
            decay,
            gradientScale,
            count
        )
    }

    /// Makes room for parameters that have more rows than before; these begin without moments.
    public func adaptToGrowth() {
        moments.first.adaptToGrowth(of: set)
        moments.second.adaptToGrowth(of: set)
    }

    /// Forgets the moments of a row.
    public func resetMoments(of parameter: Parameter, row: Int) {
        let offset = row * parameter.columns
        (moments.first[parameter] + offset).update(repeating: 0, count: parameter.columns)
        (moments.second[parameter] + offset).update(repeating: 0, count: parameter.columns)
    }

    /// Takes over the moments of an optimizer of a smaller or larger network with the same names, as far as tables of
    /// both have rows; further rows start without moments.
    public func assignLeadingRows(from other: AdamMoments) {
        moments.first.assignLeadingRows(from: other.first)
        moments.second.assignLeadingRows(from: other.second)
        moments.steps = other.steps
    }

    /// The moments and the step count.
    public func state() -> [String: StoredArray] {
        let arrays =
            moments.first.arrays(set, prefix: "optimizer.first")
            + moments.second.arrays(set, prefix: "optimizer.second")
        return Dictionary(uniqueKeysWithValues: arrays + [("optimizer.steps", StoredArray([moments.steps]))])
    }

    /// Takes over moments and step count.
    public func restore(_ checkpoint: Checkpoint) throws {
        try moments.first.restore(set, prefix: "optimizer.first", from: checkpoint)
        try moments.second.restore(set, prefix: "optimizer.second", from: checkpoint)
        moments.steps = try checkpoint.numbers("optimizer.steps", of: Int64.self, shape: [1])[0]
    }
}

/// What ``AdamW`` remembers of past gradients: their running mean and that of their squares.
///
/// `@unchecked Sendable`: written by the optimizer's steps, and by nobody once the training that made them is over.
public final class AdamMoments: @unchecked Sendable {
    let first: ParameterState
    let second: ParameterState
    var steps: Int64 = 0

    init(for set: ParameterSet) {
        first = ParameterState(for: set)
        second = ParameterState(for: set)
    }
}

/// The bias correction of a step, folded into the rate and epsilon:
/// `rate · m̂ / (√v̂ + ε) = rate · √c₂ / c₁ · m / (√v + ε·√c₂)` with `c = 1 - βᵗ`.
private struct Correction {
    let rate: Float
    let epsilon: Float

    init(step: Double, beta1: Float, beta2: Float, epsilon: Float, rate: Float) {
        let c1 = 1 - pow(Double(beta1), step)
        let root2 = (1 - pow(Double(beta2), step)).squareRoot()
        self.rate = Float(Double(rate) * root2 / c1)
        self.epsilon = Float(Double(epsilon) * root2)
    }
}
