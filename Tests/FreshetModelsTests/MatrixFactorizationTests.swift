import FreshetCore
import FreshetData
import FreshetTensor
import FreshetTestSupport
import Synchronization
import Testing

@testable import FreshetModels

@Suite struct MatrixFactorizationTests {
    /// Gauss' elimination with row exchanges, in Double.
    private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        let n = right.count
        var a = zip(matrix, right).map { $0 + [$1] }
        for p in 0..<n {
            a.swapAt(p, (p..<n).max { abs(a[$0][p]) < abs(a[$1][p]) } ?? p)
            for i in 0..<n where i != p {
                let factor = a[i][p] / a[p][p]
                for j in p...n { a[i][j] -= factor * a[p][j] }
            }
        }
        return (0..<n).map { a[$0][n] / a[$0][$0] }
    }

    /// Row counts around the block of 256 and factors around the vector width.
    @Test(arguments: [1, 3, 16, 17, 33, 64], [0, 1, 255, 256, 300])
    func halfAStepSolvesTheNormalEquations(F: Int, rows: Int) {
        var random = RandomSource(seed: UInt64(F * 1000 + rows))
        let base = (0..<F).map { i in (0..<F).map { i == $0 ? Float(2) : 0.01 } }
        let vectors = (0..<rows).map { _ in (0..<F).map { _ in random.normal() } }
        let weights = (0..<rows).map { _ in 3 * random.uniform() }
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: NormalEquations.memory(width: F))
        defer { memory.deallocate() }
        var equations = NormalEquations(width: F, memory: memory)
        var x = [Float](repeating: 0, count: F)
        equations.begin(base: Array(base.joined()), regularization: 0.5)
        for (vector, weight) in zip(vectors, weights) { equations.add(vector, weight: weight, target: 1 + weight) }
        let gain = equations.solve(into: &x)

        var matrix = base.enumerated().map { i, row in row.enumerated().map { Double($1) + (i == $0 ? 0.5 : 0) } }
        var right = [Double](repeating: 0, count: F)
        for (vector, weight) in zip(vectors, weights) {
            for i in 0..<F {
                right[i] += Double((1 + weight) * vector[i])
                for j in 0..<F { matrix[i][j] += Double(weight * vector[i]) * Double(vector[j]) }
            }
        }
        let expected = solve(matrix, right)
        let scale = max(expected.map(abs).max() ?? 0, 1e-3)
        #expect(zip(x, expected).allSatisfy { abs(Double($0) - $1) < 2e-3 * scale })
        let product = zip(right, expected).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(Double(gain ?? .nan) - product) < 1e-3 * max(product, 1))
    }

    private func losses(_ preset: String, _ overrides: [String: String], _ data: TrainingData) throws -> [Double] {
        let records = Mutex<[EpochRecord]>([])
        let session = TrainingSession(
            pool: ThreadPool(threads: 2),
            report: { progress in
                if let record = progress.finishedEpoch { records.withLock { $0.append(record) } }
            }
        )
        var model = try ModelRegistry.model(named: "matrix-factorization")
            .makeLearner(preset: preset, overrides: overrides, data: data)
        try model.fit(data, session: session)
        return records.withLock { $0.map(\.loss) }
    }

    /// Row counts around the eight that the kernel takes at once.
    @Test(arguments: [1, 3, 16, 33, 64], [0, 1, 7, 8, 9, 41])
    func conjugateGradientReachesTheSameSolution(F: Int, count: Int) {
        var random = RandomSource(seed: UInt64(F * 100 + count))
        let base = (0..<(F * F)).map { $0 % (F + 1) == 0 ? Float(2) : 0.01 }
        let rows = (0..<(60 * F)).map { _ in random.normal() / Float(F).squareRoot() }
        let chosen = (0..<Int32(60)).shuffled(using: &random).prefix(count).map { $0 }
        let weights = chosen.map { _ in 0.1 + random.uniform() }
        let start = (0..<F).map { _ in random.normal() }

        let memory = UnsafeMutablePointer<Float>.allocate(capacity: NormalEquations.memory(width: F))
        defer { memory.deallocate() }
        var exact = start
        var equations = NormalEquations(width: F, memory: memory)
        equations.begin(base: base, regularization: 0)
        rows.withUnsafeBufferPointer { rows in
            for (row, weight) in zip(chosen, weights) {
                equations.add(rows.baseAddress! + Int(row) * F, weight: weight, target: 1 + weight)
            }
        }
        let best = equations.solve(into: &exact) ?? .nan

        var gains: [Float] = []
        for steps in [0, 1, 2, 40] {
            var x = start
            let gain = chosen.withUnsafeBufferPointer { chosen in
                weights.withUnsafeBufferPointer { weights in
                    ConjugateGradient(width: F, steps: steps, memory: memory)
                        .improve(&x, base: base, rows: rows, chosen: chosen, weights: weights)
                }
            }
            gains.append(gain)
            guard steps == 40 else { continue }
            #expect(zip(x, exact).allSatisfy { abs($0 - $1) < 1e-3 })
            #expect(abs(gain - best) < 1e-3 * max(1, best))
        }
        // Every step lowers the error.
        #expect(zip(gains, gains.dropFirst()).allSatisfy { $1 >= $0 - 1e-4 })
    }

    @Test(arguments: [0, 1, 3])
    func alsObjectiveFallsAndIsWhatTheFormulaSays(steps: Int) throws {
        let data = TrainingData(dataset: SyntheticData.noise(users: 40, items: 30, meanLength: 8))
        let overrides = [
            "factors": "5", "als.regularization": "0.5", "als.confidence": "4", "als.iterations": "12",
            "als.conjugateGradientSteps": String(steps),
        ]
        let losses = try losses("als", overrides, data)
        #expect(losses.count == 12)
        #expect(zip(losses, losses.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-5) })
        // The vectors that fold-in gives minimise the objective for the final items, so it can only be lower.
        var model = try ModelRegistry.model(named: "matrix-factorization")
            .makeLearner(preset: "als", overrides: overrides, data: data)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 2)))
        let scorer = try #require(model.makeScorer() as? FactorScorer)
        let items = scorer.factors.items
        var objective = 0.5 * items.reduce(0.0) { $0 + Double($1) * Double($1) }
        var entries = 0
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: FoldIn.memory(for: scorer.factors))
        memory.initialize(repeating: 0, count: FoldIn.memory(for: scorer.factors))
        defer { memory.deallocate() }
        for user in 0..<40 {
            let context = ScoringContext(user: nil, history: data.histories[UserIndex(user)])
            var vector = [Float](repeating: 0, count: 5)
            scorer.vector(of: context, into: &vector, memory: memory)
            objective += 0.5 * vector.reduce(0.0) { $0 + Double($1) * Double($1) }
            let chosen = Set(context.history.items.map(\.position))
            entries += chosen.count
            for (item, score) in scorer.scores(for: context).enumerated() {
                let wanted: Double = chosen.contains(item) ? 1 : 0
                objective += (1 + 4 * wanted) * (wanted - Double(score)) * (wanted - Double(score))
            }
        }
        let last = try #require(losses.last)
        #expect(objective / Double(entries) <= last * (1 + 1e-4))
        #expect(objective / Double(entries) >= last * 0.9)
    }

    @Test(arguments: ["sgd", "bpr"])
    func descentLowersTheLoss(trainer: String) throws {
        let losses = try losses(trainer, ["factors": "4", "bpr.regularization": "0.001"], SyntheticData.groups())
        #expect(try #require(losses.last) < 0.5 * losses[0])
    }

    @Test(arguments: ["als", "sgd", "bpr"])
    func resultDoesNotDependOnTheThreads(trainer: String) throws {
        let data = SyntheticData.groups()
        let scores = try [1, 3].map { threads in
            var model = try ModelRegistry.model(named: "matrix-factorization")
                .makeLearner(preset: trainer, overrides: ["factors": "8"], data: data)
            try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: threads)))
            return model.makeScorer().scores(
                for: ScoringContext(user: UserIndex(3), history: data.histories[UserIndex(3)])
            )
        }
        #expect(scores[0] == scores[1])
    }

    @Test func predictsRatings() throws {
        let data = SyntheticData.groups()
        var model = try ModelRegistry.model(named: "matrix-factorization")
            .makeLearner(preset: "sgd", overrides: ["factors": "4"], data: data)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        let predictor = try #require(model.makeScorer() as? any RatingPredictor)
        // Unseen pairs: an item of the user's own group is worth 5, of the other 1.
        let unseen = data.validation.map { ($0.user, $0.item, ItemIndex(($0.item.position + 1) % 24)) }
        let right = unseen.count { user, own, other in
            predictor.predictedValue(user: user, item: own) > 3.5
                && predictor.predictedValue(user: user, item: own) > predictor.predictedValue(user: user, item: other)
        }
        #expect(right >= 55)
        #expect(predictor.predictedValue(user: nil, item: ItemIndex(0)).isFinite)
        let scores = predictor.scores(for: ScoringContext(user: UserIndex(0), history: data.histories[UserIndex(0)]))
        let value = predictor.predictedValue(user: UserIndex(0), item: ItemIndex(0))
        let other = predictor.predictedValue(user: UserIndex(0), item: ItemIndex(5))
        #expect(abs((scores[0] - scores[5]) - (value - other)) < 1e-4)
    }

    @Test func ratingsAreNeededBySGDAndPositiveWeightsByALS() throws {
        let bare = TrainingData(dataset: SyntheticData.dataset([[0, 1], [1, 2]]))
        #expect { try losses("sgd", [:], bare) } throws: { ($0 as? FreshetError)?.kind == .usage }
        let negative = TrainingData(dataset: SyntheticData.dataset([[0, 1]], values: [[1, -2]]))
        #expect { try losses("als", ["als.weight": "value"], negative) } throws: {
            ($0 as? FreshetError)?.kind == .usage
        }
    }
}
