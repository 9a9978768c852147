import FreshetCore
import FreshetData

/// How the vector of a user is solved from a history, the items' vectors held fixed.
struct FoldIn: Sendable {
    /// What an event says.
    enum Evidence: Sendable {
        /// That the item was chosen, or surely not, and the others were not, as in alternating least squares.
        case choice(InteractionWeight, confidence: Float, gram: [Float])
        /// What the user thinks of the item; an event without a value says nothing.
        case rating
    }

    let evidence: Evidence
    let regularization: Float

    /// Solves for one history.
    ///
    /// - Parameters:
    ///   - history: the events.
    ///   - factors: the items' vectors and biases.
    ///   - vector: where to write, shape `[F]`.
    ///   - memory: scratch, ``memory(for:)`` zeros; the part of the catalogue's length is zeros again afterwards.
    func solve(
        _ history: History,
        _ factors: Factors,
        into vector: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let F = factors.width
        var equations = NormalEquations(width: F, memory: memory + factors.itemCount)
        factors.items.withUnsafeBufferPointer { items in
            guard let items = items.baseAddress else { return }
            switch evidence {
            case .choice(let weight, let confidence, let gram):
                gram.withUnsafeBufferPointer { equations.begin(base: $0.baseAddress, regularization: regularization) }
                weight.forEachItem(of: history, zeros: memory) { item, weight in
                    equations.add(items + item * F, weight: confidence * weight, target: 1 + confidence * weight)
                }
                for (place, said) in history.weights.enumerated() where said < 0 {
                    let item = history.items[history.items.startIndex + place].position
                    equations.add(items + item * F, weight: -confidence * said, target: 0)
                }
            case .rating:
                equations.begin(base: nil, regularization: max(regularization * Float(history.values.count), 1e-6))
                for (item, value) in zip(history.items, history.values) where value.isFinite {
                    let rest = value - factors.mean - factors.itemBiases[item.position]
                    equations.add(items + item.position * F, weight: 1, target: rest)
                }
            }
        }
        _ = equations.solve(into: vector)
        for factor in 0..<F { vector[factor] *= factors.foldInScale }
    }

    /// How many numbers of scratch memory solving takes.
    static func memory(for factors: Factors) -> Int {
        factors.itemCount + NormalEquations.memory(width: factors.width)
    }

    /// For vectors that were not trained by least squares: every event of a history a choice.
    static func choices(of factors: Factors) -> FoldIn {
        FoldIn(evidence: .choice(.binary, confidence: 10, gram: factors.itemGram()), regularization: 1)
    }

    /// The factor by which solved vectors come closest to the learned ones, over a thousand users at most.
    func scale(for factors: Factors, _ histories: Histories) -> Float {
        let F = factors.width
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: Self.memory(for: factors) + F)
        defer { memory.deallocate() }
        memory.initialize(repeating: 0, count: Self.memory(for: factors) + F)
        let vector = memory + Self.memory(for: factors)
        var product = 0.0
        var square = 0.0
        for user in stride(from: 0, to: factors.userCount, by: max(1, factors.userCount / 1000)) {
            solve(histories[UserIndex(user)], factors, into: vector, memory: memory)
            for factor in 0..<F {
                product += Double(vector[factor]) * Double(factors.users[user * F + factor])
                square += Double(vector[factor]) * Double(vector[factor])
            }
        }
        return square > 0 && product > 0 ? Float(product / square) : 1
    }
}
