import FreshetNN
import FreshetTensor

/// The sequence transformer without its items' vectors: what makes of the vectors of a history what its user wants next.
struct SequenceBody: Sendable {
    private let configuration: SequenceTransformer.Configuration
    private let positionTable: Parameter?
    private let typeTable: Parameter?
    private let gapTable: Parameter?
    private let opinionTable: Parameter?
    private var blocks: [TransformerBlock]
    private let norm: LayerNorm

    init(
        _ configuration: SequenceTransformer.Configuration,
        shape: SequenceTransformer.Shape,
        in builder: inout NetworkBuilder
    ) {
        let C = configuration.channels
        self.configuration = configuration
        let small = Initializer.normal(0.02)
        positionTable =
            configuration.absolutePositions
            ? builder.make("positions", rows: configuration.maximumLength, columns: C, small) : nil
        typeTable = shape.types > 1 ? builder.make("types", rows: shape.types, columns: C, small) : nil
        gapTable = shape.hasTimes ? builder.make("gaps", rows: PackedSequences.gapBuckets, columns: C, small) : nil
        opinionTable =
            shape.hasOpinions ? builder.make("opinions", rows: PackedSequences.opinionCount, columns: C, small) : nil
        blocks = shape.blockWidths(configuration).enumerated().map { block, width in
            TransformerBlock("blocks.\(block)", configuration, width: width, in: &builder)
        }
        norm = LayerNorm("norm", C, in: &builder)
    }

    /// The same with the matrices of its blocks in bytes, made by a function of their weights.
    func inBytes(_ matrix: (Parameter) throws -> ByteMatrix) rethrows -> SequenceBody {
        var body = self
        body.blocks = try blocks.map { try $0.inBytes(matrix) }
        return body
    }

    /// The vector of what each event's user wants next: `[N, C]`.
    ///
    /// - Parameters:
    ///   - items: the vectors of the events' items, `[N, C]`.
    ///   - batch: the events.
    ///   - tape: the pass.
    /// - Returns: a row for each event.
    func callAsFunction(_ items: Tensor, _ batch: PackedSequences, on tape: Tape) -> Tensor {
        var x = embed(items, batch, on: tape)
        for block in blocks { x = block(x, offsets: batch.offsets, on: tape) }
        return norm(x, on: tape)
    }

    /// The same for some rows only, ascending: `[Q, C]`.
    ///
    /// The last block works off these rows instead of all, close to half the work of two blocks when they are few.
    func callAsFunction(
        _ items: Tensor,
        _ batch: PackedSequences,
        at rows: UnsafeBufferPointer<Int32>,
        on tape: Tape
    ) -> Tensor {
        guard rows.count < batch.count else { return self(items, batch, on: tape) }
        var x = embed(items, batch, on: tape)
        for block in blocks.dropLast() { x = block(x, offsets: batch.offsets, on: tape) }
        guard let block = blocks.last else { return norm(tape.selectRows(x, rows), on: tape) }
        return norm(block(x, offsets: batch.offsets, rows: rows, on: tape), on: tape)
    }

    private func embed(_ items: Tensor, _ batch: PackedSequences, on tape: Tape) -> Tensor {
        var x = items
        if configuration.blockStyle == .original { x = tape.scale(x, by: Float(configuration.channels).squareRoot()) }
        if let positionTable { x = tape.add(x, tape.gather(positionTable, batch.positions.indices)) }
        if let typeTable { x = tape.add(x, tape.gather(typeTable, batch.types.indices)) }
        if let gapTable { x = tape.add(x, tape.gather(gapTable, batch.gaps.indices)) }
        if let opinionTable { x = tape.add(x, tape.gather(opinionTable, batch.opinions.indices)) }
        return tape.dropout(x, rate: configuration.dropout)
    }
}
