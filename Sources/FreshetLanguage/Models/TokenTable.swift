import FreshetTensor

/// The vectors of the tokens, as they are trained or in bytes.
enum TokenTable: Sendable {
    /// `[V, C]`.
    case floats(Parameter)
    /// `[C, V]`.
    case bytes(ByteMatrix)

    /// How many bytes it has.
    var byteCount: Int {
        switch self {
        case .floats(let table): table.count * MemoryLayout<Float>.stride
        case .bytes(let table): table.byteCount
        }
    }

    /// The vectors of some tokens, `[N, C]`.
    func callAsFunction(_ tokens: UnsafeBufferPointer<Int32>, on tape: Tape) -> Tensor {
        switch self {
        case .floats(let table): tape.gather(table, tokens)
        case .bytes(let table): tape.gather(table, tokens)
        }
    }
}
