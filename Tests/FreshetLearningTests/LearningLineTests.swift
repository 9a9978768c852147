import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetLearning

@Suite struct LearningLineTests {
    private func line(items: Int) throws -> LearningLine {
        var model = SequenceTransformer.Configuration()
        (model.channels, model.maximumLength, model.relativePositions) = (8, 4, 4)
        (model.loss, model.negatives) = (.sampledSoftmax, 8)
        let pool = ThreadPool(threads: 1)
        let scorer = SequenceUpdater(
            configuration: model,
            itemCount: items,
            typeCount: 1,
            hasTimes: true,
            seed: 1,
            pool: pool
        ).makeScorer()
        let trained = TrainedModel(model: SequenceTransformer.name, configurationJSON: "{}", scorer: scorer)
        return try LearningLine(
            from: ServedState(version: ModelVersion(1), trained: trained),
            settings: LearningLoop.Settings(),
            number: 1,
            seed: 1,
            pool: pool
        )
    }

    private func events(_ numbers: ClosedRange<Int64>) -> [StreamEvent] {
        numbers.map { number in
            let event = LoggedEvent(
                offset: number,
                user: UserIndex(0),
                item: ItemIndex(Int(number)),
                type: 0,
                time: number
            )
            return StreamEvent(event: event, history: History(items: [ItemIndex(0)], times: [0]), isNewItem: false)
        }
    }

    @Test func shortCatalogueIsPredictedByTheNewestWeights() throws {
        var line = try line(items: 400)
        _ = line.learn(events(1...1), emphasis: .usual)
        _ = line.scorer(numbered: 2)
        #expect(line.scorerNumber == 2)
    }

    /// 2,000 items: copied after more than 4 events at the earliest.
    @Test func longCatalogueIsCopiedOnceForSomeEvents() throws {
        var line = try line(items: 2_000)
        _ = line.learn(events(1...4), emphasis: .usual)
        _ = line.scorer(numbered: 2)
        #expect(line.scorerNumber == 1)
        _ = line.learn(events(5...5), emphasis: .usual)
        _ = line.scorer(numbered: 3)
        #expect(line.scorerNumber == 3)
    }

    @Test func publicationHasTheNewestWeights() throws {
        var line = try line(items: 2_000)
        _ = line.learn(events(1...1), emphasis: .usual)
        _ = line.state(ModelVersion(1, update: 1), offset: 1, numbered: 2)
        #expect(line.scorerNumber == 2)
        _ = line.state(ModelVersion(1, update: 2), offset: 1, numbered: 3)
        #expect(line.scorerNumber == 2)
    }
}
