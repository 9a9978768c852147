import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN

/// Finds the users nearest to a history through an index from items to users.
struct NextBasketScorer: Scorer {
    private let vectors: SparseRows
    private let users: SparseRows
    /// The squared length of every user's vector; infinite for a user without one, who is nobody's neighbour.
    private let squares: [Float]
    private let itemNorms: [Float]
    /// The mean of all vectors, in shares of a basket.
    private let mean: [Float]
    /// What a vector's numbers become shares of a basket by.
    private let share: Float
    private let baskets: Baskets
    private let neighbours: Int
    private let scratch = ScratchBuffers()

    init(vectors: SparseRows, configuration: NextBasket.Configuration) {
        self.vectors = vectors
        let users = vectors.transposed()
        self.users = users
        squares = vectors.norms().map { $0 > 0 ? $0 * $0 : .infinity }
        itemNorms = users.norms()
        baskets = Baskets(configuration)
        neighbours = min(configuration.neighbours, vectors.rowCount)
        let sums = (0..<vectors.columnCount).map { item in
            users.values[users.offsets[item]..<users.offsets[item + 1]].reduce(0) { $0 + Double($1) }
        }
        let total = max(sums.reduce(0, +), .leastNormalMagnitude)
        mean = sums.map { Float($0 / total) }
        share = Float(Double(squares.count { $0.isFinite }) / total)
    }

    var itemCount: Int { vectors.columnCount }
    private var userCount: Int { vectors.rowCount }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard var target = scores.baseAddress else { return }
        scores.update(repeating: 0)
        // nearness [U], items [V], vector [V], best users [K] and their nearness [K]
        scratch.withZeros(userCount + 2 * itemCount + 2 * neighbours) { memory in
            let zeros = memory + userCount
            let vector = zeros + itemCount
            let best = vector + itemCount
            for context in contexts {
                addOwn(context.history, zeros: zeros, vector: vector, to: target)
                if compare(context, vector: vector, nearness: memory) {
                    addNeighbours(nearness: memory, best: best, to: target)
                } else {
                    addMean(to: target)
                }
                memory.update(repeating: 0, count: userCount)
                best.update(repeating: 0, count: 2 * neighbours)
                target += itemCount
            }
        }
    }

    /// Adds what the user bought, and leaves their vector.
    private func addOwn(
        _ history: History,
        zeros: UnsafeMutablePointer<Float>,
        vector: UnsafeMutablePointer<Float>,
        to target: UnsafeMutablePointer<Float>
    ) {
        baskets.forEachItem(of: history, zeros: zeros) { item, weights in
            vector[item] += weights.vectorWeight
            target[item] += weights.repeatWeight
        }
    }

    /// Writes how near every user is: the squared distance, negated, but for the length that all have in common.
    ///
    /// The vector is zeros afterwards; `false` where it was before.
    private func compare(
        _ context: ScoringContext,
        vector: UnsafeMutablePointer<Float>,
        nearness: UnsafeMutablePointer<Float>
    ) -> Bool {
        var isSomebody = false
        for item in context.history.items where vector[item.position] > 0 {
            users.add(item.position, times: 2 * vector[item.position], to: nearness)
            vector[item.position] = 0
            isSomebody = true
        }
        guard isSomebody else { return false }
        for user in 0..<userCount { nearness[user] -= squares[user] }
        if let user = context.user, user.position < userCount { nearness[user.position] = -.infinity }
        return true
    }

    /// Adds the mean of the nearest users' vectors, or everybody's where there are none.
    private func addNeighbours(
        nearness: UnsafeMutablePointer<Float>,
        best: UnsafeMutablePointer<Float>,
        to target: UnsafeMutablePointer<Float>
    ) {
        guard neighbours > 0 else { return addMean(to: target) }
        best.withMemoryRebound(to: Int32.self, capacity: neighbours) { users in
            let found = freshet_top_k(users, best + neighbours, nearness, userCount, neighbours)
            guard found > 0 else { return addMean(to: target) }
            for place in 0..<found { vectors.add(Int(users[place]), times: share / Float(found), to: target) }
        }
    }

    private func addMean(to target: UnsafeMutablePointer<Float>) {
        for item in 0..<itemCount { target[item] += mean[item] }
    }

    /// The cosine of the items' columns: what is bought by the same users, as often and as lately.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        users.cosines(of: item.position, through: vectors, norms: itemNorms, shrinkage: 0, into: scores)
    }

    func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint()
        vectors.store(in: &checkpoint, as: "vectors")
        checkpoint.arrays["items"] = StoredArray([Int32(itemCount)])
        return checkpoint
    }
}
