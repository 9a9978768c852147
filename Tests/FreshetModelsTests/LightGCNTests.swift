import FreshetCore
import FreshetData
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// Whether scores are products of the vectors that a scorer lends, plus its biases.
func expectProducts(_ scorer: any VectorScorer, _ context: ScoringContext) {
    let C = scorer.vectorWidth
    var user = [Float](repeating: 0, count: C)
    user.withUnsafeMutableBufferPointer { scorer.userVectors(of: [context], into: $0.baseAddress!) }
    let biases = scorer.itemBiases
    for (item, score) in scorer.scores(for: context).enumerated() {
        let product = scorer.withItemVectors { items in
            (0..<C).reduce(biases.isEmpty ? 0 : biases[item]) { $0 + user[$1] * items[item * C + $1] }
        }
        #expect(abs(product - score) < 1e-4 * max(1, abs(score)))
    }
}

@Suite struct LightGCNTests {
    /// Three users, four items; the last item and the last user stand alone.
    private static let data = TrainingData(
        dataset: SyntheticData.dataset([[0, 1, 0], [1, 2], []], itemCount: 4)
    )

    private static func configuration() -> LightGCN.Configuration {
        var configuration = LightGCN.Configuration()
        (configuration.factors, configuration.layers) = (3, 3)
        return configuration
    }

    private static func choices(of data: TrainingData) -> SparseRows {
        SparseRows(
            interactions: data.histories,
            itemCount: data.itemCount,
            weight: .binary,
            pool: ThreadPool(threads: 1)
        )
    }

    /// The paper's matrices, written out in `Double`.
    private func smoothed(_ table: [Double], nodes N: Int, width C: Int, layers: Int) -> [[Double]] {
        let edges = [(0, 3), (0, 4), (1, 4), (1, 5)]
        var joined = [[Double]](repeating: [Double](repeating: 0, count: N), count: N)
        let degrees = (0..<N).map { node in Double(edges.count { $0.0 == node || $0.1 == node }) }
        for (user, item) in edges {
            joined[user][item] = 1 / (degrees[user] * degrees[item]).squareRoot()
            joined[item][user] = joined[user][item]
        }
        var layer = (0..<N).map { Array(table[$0 * C..<($0 + 1) * C]) }
        var sum = layer
        for _ in 0..<layers {
            layer = (0..<N).map { row in
                (0..<C).map { c in (0..<N).reduce(0) { $0 + joined[row][$1] * layer[$1][c] } }
            }
            sum = zip(sum, layer).map { zip($0, $1).map(+) }
        }
        return sum.map { $0.map { $0 / Double(layers + 1) } }
    }

    @Test func vectorsAreThoseOfThePaper() {
        let set = ParameterSet()
        var random = RandomSource(seed: 2)
        let table = set.make("nodes", rows: 7, columns: 3, .normal(1), using: &random)
        let graph = GraphMatrix(of: Self.choices(of: Self.data))
        let vectors = GraphVectors(table, over: graph, userCount: 3, layers: 3, pool: ThreadPool(threads: 1))
        let expected = smoothed(table.values.map(Double.init), nodes: 7, width: 3, layers: 3)
        for item in 0..<4 {
            for c in 0..<3 { #expect(abs(Double(vectors.items[item * 3 + c]) - expected[3 + item][c]) < 1e-5) }
        }
        // What a known user's own history makes of the items is what the layers make of the user.
        for user in 0..<3 {
            var vector = [Float](repeating: 0, count: 3)
            var zeros = [Float](repeating: 0, count: 4)
            vector.withUnsafeMutableBufferPointer { vector in
                zeros.withUnsafeMutableBufferPointer { zeros in
                    let history = Self.data.histories[UserIndex(user)]
                    let (vector, zeros) = (vector.baseAddress!, zeros.baseAddress!)
                    vectors.write(UserIndex(user), history, HistoryQuery(), into: vector, zeros: zeros)
                }
            }
            for c in 0..<3 { #expect(abs(Double(vector[c]) - expected[user][c]) < 1e-5) }
            #expect(zeros.allSatisfy { $0 == 0 })
        }
    }

    @Test func overfitsAFewUsers() throws {
        let data = TrainingData(dataset: SyntheticData.dataset([[0, 1, 2], [3, 4, 5], [6, 7, 0]], itemCount: 8))
        var configuration = Self.configuration()
        (configuration.factors, configuration.layers, configuration.epochs) = (16, 2, 300)
        (configuration.learningRate, configuration.weightDecay) = (0.02, 0)
        var model = LightGCN(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 2)))
        let scorer = model.makeScorer()
        for user in 0..<3 {
            let history = data.histories[UserIndex(user)]
            let own = Set(history.items.map(\.position))
            for known in [UserIndex(user), nil] {
                let scores = scorer.scores(for: ScoringContext(user: known, history: history))
                let lowest = own.map { scores[$0] }.min() ?? 0
                #expect((0..<8).allSatisfy { own.contains($0) || scores[$0] < lowest })
            }
        }
    }

    /// Nobody chose anything, or everybody everything: there is no pair to learn from.
    @Test(arguments: [[[], []], [[0, 1], [1, 0]]])
    func aGraphThatTeachesNothingDoesNoHarm(_ histories: [[Int]]) throws {
        let data = TrainingData(dataset: SyntheticData.dataset(histories, itemCount: 2))
        var model = LightGCN(configuration: Self.configuration())
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        let context = ScoringContext(user: UserIndex(0), history: History(items: [ItemIndex(1)]))
        #expect(model.makeScorer().scores(for: context).allSatisfy { $0.isFinite })
    }

    @Test func lendsItsVectors() throws {
        let data = SyntheticData.groups()
        var configuration = Self.configuration()
        configuration.epochs = 2
        var model = LightGCN(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        let scorer = try #require(model.makeScorer() as? any VectorScorer)
        expectProducts(scorer, ScoringContext(user: UserIndex(1), history: data.histories[UserIndex(1)]))
        expectProducts(scorer, ScoringContext(user: nil, history: data.histories[UserIndex(1)]))
    }
}
