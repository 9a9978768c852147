import FreshetTensor

/// Builds parameters of a network under names that follow its structure.
public struct NetworkBuilder {
    /// The parameters built so far.
    public let set: ParameterSet
    /// Draws their first values.
    public var random: RandomSource
    /// Whether first values are drawn; else they are zero, for numbers to be copied into.
    public var draws: Bool
    /// Whether what is built now stays as it is in training.
    public var isFrozen = false

    /// Creates a builder with an empty set; without a seed every first value is zero, for numbers to be copied into.
    public init(seed: UInt64?) {
        set = ParameterSet()
        random = RandomSource.stream(seed: seed ?? 0, 1)
        draws = seed != nil
    }

    /// Adds a parameter.
    public mutating func make(
        _ name: String,
        rows: Int = 1,
        columns: Int,
        _ initializer: Initializer,
        layout: Parameter.GradientLayout = .dense
    ) -> Parameter {
        let initializer = draws ? initializer : .constant(0)
        let layout = isFrozen ? Parameter.GradientLayout.frozen : layout
        return set.make(name, rows: rows, columns: columns, initializer, layout: layout, using: &random)
    }
}

/// `y = x · W + b`.
public struct Linear: Sendable {
    /// `[I, O]`.
    public let weight: Parameter
    /// `[O]`.
    public let bias: Parameter?

    /// Builds the layer.
    public init(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true, in builder: inout NetworkBuilder) {
        weight = builder.make("\(name).weight", rows: inputs, columns: outputs, .glorot)
        self.bias = bias ? builder.make("\(name).bias", columns: outputs, .constant(0)) : nil
    }

    /// Maps `[N, I]` to `[N, O]`.
    public func callAsFunction(_ x: Tensor, on tape: Tape) -> Tensor {
        tape.linear(x, weight, bias: bias)
    }
}

/// Layer normalisation with gain and bias.
public struct LayerNorm: Sendable {
    /// `[C]`.
    public let gain: Parameter
    /// `[C]`.
    public let bias: Parameter
    /// Keeps the root away from zero.
    public let epsilon: Float

    /// Builds the layer.
    public init(_ name: String, _ channels: Int, epsilon: Float = 1e-6, in builder: inout NetworkBuilder) {
        self.epsilon = epsilon
        gain = builder.make("\(name).gain", columns: channels, .constant(1))
        bias = builder.make("\(name).bias", columns: channels, .constant(0))
    }

    /// Maps `[N, C]` to `[N, C]`.
    public func callAsFunction(_ x: Tensor, on tape: Tape) -> Tensor {
        tape.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon)
    }
}
