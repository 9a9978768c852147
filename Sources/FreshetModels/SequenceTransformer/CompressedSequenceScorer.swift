import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// A trained sequence transformer with fewer bits a number: it is kept, loaded and scored that way.
///
/// Rows are scored as they lie (``FreshetTensor/CompressedRows``), each unpacked into one row of floats on the way; a
/// history's events are unpacked as they are read. Layers in bytes have a scale for each output and round what goes in.
/// Vectors of positions, types and gaps, norms and biases stay floats: they are small.
final class CompressedSequenceScorer: CompressedScorer {
    let itemCount: Int
    private let configuration: SequenceTransformer.Configuration
    private let shape: SequenceTransformer.Shape
    private let encoder: String?
    private let items: SequenceItems
    private let body: SequenceBody
    /// What is left in floats beside the items.
    private let parameters: [Parameter]
    /// What is in bytes, by the names that they have in floats.
    private let matrices: [String: ByteMatrix]
    private let workspaces = IdlePool<Workspace>()

    private init(
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape,
        _ items: SequenceItems,
        _ body: SequenceBody,
        _ parameters: [Parameter],
        _ matrices: [String: ByteMatrix],
        encoder: String?
    ) {
        itemCount = shape.items
        (self.configuration, self.shape, self.encoder) = (configuration, shape, encoder)
        (self.items, self.body, self.parameters, self.matrices) = (items, body, parameters, matrices)
    }

    /// Rounds a trained model; what stays in floats is shared with it.
    init(of scorer: SequenceScorer, rows: CompressedRows.Precision?, layers: Compression.LayerPrecision?) {
        (configuration, shape, encoder) = (scorer.configuration, scorer.shape, scorer.encoder)
        itemCount = scorer.itemCount
        let table = scorer.network.itemTable
        items = rows.map { SequenceItems.compressed(CompressedRows(table.matrix, $0)) } ?? .floats(table)
        var matrices: [String: ByteMatrix] = [:]
        let body = scorer.network.body
        self.body =
            layers == nil
            ? body
            : body.inBytes { weight in
                let matrix = ByteMatrix(weight)
                matrices[weight.name] = matrix
                return matrix
            }
        self.matrices = matrices
        parameters = scorer.network.parameters.parameters.filter { $0 !== table && matrices[$0.name] == nil }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        workspaces.with(Workspace(shape)) { workspace in
            let vectors = workspace.reserve(contexts.count * vectorWidth)
            userVectors(of: contexts, into: vectors, workspace)
            items.multiply(vectors, contexts.count, into: scores.baseAddress!)
        }
    }

    private func userVectors(
        of contexts: ArraySlice<ScoringContext>,
        into vectors: UnsafeMutablePointer<Float>,
        _ workspace: Workspace
    ) {
        workspace.userVectors(of: contexts, configuration, into: vectors) { batch, tape in
            body(items(batch.items.indices, on: tape), batch, at: batch.last.indices, on: tape)
        }
    }

    /// The cosines of the items' vectors.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        let own = itemVectors(of: [item])
        items.multiply(own, 1, into: scores.baseAddress!)
        let length = squaredLength(of: own).squareRoot()
        withUnsafeTemporaryAllocation(of: Float.self, capacity: vectorWidth) { row in
            for other in scores.indices {
                withUnsafePointer(to: Int32(other)) {
                    items.copy(UnsafeBufferPointer(start: $0, count: 1), into: row.baseAddress!)
                }
                scores[other] /= max(length * squaredLength(of: row).squareRoot(), 1e-12)
            }
        }
    }

    private func squaredLength(of vector: some Sequence<Float>) -> Float { vector.reduce(0) { $0 + $1 * $1 } }
}

extension CompressedSequenceScorer {
    var vectorWidth: Int { configuration.channels }

    var itemBiases: [Float] { [] }

