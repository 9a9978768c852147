import FreshetCore
import FreshetData
import FreshetTensor

/// What one thread needs to read histories.
final class Workspace {
    private let tape = Tape()
    private let batch: PackedSequences
    /// The contexts whose sequences are in the batch.
    private var packed: [Int] = []
    private var vectors = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4096)

    /// The events that one forward pass takes at most, so that its activations stay in the cache.
    private static let packedEvents = 1024

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

    /// Computes users' vectors.
    ///
    /// - Parameters:
    ///   - contexts: `B` contexts.
    ///   - configuration: the network's settings.
    ///   - vectors: where to write, shape `[B, C]`.
    ///   - newest: the network: the vectors of the newest events of some sequences.
    func userVectors(
        of contexts: ArraySlice<ScoringContext>,
        _ configuration: SequenceTransformer.Configuration,
        into vectors: UnsafeMutablePointer<Float>,
        by newest: (PackedSequences, Tape) -> Tensor
    ) {
        let C = configuration.channels
        // A user without events keeps the zero vector: every score is 0.
        vectors.update(repeating: 0, count: contexts.count * C)
        var next = contexts.startIndex
        while next < contexts.endIndex {
            next = pack(contexts, from: next, maximumLength: configuration.maximumLength)
            guard !packed.isEmpty else { continue }
            let states = newest(batch, tape)
            for (row, index) in packed.enumerated() {
                (vectors + (index - contexts.startIndex) * C).update(from: states.values + row * C, count: C)
            }
            tape.reset()
        }
    }

    /// Packs contexts from `first` on until the pass is full; returns the first that is left.
    private func pack(_ contexts: ArraySlice<ScoringContext>, from first: Int, maximumLength: Int) -> Int {
        batch.removeAll()
        packed.removeAll(keepingCapacity: true)
        for index in first..<contexts.endIndex {
            let history = contexts[index].history
            let length = min(history.count, maximumLength)
            if index > first, batch.count + length > Self.packedEvents { return index }
            let range = history.count - length..<history.count
            if batch.append(history, range, maximumLength: maximumLength) { packed.append(index) }
        }
        return contexts.endIndex
    }
}
