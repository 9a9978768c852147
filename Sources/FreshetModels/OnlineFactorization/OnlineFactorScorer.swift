import CFreshetKernels
import FreshetCore
import FreshetNN
import FreshetTensor

/// Scores by products of items' vectors and the vector that a history gives its user, stretched.
struct OnlineFactorScorer: VectorScorer {
    let factors: OnlineFactors
    let configuration: OnlineMatrixFactorization.Configuration
    private let scratch = ScratchBuffers()

    /// Products are learned to be 0 or 1, but who weighs a model's scores beside counts expects the spread of logits.
    private static let spread: Float = 10

    init(_ factors: OnlineFactors, _ configuration: OnlineMatrixFactorization.Configuration) {
        self.factors = factors
        self.configuration = configuration
    }

    var itemCount: Int { factors.itemCount }
    var vectorWidth: Int { factors.width }
    var itemBiases: [Float] { [] }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard let target = scores.baseAddress, itemCount > 0 else { return }
        let width = vectorWidth
        scratch.withZeros(contexts.count * width) { vectors in
            userVectors(of: contexts, into: vectors)
            withItemVectors { items in
                multiply(
                    MatrixView(vectors, contexts.count, width),
                    MatrixView(items, itemCount, width).transposed,
                    into: MutableMatrixView(target, contexts.count, itemCount)
                )
            }
            vectors.update(repeating: 0, count: contexts.count * width)
        }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>) {
        for (row, context) in contexts.enumerated() {
            let vector = vectors + row * vectorWidth
            factors.userVector(of: context.history, configuration, into: vector)
            freshet_scale(vector, Self.spread, vectorWidth)
        }
    }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try factors.items.withUnsafeBufferPointer { try body($0.baseAddress!) }
    }

    /// The cosines of the items' vectors.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        let width = vectorWidth
        withItemVectors { items in
            let own = items + item.position * width
            let length = freshet_sum_of_squares(own, width)
            for other in 0..<itemCount {
                let row = items + other * width
                let lengths = Float((length * freshet_sum_of_squares(row, width)).squareRoot())
                scores[other] = lengths > 0 ? freshet_dot(own, row, width) / lengths : 0
            }
        }
    }

    func checkpoint() -> Checkpoint { factors.checkpoint() }
}