    func copyItemVectors(_ items: UnsafeBufferPointer<Int32>, into vectors: UnsafeMutablePointer<Float>) {
        self.items.copy(items, into: vectors)
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>) {
        workspaces.with(Workspace(shape)) { userVectors(of: contexts, into: vectors, $0) }
    }
}

// MARK: - In a checkpoint

extension CompressedSequenceScorer {
    private static let (bytes, scales) = (".int8", ".scales")

    /// Whether a checkpoint is of one: some array has fewer bits.
    static func isDescribed(by checkpoint: Checkpoint) -> Bool {
        let precisions = CompressedRows.Precision.allCases.map { ".\($0.rawValue)" }
        return checkpoint.arrays.keys.contains { name in precisions.contains { name.hasSuffix($0) } }
    }

    func checkpoint() -> Checkpoint {
        // Nobody changes the numbers any more.
        var checkpoint = Checkpoint(arrays: parameters.arrays(sharingMemory: true))
        checkpoint.arrays.merge(items.arrays) { $1 }
        for (name, matrix) in matrices {
            let (bytes, scales) = matrix.rounded
            checkpoint.arrays[name + Self.bytes] = StoredArray(bytes, shape: [matrix.columns, matrix.rows])
            checkpoint.arrays[name + Self.scales] = StoredArray(scales)
        }
        checkpoint.arrays.merge(shape.arrays) { $1 }
        if let encoder { checkpoint.arrays[SequenceScorer.encoderArray] = StoredArray(Array(encoder.utf8)) }
        return checkpoint
    }

    /// The scorer that ``checkpoint()`` described.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    convenience init(
        _ checkpoint: Checkpoint,
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape
    ) throws {
        let items = try SequenceItems(checkpoint, items: shape.items, channels: configuration.channels)
        // Matrices that come in bytes are never touched in floats, and take no memory.
        var builder = NetworkBuilder(seed: nil)
        let empty = SequenceBody(configuration, shape: shape, in: &builder)
        var matrices: [String: ByteMatrix] = [:]
        var body = empty
        if checkpoint.arrays.keys.contains(where: { $0.hasSuffix(".weight" + Self.bytes) }) {
            body = try empty.inBytes { weight in
                let matrix = try Self.matrix(of: weight, in: checkpoint)
                matrices[weight.name] = matrix
                return matrix
            }
        }
        let parameters = builder.set.parameters.filter { matrices[$0.name] == nil }
        try parameters.restore(checkpoint)
        let encoder = try SequenceScorer.encoder(of: checkpoint)
        self.init(configuration, shape, items, body, parameters, matrices, encoder: encoder)
    }

    private static func matrix(of weight: Parameter, in checkpoint: Checkpoint) throws -> ByteMatrix {
        let (inputs, outputs) = (weight.rows, weight.columns)
        let bytes = try checkpoint.numbers(weight.name + Self.bytes, of: Int8.self, shape: [outputs, inputs])
        let scales = try checkpoint.finiteNumbers(weight.name + Self.scales, shape: [outputs])
        return ByteMatrix(rows: inputs, columns: outputs, bytes: bytes, scales: scales)
    }

    /// A trainable model of the numbers as they were rounded.
    func inFloats() -> any Scorer {
        SequenceScorer(configuration, shape, encoder: encoder) { floats in
            let own = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
            for parameter in floats.parameters {
                if let same = own[parameter.name] {
                    _ = parameter.values.update(from: same.values)
                } else if let matrix = matrices[parameter.name] {
                    let (bytes, scales) = matrix.rounded
                    for row in 0..<parameter.rows {
                        for column in 0..<parameter.columns {
                            parameter.values[row * parameter.columns + column] =
                                Float(bytes[column * parameter.rows + row]) * scales[column]
                        }
                    }
                } else {
                    let all = (0..<Int32(itemCount)).map { $0 }
                    all.withUnsafeBufferPointer { items.copy($0, into: parameter.pointer) }
                }
            }
        }
    }
}
