import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetLearning

@Suite struct LearningLineTests {
    private func line(items: Int, compression: VersionCompression = .none) throws -> LearningLine {
        var settings = LearningLoop.Settings()
        settings.compression = compression
        let trained = TrainedModel(
            model: SequenceTransformer.name,
            configurationJSON: "{}",
            scorer: tinyScorer(items: items)
        )
        return try LearningLine(
            from: ServedState(version: ModelVersion(1), trained: trained),
            settings: settings,
            number: 1,
            seed: 1,
            pool: ThreadPool(threads: 1)
        )
    }

    private func events(_ numbers: ClosedRange<Int64>) -> [StreamEvent] {
        numbers.map { number in
            let event = LoggedEvent(
                offset: number,
                user: UserIndex(0),
                item: ItemIndex(Int(number)),
                type: 0,
                time: Timestamp(seconds: number)
            )
            return StreamEvent(event: event, history: History(items: [ItemIndex(0)], times: [0]), isNewItem: false)
        }
    }

    @Test func shortCatalogueIsPredictedByTheNewestWeights() throws {
        var line = try line(items: 400)
        _ = line.learn(events(1...1), reading: nil, emphasis: .usual)
        _ = line.scorer(numbered: 2)
        #expect(line.scorerNumber == 2)
    }

    /// 2,000 items: copied after more than 4 events at the earliest.
    @Test func longCatalogueIsCopiedOnceForSomeEvents() throws {
        var line = try line(items: 2_000)
        _ = line.learn(events(1...4), reading: nil, emphasis: .usual)
        _ = line.scorer(numbered: 2)
        #expect(line.scorerNumber == 1)
        _ = line.learn(events(5...5), reading: nil, emphasis: .usual)
        _ = line.scorer(numbered: 3)
        #expect(line.scorerNumber == 3)
    }

    @Test func publicationHasTheNewestWeights() throws {
        var line = try line(items: 2_000)
        _ = line.learn(events(1...1), reading: nil, emphasis: .usual)
        _ = line.state(ModelVersion(1, update: 1), offset: 1, numbered: 2)
        #expect(line.scorerNumber == 2)
        _ = line.state(ModelVersion(1, update: 2), offset: 1, numbered: 3)
        #expect(line.scorerNumber == 2)
    }

    /// As after a rollback: the exemplars stay, but the optimizer is a new one and begins as carefully as the first did.
    @Test func newLineRemembersWhatTheOldOneSawAndItsRateRisesAnew() throws {
        var old = try line(items: 20)
        let first = old.learn(events(1...10), reading: nil, emphasis: .usual)?.rate ?? 0
        let later = old.learn(events(11...20), reading: nil, emphasis: .usual)?.rate ?? 0
        #expect(later > first)
        var new = try line(items: 10)
        try new.takeReplay(from: old)
        #expect(new.learner?.itemCount == 21)
        let exemplars = "replay.items"
        #expect(new.learner?.checkpoint().arrays[exemplars] == old.learner?.checkpoint().arrays[exemplars])
        let anew = new.learn(events(11...20), reading: nil, emphasis: .usual)?.rate
        #expect(anew == first)
    }

    /// What predicts and answers is rounded, what learns is not: the exact weights go on, and another line gets them.
    @Test(arguments: [VersionCompression.int8, .int4]) func whatIsShownIsRoundedAndWhatLearnsIsNot(
        compression: VersionCompression
    ) throws {
        var (plain, line) = (try self.line(items: 30), try self.line(items: 30, compression: compression))
        for _ in 0..<2 {
            #expect(line.scorer(numbered: 2) is any CompressedScorer)
            #expect(line.state(ModelVersion(1), offset: 1, numbered: 3).trained?.scorer is any CompressedScorer)
            #expect(line.exactScorer?.checkpoint() == plain.exactScorer?.checkpoint())
            for part in [1...5, 6...9] as [ClosedRange<Int64>] {
                _ = plain.learn(events(part), reading: nil, emphasis: .usual)
                _ = line.learn(events(part), reading: nil, emphasis: .usual)
            }
        }
        // As after a rollback to what was kept.
        let kept = line.state(ModelVersion(1), offset: 1, numbered: 4)
        let again = try LearningLine(
            from: kept,
            settings: LearningLoop.Settings(),
            number: 5,
            seed: 1,
            pool: ThreadPool(threads: 1)
        )
        #expect(again.learner?.itemCount == line.learner?.itemCount)
    }
}
