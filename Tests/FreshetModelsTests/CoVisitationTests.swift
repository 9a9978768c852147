import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import FreshetTestSupport
import Testing

@Suite struct CoVisitationTests {
    private func scores(_ configuration: CoVisitation.Configuration, for history: [Int]) throws -> [Float] {
        // Events of the items 0, 1, 2, 3: 3, 2, 2, 1.
        let data = TrainingData(dataset: SyntheticData.dataset([[0, 1, 2], [0, 2, 0, 1], [3]]))
        var model = CoVisitation(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 2)))
        let items = history.map { ItemIndex($0) }
        return model.makeScorer().scores(for: ScoringContext(user: nil, history: History(items: items[...])))
    }

    private var plain: CoVisitation.Configuration {
        var configuration = CoVisitation.Configuration()
        configuration.windowWeights = [1, 0.5]
        configuration.backward = 0
        configuration.sourceDamping = 0
        configuration.targetDamping = 0
        configuration.query = HistoryQuery(length: 2, decay: 0.5)
        return configuration
    }

    @Test func countsPairsByDistance() throws {
        // After 0: 1 then 2; 2 then 0; 1.
        #expect(try scores(plain, for: [0]) == [0.5, 2, 1.5, 0])
        #expect(try scores(plain, for: [1]) == [0, 0, 1, 0])
        #expect(try scores(plain, for: [3]) == [0, 0, 0, 0])
    }

    @Test func weightsTheLatestEventsOnly() throws {
        #expect(try scores(plain, for: [3, 0, 0, 1]) == [0.25, 1, 1.75, 0])
    }

    @Test func countsBackwardPairs() throws {
        var configuration = plain
        configuration.backward = 0.1
        // Before 1: 0 at distance 1 twice, 2 at distance 2.
        let scores = try scores(configuration, for: [1])
        #expect(zip(scores, [0.2, 0, 1.05, 0] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func dampsByBothCounts() throws {
        var configuration = plain
        configuration.sourceDamping = 1
        configuration.targetDamping = 0.5
        let scores = try scores(configuration, for: [0])
        let expected: [Float] = [
            0.5 / 3 / Float(3).squareRoot(), 2 / 3 / Float(2).squareRoot(), 0.5 / Float(2).squareRoot(), 0,
        ]
        #expect(zip(scores, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func keepsTheStrongestFollowers() throws {
        var configuration = plain
        configuration.neighbours = 1
        #expect(try scores(configuration, for: [0]) == [0, 2, 0, 0])
    }
}
