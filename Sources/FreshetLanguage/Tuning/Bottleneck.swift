import FreshetNN
import FreshetTensor

/// Two narrow products with a function between them beside a way past, by which a layer learns while its own matrices stay as they
/// are: `x + up(f(down(x)))` (Houlsby and others, "Parameter-efficient transfer learning for NLP", ICML 2019).
///
/// `up` is zero at first, so a model with fresh ones is the model without. They are no products alone, so they cannot be folded
/// into matrices: they stay in the network.
struct Bottleneck: Sendable {
    /// `[C, width]` and `[1, width]`.
    private let down: (weight: Parameter, bias: Parameter)
    /// `[width, C]` and `[1, C]`.
    private let up: (weight: Parameter, bias: Parameter)

    init(_ name: String, channels: Int, width: Int, in builder: inout NetworkBuilder) {
        let deviation = 1 / Float(channels).squareRoot()
        down = (
            builder.make("\(name).down", rows: channels, columns: width, .normal(deviation)),
            builder.make("\(name).downBias", columns: width, .constant(0))
        )
        up = (
            builder.make("\(name).up", rows: width, columns: channels, .constant(0)),
            builder.make("\(name).upBias", columns: channels, .constant(0))
        )
    }

    /// What learns.
    var parameters: [Parameter] { [down.weight, down.bias, up.weight, up.bias] }

    /// Maps `[N, C]` to `[N, C]`.
    func callAsFunction(_ x: Tensor, _ activation: Activation, on tape: Tape) -> Tensor {
        let inner = tape.activate(tape.linear(x, down.weight, bias: down.bias), activation)
        return tape.add(x, tape.linear(inner, up.weight, bias: up.bias))
    }
}
