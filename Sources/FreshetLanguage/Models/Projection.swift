import FreshetNN
import FreshetTensor

/// `y = x · W + b`, as it is trained or in bytes.
enum Projection: Sendable {
    case floats(Linear)
    case bytes(ByteMatrix, bias: Parameter?)

    /// `[I, O]`, where it is in floats.
    var weight: Parameter? {
        guard case .floats(let linear) = self else { return nil }
        return linear.weight
    }

    /// `[O]`.
    var bias: Parameter? {
        switch self {
        case .floats(let linear): linear.bias
        case .bytes(_, let bias): bias
        }
    }

    /// Maps `[N, I]` to `[N, O]`.
    func callAsFunction(_ x: Tensor, on tape: Tape) -> Tensor {
        switch self {
        case .floats(let linear): linear(x, on: tape)
        case .bytes(let weight, let bias): tape.linear(x, weight, bias: bias)
        }
    }

    /// The same with its matrix in bytes, made by a function of its weights.
    func inBytes(_ matrix: (Parameter) throws -> ByteMatrix) rethrows -> Projection {
        switch self {
        case .floats(let linear): .bytes(try matrix(linear.weight), bias: linear.bias)
        case .bytes: self
        }
    }
}

/// The vectors of the tokens, as they are trained or in bytes.
enum TokenTable: Sendable {
    /// `[V, C]`.
    case floats(Parameter)
    /// `[C, V]`.
    case bytes(ByteMatrix)

    /// The vectors of some tokens, `[N, C]`.
    func callAsFunction(_ tokens: UnsafeBufferPointer<Int32>, on tape: Tape) -> Tensor {
        switch self {
        case .floats(let table): tape.gather(table, tokens)
        case .bytes(let table): tape.gather(table, tokens)
        }
    }
}
