import FreshetNN
import FreshetTensor

/// The forward pass of the sequence transformer.
struct SequenceNetwork: Sendable {
    /// All parameters.
    let parameters: ParameterSet
    /// Item vectors, input and (tied) output: `[V, C]`.
    let itemTable: Parameter
    private let configuration: SequenceTransformer.Configuration
    private let positionTable: Parameter?
    private let typeTable: Parameter?
    private let gapTable: Parameter?
    private let opinionTable: Parameter?
    private let blocks: [TransformerBlock]
    private let norm: LayerNorm

    /// Builds a network with fresh parameters, or with zeros where they are about to be replaced (`seed` is `nil`).
    init(_ configuration: SequenceTransformer.Configuration, shape: SequenceTransformer.Shape, seed: UInt64?) {
        let C = configuration.channels
        var builder = NetworkBuilder(seed: seed)
        self.configuration = configuration
        let deviation: Float = configuration.blockStyle == .original ? (2 / Float(shape.items + C)).squareRoot() : 0.02
        itemTable = builder.make(
            "items",
            rows: shape.items,
            columns: C,
            .normal(deviation),
            layout: configuration.loss == .softmax ? .dense : .rows
        )
        let small = Initializer.normal(0.02)
        positionTable =
            configuration.absolutePositions
            ? builder.make("positions", rows: configuration.maximumLength, columns: C, small) : nil
        typeTable = shape.types > 1 ? builder.make("types", rows: shape.types, columns: C, small) : nil
        gapTable = shape.hasTimes ? builder.make("gaps", rows: PackedSequences.gapBuckets, columns: C, small) : nil
        opinionTable =
            shape.hasOpinions ? builder.make("opinions", rows: PackedSequences.opinionCount, columns: C, small) : nil
        blocks = (0..<configuration.blocks).map { TransformerBlock("blocks.\($0)", configuration, in: &builder) }
        norm = LayerNorm("norm", C, in: &builder)
        parameters = builder.set
    }

    /// The vector of what each event's user wants next: `[N, C]`.
    func callAsFunction(_ batch: PackedSequences, on tape: Tape) -> Tensor {
        var x = embed(batch, on: tape)
        for block in blocks { x = block(x, offsets: batch.offsets, on: tape) }
        return norm(x, on: tape)
    }

    /// The same for some rows only, ascending: `[Q, C]`.
    ///
    /// The last block works off these rows instead of all, close to half the work of two blocks when they are few.
    func callAsFunction(_ batch: PackedSequences, at rows: UnsafeBufferPointer<Int32>, on tape: Tape) -> Tensor {
        guard rows.count < batch.count else { return self(batch, on: tape) }
        var x = embed(batch, on: tape)
        for block in blocks.dropLast() { x = block(x, offsets: batch.offsets, on: tape) }
        guard let block = blocks.last else { return norm(tape.selectRows(x, rows), on: tape) }
        return norm(block(x, offsets: batch.offsets, rows: rows, on: tape), on: tape)
    }

    /// The same for the newest event of each of `S` sequences only: `[S, C]`.
    func newest(_ batch: PackedSequences, on tape: Tape) -> Tensor { self(batch, at: batch.last.indices, on: tape) }

    private func embed(_ batch: PackedSequences, on tape: Tape) -> Tensor {
        var x = tape.gather(itemTable, batch.items.indices)
        if configuration.blockStyle == .original { x = tape.scale(x, by: Float(configuration.channels).squareRoot()) }
        if let positionTable { x = tape.add(x, tape.gather(positionTable, batch.positions.indices)) }
        if let typeTable { x = tape.add(x, tape.gather(typeTable, batch.types.indices)) }
        if let gapTable { x = tape.add(x, tape.gather(gapTable, batch.gaps.indices)) }
        if let opinionTable { x = tape.add(x, tape.gather(opinionTable, batch.opinions.indices)) }
        return tape.dropout(x, rate: configuration.dropout)
    }
}
