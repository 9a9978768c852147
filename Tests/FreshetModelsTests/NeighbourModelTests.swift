import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import FreshetTestSupport
import Testing

/// Item and user neighbours against the formulas written out over dense rows.
@Suite struct NeighbourModelTests {
    private static let userCount = 23
    private static let itemCount = 17
    private let dataset: Dataset = {
        var dataset = SyntheticData.noise(users: userCount, items: itemCount, meanLength: 6, seed: 5)
        var random = RandomSource(seed: 3)
        dataset.histories.values = dataset.histories.items.map { _ in Float(1 + random.below(5)) }
        dataset.itemDetails = (0..<itemCount).map { item in
            Item(id: "item \(item)", title: "word\(item % 5) word\(item % 3)", categories: ["kind\(item % 4)"])
        }
        return dataset
    }()

    private func dense(_ weight: InteractionWeight) -> [[Double]] {
        (0..<Self.userCount).map { user in
            var row = [Double](repeating: 0, count: Self.itemCount)
            let history = dataset.histories[UserIndex(user)]
            for (item, value) in zip(history.items, history.values) {
                switch weight {
                case .binary: row[item.position] = 1
                case .count: row[item.position] += 1
                case .value: row[item.position] += Double(value)
                }
            }
            return row
        }
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    /// The products of all pairs of feature rows.
    private func featureProducts() -> [[Double]] {
        let features = ItemFeatures(of: dataset).rows
        let rows = (0..<Self.itemCount).map { item in
            var row = [Double](repeating: 0, count: features.columnCount)
            for entry in features.offsets[item]..<features.offsets[item + 1] {
                row[Int(features.columns[entry])] = Double(features.values[entry])
            }
            return row
        }
        return rows.map { row in rows.map { dot(row, $0) } }
    }

    private func fit(_ model: some Learner) throws -> any Scorer {
        var model = model
        try model.fit(TrainingData(dataset: dataset), session: TrainingSession(pool: ThreadPool(threads: 2)))
        return model.makeScorer()
    }

    private func close(_ scores: [Float], _ expected: [Double]) -> Bool {
        scores.count == expected.count && zip(scores, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 }
    }

    @Test(arguments: [InteractionWeight.binary, .count, .value], [0.0, 0.3, 1.0])
    func itemSimilaritiesAreShrunkCosines(weight: InteractionWeight, share: Double) throws {
        var configuration = ItemKNN.Configuration()
        configuration.weight = weight
        configuration.shrinkage = 1.5
        configuration.featureWeight = share
        configuration.neighbours = 6
        let scorer = try fit(ItemKNN(configuration: configuration))
        let matrix = dense(weight)
        let columns = (0..<Self.itemCount).map { item in matrix.map { $0[item] } }
        let features = featureProducts()
        for item in 0..<Self.itemCount {
            let all = (0..<Self.itemCount).map { other in
                let norms =
                    dot(columns[item], columns[item]).squareRoot() * dot(columns[other], columns[other]).squareRoot()
                let behaviour = dot(columns[item], columns[other]) / (norms + 1.5)
                return item == other ? 0 : (1 - share) * behaviour + share * features[item][other]
            }
            // The kept ones are right, the others are zero, and no dropped one is better than a kept one.
            var scores = [Float](repeating: .nan, count: Self.itemCount)
            scores.withUnsafeMutableBufferPointer { scorer.similarities(to: ItemIndex(item), into: $0) }
            let kept = scores.indices.filter { scores[$0] != 0 }
            #expect(kept.count == min(6, all.count { $0 > 1e-9 }))
            #expect(kept.allSatisfy { abs(Double(scores[$0]) - all[$0]) < 1e-4 })
            let worst = kept.map { all[$0] }.min() ?? 0
            #expect(all.indices.allSatisfy { scores[$0] != 0 || all[$0] < worst + 1e-6 })
        }
    }

    @Test func itemScoresAddUpWhatTheHistorySays() throws {
        var configuration = ItemKNN.Configuration()
        configuration.query = HistoryQuery(length: 2, decay: 0.5)
        let scorer = try fit(ItemKNN(configuration: configuration))
        let rows = [3, 8].map { item in
            var row = [Float](repeating: 0, count: Self.itemCount)
            row.withUnsafeMutableBufferPointer { scorer.similarities(to: ItemIndex(item), into: $0) }
            return row
        }
        let scores = scorer.scores(
            for: ScoringContext(user: nil, history: History(items: [ItemIndex(5), ItemIndex(3), ItemIndex(8)]))
        )
        #expect(close(scores, (0..<Self.itemCount).map { Double(0.5 * rows[0][$0] + rows[1][$0]) }))
    }

    @Test(arguments: [InteractionWeight.binary, .value], [0.0, 0.3, 1.0])
    func userScoresComeFromTheNearestUsers(weight: InteractionWeight, share: Double) throws {
        var configuration = UserKNN.Configuration()
        configuration.weight = weight
        configuration.shrinkage = 0.7
        configuration.featureWeight = share
        configuration.neighbours = 4
        let scorer = try fit(UserKNN(configuration: configuration))
        let matrix = dense(weight)
        let features = featureProducts()
        // The product of two profiles, before they are brought to length 1.
        func profileProduct(_ a: [Double], _ b: [Double]) -> Double {
            a.indices.reduce(0) { sum, item in sum + a[item] * dot(features[item], b) }
        }
        for user in 0..<Self.userCount {
            let row = matrix[user]
            let similarities = (0..<Self.userCount).map { other -> Double in
                guard other != user else { return -1 }
                let norms = dot(row, row).squareRoot() * dot(matrix[other], matrix[other]).squareRoot()
                let lengths = (profileProduct(row, row) * profileProduct(matrix[other], matrix[other])).squareRoot()
                let behaviour = dot(row, matrix[other]) / (norms + 0.7)
                return (1 - share) * behaviour + share * profileProduct(row, matrix[other]) / lengths
            }
            let nearest = similarities.indices.sorted { similarities[$0] > similarities[$1] }.prefix(4)
            let next = similarities.sorted(by: >)[4]
            // Where the fourth and the fifth are equally near, either may speak.
            guard similarities[nearest[3]] - next > 1e-5 else { continue }
            let expected = (0..<Self.itemCount).map { item in
                nearest.reduce(0) { $0 + max(similarities[$1], 0) * matrix[$1][item] }
            }
            let history = dataset.histories[UserIndex(user)]
            let scores = scorer.scores(for: ScoringContext(user: UserIndex(user), history: history))
            #expect(close(scores, expected), "user \(user)")
        }
    }
}
