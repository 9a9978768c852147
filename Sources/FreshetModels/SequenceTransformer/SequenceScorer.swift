import CFreshetKernels
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

    /// The events that one forward pass takes at most, so that its activations stay in the cache.
    private static let packedEvents = 1024

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
            userVectors(of: contexts, into: vectors, workspace: workspace)
            multiply(
                MatrixView(vectors, contexts.count, C),
                MatrixView(network.itemTable.pointer, itemCount, C).transposed,
                into: MutableMatrixView(scores.baseAddress!, contexts.count, itemCount)
            )
        }
    }

    private func userVectors(
        of contexts: ArraySlice<ScoringContext>,
        into vectors: UnsafeMutablePointer<Float>,
        workspace: Workspace
    ) {
        let C = configuration.channels
        // A user without events keeps the zero vector: every score is 0.
        vectors.update(repeating: 0, count: contexts.count * C)
        var next = contexts.startIndex
        while next < contexts.endIndex {
            let first = next
            next = pack(contexts, from: first, into: workspace)
            guard !workspace.packed.isEmpty else { continue }
            let states = network.newest(workspace.batch, on: workspace.tape)
            var row = 0
            for index in workspace.packed {
                (vectors + (index - contexts.startIndex) * C).update(from: states.values + row * C, count: C)
                row += 1
            }
            workspace.tape.reset()
        }
    }

    /// Packs contexts from `first` on until the pass is full; returns the first that is left.
    private func pack(_ contexts: ArraySlice<ScoringContext>, from first: Int, into workspace: Workspace) -> Int {
        let batch = workspace.batch
        batch.removeAll()
        workspace.packed.removeAll(keepingCapacity: true)
        for index in first..<contexts.endIndex {
            let history = contexts[index].history
            let length = min(history.count, configuration.maximumLength)
            if index > first, batch.count + length > Self.packedEvents { return index }
            let range = history.count - length..<history.count
            if batch.append(history, range, maximumLength: configuration.maximumLength) {
                workspace.packed.append(index)
            }
        }
        return contexts.endIndex
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        let C = configuration.channels
        let table = network.itemTable.pointer
        let vector = table + item.position * C
        let norm = freshet_dot(vector, vector, C).squareRoot()
        for i in 0..<itemCount {
            let other = table + i * C
            let product = freshet_dot(vector, other, C)
            scores[i] = product / max(norm * freshet_dot(other, other, C).squareRoot(), 1e-12)
        }
    }

    func checkpoint() -> Checkpoint {
        // Nobody changes the weights any more.
        var checkpoint = Checkpoint(arrays: network.parameters.arrays(sharingMemory: true))
        checkpoint.arrays["shape"] = shape.array
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
        workspaces.with(Workspace(shape)) { userVectors(of: contexts, into: vectors, workspace: $0) }
    }
}

/// What one thread needs for a forward pass.
final class Workspace {
    let tape = Tape()
    let batch: PackedSequences
    /// The contexts whose sequences are in the batch.
    var packed: [Int] = []
    private var vectors = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4096)

    init(_ shape: SequenceTransformer.Shape) { batch = PackedSequences(shape) }

    deinit { vectors.deallocate() }

    /// Memory for `count` numbers, holding anything, valid until the next call.
    func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
        if count > vectors.count {
            vectors.deallocate()
            vectors = .allocate(capacity: count)
        }
        return vectors.baseAddress!
    }
}
