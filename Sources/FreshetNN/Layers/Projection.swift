import FreshetTensor

/// `y = x · W + b`, as it is trained, with adapters beside it, or in bytes.
public enum Projection: Sendable {
    /// As it is trained.
    case floats(Linear)
    /// With adapters, which learn in its place.
    case adapted(Linear, [any MatrixAdapter])
    /// For inference, with the inputs rounded as they come.
    case bytes(ByteMatrix, bias: Parameter?)

    /// `[I, O]`, where it is in floats.
    public var weight: Parameter? {
        switch self {
        case .floats(let linear), .adapted(let linear, _): linear.weight
        case .bytes: nil
        }
    }

    /// What it learns by instead of its matrix.
    public var adapters: [any MatrixAdapter] {
        guard case .adapted(_, let adapters) = self else { return [] }
        return adapters
    }

    /// `[O]`.
    public var bias: Parameter? {
        switch self {
        case .floats(let linear), .adapted(let linear, _): linear.bias
        case .bytes(_, let bias): bias
        }
    }

    /// The matrix in bytes, where it is.
    public var byteMatrix: ByteMatrix? {
        guard case .bytes(let matrix, _) = self else { return nil }
        return matrix
    }

    /// How many bytes its matrix has.
    public var byteCount: Int {
        switch self {
        case .floats(let linear), .adapted(let linear, _): linear.weight.count * MemoryLayout<Float>.stride
        case .bytes(let matrix, _): matrix.byteCount
        }
    }

    /// Maps `[N, I]` to `[N, O]`.
    public func callAsFunction(_ x: Tensor, on tape: Tape) -> Tensor {
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
    ///   - columns: the columns of the matrix that it is for; all unless given.
    ///   - make: makes it for a number of inputs and these columns.
    public mutating func addAdapter(
        columns: Range<Int>?,
        _ make: (_ inputs: Int, _ columns: Range<Int>) -> any MatrixAdapter
    ) {
        switch self {
        case .floats(let linear): self = .adapted(linear, [])
        case .adapted: break
        case .bytes: preconditionFailure("a matrix in bytes cannot learn")
        }
        guard case .adapted(let linear, let adapters) = self else { return }
        let adapter = make(linear.weight.rows, columns ?? 0..<linear.weight.columns)
        self = .adapted(linear, adapters + [adapter])
    }

    /// The same with its matrix in bytes, made by a function of its weights.
    public func inBytes(_ matrix: (Parameter) throws -> ByteMatrix) rethrows -> Projection {
        switch self {
        case .floats(let linear): .bytes(try matrix(linear.weight), bias: linear.bias)
        case .adapted: preconditionFailure("adapters have to be folded in first")
        case .bytes: self
        }
    }
}
