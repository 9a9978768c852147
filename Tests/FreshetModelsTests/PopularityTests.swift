import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import FreshetTestSupport
import Testing

@Suite struct PopularityTests {
    private func scores(_ dataset: Dataset, days: Double = 0, events: Double = 0) throws -> [Float] {
        var configuration = Popularity.Configuration()
        configuration.halfLifeDays = days
        configuration.halfLifeEvents = events
        var model = Popularity(configuration: configuration)
        try model.fit(TrainingData(dataset: dataset), session: TrainingSession(pool: ThreadPool(threads: 1)))
        return model.makeScorer().scores(for: ScoringContext(user: nil, history: History(items: [])))
    }

    @Test func countsEvents() throws {
        #expect(try scores(SyntheticData.dataset([[0, 1, 1], [1, 2]])) == [1, 3, 1])
    }

    @Test func halvesByTime() throws {
        var dataset = SyntheticData.dataset([[0, 1], [1, 2]])
        dataset.histories.times = [0, 86_400, 0, 172_800]
        #expect(try scores(dataset, days: 1) == [0.25, 0.75, 1])
        #expect(try scores(dataset, events: 1) == [1, 2, 1])
    }

    @Test func halvesByPositionWithoutTimes() throws {
        var dataset = SyntheticData.dataset([[0, 1, 2], [1, 2]])
        dataset.histories.times = []
        #expect(try scores(dataset, days: 1, events: 1) == [0.25, 1, 2])
    }
}
