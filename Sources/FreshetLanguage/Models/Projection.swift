import FreshetNN
import FreshetTensor

/// `y = x · W + b`, as it is trained, with adapters beside it, or in bytes.
enum Projection: Sendable {
    case floats(Linear)
    case adapted(Linear, [LowRankAdapter])
    case bytes(ByteMatrix, bias: Parameter?)

    /// `[I, O]`, where it is in floats.
    var weight: Parameter? {
        switch self {
        case .floats(let linear), .adapted(let linear, _): linear.weight
        case .bytes: nil
        }
    }

    /// What it learns by instead of its matrix.
    var adapters: [LowRankAdapter] {
        guard case .adapted(_, let adapters) = self else { return [] }
        return adapters
    }

    /// `[O]`.
    var bias: Parameter? {
        switch self {
        case .floats(let linear), .adapted(let linear, _): linear.bias
        case .bytes(_, let bias): bias
        }
    }

    /// Maps `[N, I]` to `[N, O]`.
    func callAsFunction(_ x: Tensor, on tape: Tape) -> Tensor {
        switch self {
        case .floats(let linear): return linear(x, on: tape)
        case .adapted(let linear, let adapters):
            let y = linear(x, on: tape)
            for adapter in adapters { adapter.add(x, to: y, on: tape) }
            return y
        case .bytes(let weight, let bias): return tape.linear(x, weight, bias: bias)
        }
    }

    /// Puts an adapter beside the matrix.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - settings: its shape.
    ///   - columns: the columns of the matrix that it is for; all unless given.
    ///   - builder: takes its parameters.
    mutating func addAdapter(
        _ name: String,
        _ settings: LowRankSettings,
        columns: Range<Int>?,
        in builder: inout NetworkBuilder
    ) {
        switch self {
        case .floats(let linear): self = .adapted(linear, [])
        case .adapted: break
        case .bytes: preconditionFailure("a matrix in bytes cannot learn")
        }
        guard case .adapted(let linear, let adapters) = self else { return }
        let columns = columns ?? 0..<linear.weight.columns
        let adapter = LowRankAdapter(name, inputs: linear.weight.rows, columns: columns, settings, in: &builder)
        self = .adapted(linear, adapters + [adapter])
    }

    /// The same with its matrix in bytes, made by a function of its weights.
    func inBytes(_ matrix: (Parameter) throws -> ByteMatrix) rethrows -> Projection {
        switch self {
        case .floats(let linear): .bytes(try matrix(linear.weight), bias: linear.bias)
        case .adapted: preconditionFailure("adapters have to be folded in first")
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
