import CFreshetKernels
import FreshetCore
import FreshetNN
import FreshetTensor

/// A trained ``Autoencoder``: the history goes through the network, the last layer's products are the scores.
struct AutoencoderScorer: VectorScorer {
    private let network: AutoencoderNetwork
    private let query: HistoryQuery
    private let workspaces = IdlePool<Workspace>()
    private let scratch = ScratchBuffers()

    /// What one thread needs for a pass.
    private final class Workspace {
        let tape = Tape()
        let batch = ChoiceBatch()
    }

    init(_ network: AutoencoderNetwork, query: HistoryQuery) {
        self.network = network
        self.query = query
    }

    var itemCount: Int { network.itemCount }
    var vectorWidth: Int { network.output.columns }
    var itemBiases: [Float] { Array(network.bias.values) }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try body(network.output.pointer)
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard let target = scores.baseAddress, !contexts.isEmpty else { return }
        withStates(of: contexts) { states in
            for row in 0..<contexts.count {
                (target + row * itemCount).update(from: network.bias.pointer, count: itemCount)
            }
            multiply(
                states.matrix,
                MatrixView(network.output.pointer, itemCount, vectorWidth).transposed,
                into: MutableMatrixView(target, contexts.count, itemCount),
                beta: 1
            )
        }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>) {
        guard !contexts.isEmpty else { return }
        withStates(of: contexts) { vectors.update(from: $0.values, count: $0.count) }
    }

    private func withStates(of contexts: ArraySlice<ScoringContext>, _ body: (Tensor) -> Void) {
        workspaces.with(Workspace()) { workspace in
            workspace.batch.removeAll()
            scratch.withZeros(itemCount) { zeros in
                for context in contexts {
                    query.forEachItem(of: context.history, zeros: zeros) { item, weight in
                        workspace.batch.add(Int32(item), weight: weight)
                    }
                    workspace.batch.end(itemCount: itemCount)
                }
            }
            body(network(workspace.batch, on: workspace.tape).states)
            workspace.tape.reset()
        }
    }

    /// The cosines of the items' vectors.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        withItemVectors { ItemCosines.write(of: item, $0, width: vectorWidth, into: scores) }
    }

    func checkpoint() -> Checkpoint {
        // Nobody changes the weights any more.
        Checkpoint(arrays: network.parameters.arrays(sharingMemory: true))
    }
}

/// The cosines of one item's vector with those of all.
enum ItemCosines {
    /// Writes them.
    static func write(
        of item: ItemIndex,
        _ vectors: UnsafePointer<Float>,
        width C: Int,
        into scores: UnsafeMutableBufferPointer<Float>
    ) {
        let own = vectors + item.position * C
        let length = freshet_dot(own, own, C).squareRoot()
        for other in scores.indices {
            let vector = vectors + other * C
            let lengths = length * freshet_dot(vector, vector, C).squareRoot()
            scores[other] = freshet_dot(own, vector, C) / max(lengths, 1e-12)
        }
    }
}
