import FreshetCore
import FreshetNN
import FreshetTensor

/// Scores by products of smoothed vectors.
struct GraphScorer: VectorScorer {
    private let vectors: GraphVectors
    private let query: HistoryQuery
    private let scratch = ScratchBuffers()

    init(_ vectors: GraphVectors, query: HistoryQuery) {
        self.vectors = vectors
        self.query = query
    }

    var itemCount: Int { vectors.itemCount }
    var vectorWidth: Int { vectors.width }
    var itemBiases: [Float] { [] }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try vectors.items.withUnsafeBufferPointer { try body($0.baseAddress!) }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard let target = scores.baseAddress, !contexts.isEmpty else { return }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: contexts.count * vectorWidth) { users in
            guard let users = users.baseAddress else { return }
            userVectors(of: contexts, into: users)
            withItemVectors { items in
                multiply(
                    MatrixView(users, contexts.count, vectorWidth),
                    MatrixView(items, itemCount, vectorWidth).transposed,
                    into: MutableMatrixView(target, contexts.count, itemCount)
                )
            }
        }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into users: UnsafeMutablePointer<Float>) {
        scratch.withZeros(itemCount) { zeros in
            for (row, context) in contexts.enumerated() {
                vectors.write(context.user, context.history, query, into: users + row * vectorWidth, zeros: zeros)
            }
        }
    }

    /// The cosines of the items' vectors.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        withItemVectors { ItemCosines.write(of: item, $0, width: vectorWidth, into: scores) }
    }

    func checkpoint() -> Checkpoint { vectors.checkpoint() }
}
