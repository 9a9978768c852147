import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Scores by products of users' and items' vectors.
struct FactorScorer: Scorer {
    let factors: Factors
    private let foldIn: FoldIn
    private let scratch = ScratchBuffers()

    init(_ factors: Factors, foldIn: FoldIn) {
        self.factors = factors
        self.foldIn = foldIn
    }

    var itemCount: Int { factors.itemCount }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        let V = itemCount
        let F = factors.width
        precondition(scores.count == contexts.count * V, "\(scores.count) scores of \(contexts.count) contexts")
        guard let target = scores.baseAddress else { return }
        // Rows that begin with the biases, to which the products are added.
        factors.itemBiases.withUnsafeBufferPointer { biases in
            guard let biases = biases.baseAddress else { return }
            for row in 0..<contexts.count { (target + row * V).update(from: biases, count: V) }
        }
        let own = contexts.count * F
        scratch.withZeros(FoldIn.memory(for: factors) + own) { memory in
            let vectors = memory + FoldIn.memory(for: factors)
            for (row, context) in contexts.enumerated() {
                vector(of: context, into: vectors + row * F, memory: memory)
            }
            factors.items.withUnsafeBufferPointer { items in
                guard let items = items.baseAddress else { return }
                multiply(
                    MatrixView(vectors, contexts.count, F),
                    MatrixView(items, V, F).transposed,
                    into: MutableMatrixView(target, contexts.count, V),
                    beta: 1
                )
            }
        }
    }

    /// A user's vector: the learned one, or the one that the history solves.
    func vector(
        of context: ScoringContext,
        into vector: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let F = factors.width
        guard let user = context.user?.position, user < factors.userCount else {
            return foldIn.solve(context.history, factors, into: vector, memory: memory)
        }
        for factor in 0..<F { vector[factor] = factors.users[user * F + factor] }
    }

    /// The cosines of the items' vectors.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        let F = factors.width
        func dot(_ a: Int, _ b: Int) -> Float {
            (0..<F).reduce(0) { $0 + factors.items[a * F + $1] * factors.items[b * F + $1] }
        }
        let own = dot(item.position, item.position)
        for other in 0..<itemCount {
            let lengths = (own * dot(other, other)).squareRoot()
            scores[other] = lengths > 0 ? dot(item.position, other) / lengths : 0
        }
    }

    func checkpoint() -> Checkpoint { factors.checkpoint() }
}

extension FactorScorer: VectorScorer {
    var vectorWidth: Int { factors.width }

    var itemBiases: [Float] { factors.itemBiases }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try factors.items.withUnsafeBufferPointer { try body($0.baseAddress!) }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>) {
        scratch.withZeros(FoldIn.memory(for: factors)) { memory in
            for (row, context) in contexts.enumerated() {
                vector(of: context, into: vectors + row * vectorWidth, memory: memory)
            }
        }
    }
}

/// The same for vectors that were trained on ratings.
struct RatingFactorScorer: RatingPredictor {
    let factors: FactorScorer

    var itemCount: Int { factors.itemCount }

    /// Mean, biases and the product of the vectors; for a user whom the model never saw, mean and the item's bias.
    func predictedValue(user: UserIndex?, item: ItemIndex) -> Float {
        let numbers = factors.factors
        let known = numbers.mean + numbers.itemBiases[item.position]
        guard let user = user?.position, user < numbers.userCount else { return known }
        let F = numbers.width
        return (0..<F).reduce(known + numbers.userBiases[user]) {
            $0 + numbers.users[user * F + $1] * numbers.items[item.position * F + $1]
        }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        factors.score(contexts, into: scores)
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        factors.similarities(to: item, into: scores)
    }

    func checkpoint() -> Checkpoint { factors.checkpoint() }
}
