import CFreshetKernels
import FreshetCore
import FreshetNN
import FreshetTensor

/// Products of the items' vectors with what a user chose last.
struct ContentScorer: VectorScorer {
    /// Rows of length 1, or of zeros, shape `[V, width]`.
    let vectors: [Float]
    let width: Int
    let query: HistoryQuery
    private let scratch = ScratchBuffers()

    init(vectors: [Float], width: Int, query: HistoryQuery) {
        self.vectors = vectors
        self.width = width
        self.query = query
    }

    var itemCount: Int { vectors.count / width }
    var vectorWidth: Int { width }
    var itemBiases: [Float] { [] }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try vectors.withUnsafeBufferPointer { try body($0.baseAddress!) }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into users: UnsafeMutablePointer<Float>) {
        users.update(repeating: 0, count: contexts.count * width)
        withItemVectors { items in
            for (row, context) in contexts.enumerated() {
                let user = users + row * width
                query.forEach(in: context.history) { item, weight in
                    freshet_axpy(user, items + item * width, weight, width)
                }
                let length = freshet_sum_of_squares(user, width).squareRoot()
                if length > 0 { freshet_scale(user, Float(1 / length), width) }
            }
        }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard let target = scores.baseAddress else { return }
        scratch.withZeros(contexts.count * width) { users in
            userVectors(of: contexts, into: users)
            multiply(users, contexts.count, into: target)
            users.update(repeating: 0, count: contexts.count * width)
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let target = scores.baseAddress else { return }
        withItemVectors { multiply($0 + item.position * width, 1, into: target) }
    }

    private func multiply(_ users: UnsafePointer<Float>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
        withItemVectors { items in
            FreshetTensor.multiply(
                MatrixView(users, count, width),
                MatrixView(items, itemCount, width).transposed,
                into: MutableMatrixView(scores, count, itemCount)
            )
        }
    }

    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: ["vectors": StoredArray(vectors, shape: [itemCount, width])])
    }
}
