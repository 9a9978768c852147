import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import Synchronization

/// A trained sequence transformer: immutable weights, and scratch memory for each thread that scores.
final class SequenceScorer: Scorer {
    let itemCount: Int
    let configuration: SequenceTransformer.Configuration
    let shape: SequenceTransformer.Shape
    let network: SequenceNetwork
    /// Whose vectors of the items' texts the items were held near; `nil` where they were learned by events alone.
    let encoder: String?
    private let workspaces = IdlePool<Workspace>()
    private let moments: Mutex<AdamMoments?>

    /// The array of a checkpoint that names the encoder.
    static let encoderArray = "encoder"

    /// The encoder that a checkpoint names.
    static func encoder(of checkpoint: Checkpoint) throws -> String? {
        try checkpoint.arrays[encoderArray].map { _ in
            String(decoding: try checkpoint.numbers(encoderArray, of: UInt8.self), as: UTF8.self)
        }
    }

    /// Copies a network.
    convenience init(
        _ network: SequenceNetwork,
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape,
        moments: AdamMoments? = nil,
        encoder: String? = nil
    ) {
        self.init(configuration, shape, moments: moments, encoder: encoder) { $0.assign(from: network.parameters) }
    }

    /// Makes a network of a shape whose numbers are copied in by `fill`.
    ///
    /// - Parameters:
    ///   - configuration: its settings.
    ///   - shape: its shape.
    ///   - moments: those of the training that it comes from, for whoever trains it further.
    ///   - encoder: whose vectors of the items' texts the items were held near.
    ///   - fill: copies the numbers.
    init(
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape,
        moments: AdamMoments? = nil,
        encoder: String? = nil,
        fill: (ParameterSet) -> Void
    ) {
        self.moments = Mutex(moments)
        self.configuration = configuration
        self.shape = shape
        self.encoder = encoder
        itemCount = shape.items
        network = SequenceNetwork(configuration, shape: shape, seed: nil)
        fill(network.parameters)
    }

    /// The moments of the training that it comes from, to the first who asks: they take twice the memory of the weights.
    func takeMoments() -> AdamMoments? { moments.withLock { $0.take() } }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        workspaces.with(Workspace(shape)) { workspace in
            let C = configuration.channels
            let vectors = workspace.reserve(contexts.count * C)
            workspace.userVectors(of: contexts, configuration, into: vectors, by: network.newest)
            multiply(
                MatrixView(vectors, contexts.count, C),
                MatrixView(network.itemTable.pointer, itemCount, C).transposed,
                into: MutableMatrixView(scores.baseAddress!, contexts.count, itemCount)
            )
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        ItemCosines.write(of: item, network.itemTable.pointer, width: configuration.channels, into: scores)
    }

    func checkpoint() -> Checkpoint {
        // Nobody changes the weights any more.
        var checkpoint = Checkpoint(arrays: network.parameters.arrays(sharingMemory: true))
        checkpoint.arrays.merge(shape.arrays) { $1 }
        if let encoder { checkpoint.arrays[Self.encoderArray] = StoredArray(Array(encoder.utf8)) }
        return checkpoint
    }
}

extension SequenceScorer: VectorScorer {
    var vectorWidth: Int { configuration.channels }

    var itemBiases: [Float] { [] }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try body(network.itemTable.pointer)
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>) {
        workspaces.with(Workspace(shape)) {
            $0.userVectors(of: contexts, configuration, into: vectors, by: network.newest)
        }
    }
}

extension SequenceScorer: CompressibleScorer {
    func rounded(rows: CompressedRows.Precision?, layers: Compression.LayerPrecision?) -> any CompressedScorer {
        CompressedSequenceScorer(of: self, rows: rows, layers: layers)
    }
}

extension SequenceScorer: PrunableScorer {
    var blockCount: Int { shape.blockWidths(configuration).count }

    func pruned(_ compression: Compression, on data: TrainingData, seed: UInt64) throws -> any Scorer {
        try SequencePruning(data, configuration, seed: seed).pruned(self, compression)
    }
}
