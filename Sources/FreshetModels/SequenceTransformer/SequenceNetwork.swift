import FreshetNN
import FreshetTensor

/// The forward pass of the sequence transformer, as it is trained.
struct SequenceNetwork: Sendable {
    /// All parameters.
    let parameters: ParameterSet
    /// Item vectors, input and (tied) output: `[V, C]`.
    let itemTable: Parameter
    /// What reads the vectors of a history.
    let body: SequenceBody

    /// Builds a network with fresh parameters, or with zeros where they are about to be replaced (`seed` is `nil`).
    init(_ configuration: SequenceTransformer.Configuration, shape: SequenceTransformer.Shape, seed: UInt64?) {
        let C = configuration.channels
        var builder = NetworkBuilder(seed: seed)
        let deviation: Float = configuration.blockStyle == .original ? (2 / Float(shape.items + C)).squareRoot() : 0.02
        itemTable = builder.make(
            "items",
            rows: shape.items,
            columns: C,
            .normal(deviation),
            layout: configuration.loss == .softmax ? .dense : .rows
        )
        body = SequenceBody(configuration, shape: shape, in: &builder)
        parameters = builder.set
    }

    /// The vector of what each event's user wants next: `[N, C]`.
    func callAsFunction(_ batch: PackedSequences, on tape: Tape) -> Tensor {
        body(items(of: batch, on: tape), batch, on: tape)
    }

    /// The same for some rows only, ascending: `[Q, C]`.
    func callAsFunction(_ batch: PackedSequences, at rows: UnsafeBufferPointer<Int32>, on tape: Tape) -> Tensor {
        body(items(of: batch, on: tape), batch, at: rows, on: tape)
    }

    /// The same for the newest event of each of `S` sequences only: `[S, C]`.
    func newest(_ batch: PackedSequences, on tape: Tape) -> Tensor { self(batch, at: batch.last.indices, on: tape) }

    private func items(of batch: PackedSequences, on tape: Tape) -> Tensor {
        tape.gather(itemTable, batch.items.indices)
    }
}
