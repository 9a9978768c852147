import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLearning

private let pool = ThreadPool(threads: 1)

/// Who learns, and what goes live: without predictions or gates.
@Suite struct LinesTests {
    private let events = LearningLoopTests.events(400)

    private func lines(_ change: (inout LearningLoop.Settings) -> Void = { _ in }) throws -> Lines {
        var settings = LearningLoopTests.settings()
        change(&settings)
        let trained = try LearningLoopTests.trained(on: Array(events[..<300]))
        return try Lines(from: ServedState(trained: trained), settings: settings, seed: 1, pool: pool)
    }

    private var batch: [StreamEvent] { Array(StreamEvents.replayed(events, limit: 200)[300..<316]) }

    @Test func emphasisLastsForSoManyEvents() throws {
        var lines = try lines { ($0.driftRate, $0.driftReplay) = (3, 0.25) }
        lines.emphasizedEvents = 20
        let rates = (0..<3).map { _ in lines.nextEmphasis(events: 16).rate }
        #expect(rates == [3, 3, 1])
    }

    @Test func stepsOnReplayAreWholeOnesWithTheAverageAskedFor() throws {
        var lines = try lines { $0.learner.replaySteps = 2 }
        lines.replaySteps = 0.75
        let steps = (0..<8).map { _ in lines.nextEmphasis(events: 1).replaySteps ?? 0 }
        #expect(steps.reduce(0, +) == 6 && steps.allSatisfy { (0...1).contains($0) })
    }

    @Test func publicationIsWhatWasLearnedAndPromotionTakesTheCandidatesPlace() throws {
        var lines = try lines()
        lines.learn(batch, .usual) { $0() }
        #expect(lines.learning.unpublished == 16 && lines.report?.events == 16)
        let published = lines.publish(ModelVersion(1, update: 1), offset: 316)
        #expect(published.version == ModelVersion(1, update: 1) && lines.learning.unpublished == 0)
        #expect(published.trained?.scorer.checkpoint() == lines.learning.learner?.makeScorer().checkpoint())
        let rival = ServedState(trained: try LearningLoopTests.trained(on: Array(events[..<200])))
        let line = try lines.line(from: rival)
        lines.enter(line, learned: 300, newest: 316, missed: events[300..<316].map(\.user))
        #expect(lines.isCatchingUp)
        var histories = UserHistories(limit: 200)
        for event in events[..<316] { histories.insert(event) }
        lines.catchUp(Array(events[300..<316]), newest: 316, histories)
        #expect(!lines.isCatchingUp && lines.candidateOffset == 316)
        let promoted = lines.promote(ModelVersion(2), offset: 316)
        #expect(lines.candidate == nil && promoted.offset == 316)
        #expect(lines.learning.learner?.learnedEvents == 16)
    }

    @Test func whoGoesOnFromAnotherStateKeepsItsExemplars() throws {
        var lines = try lines()
        lines.rehearse(events[..<300])
        let exemplars = lines.learning.learner?.checkpoint().arrays["replay.items"]
        try lines.resume(from: ServedState(trained: try LearningLoopTests.trained(on: Array(events[..<200]))))
        #expect(exemplars != nil && lines.learning.learner?.checkpoint().arrays["replay.items"] == exemplars)
        let (first, second) = (lines.erase(UserIndex(3)), lines.erase(UserIndex(3)))
        #expect(first > 0 && second == 0)
    }
}

/// Who predicts what: without learning or decisions.
@Suite struct ContestTests {
    private func loop(_ change: (inout LearningLoop.Settings) -> Void = { _ in }) throws -> LearningLoop {
        var settings = LearningLoopTests.settings()
        change(&settings)
        return try LearningLoop(settings: settings)
    }

    /// A model that learns beside the live one follows a stream that one which stays as it is does not.
    @Test func rivalThatLearnsFollowsTheStream() throws {
        let (loop, events) = (try loop(), LearningLoopTests.events(1_200))
        _ = try loop.process(Array(events[..<200]))
        let model = try ModelRegistry.model(named: "online-matrix-factorization")
        let trained = TrainedModel(
            model: model.name,
            configurationJSON: "{}",
            scorer: try LearningLoopTests.fitted(model, on: Array(events[..<200]))
        )
        try loop.compare("rival", with: trained, learning: true)
        try loop.compare("still", with: trained)
        _ = try loop.process(Array(events[200...]))
        let lines = Dictionary(uniqueKeysWithValues: loop.contest.compared.map { ($0.contender, $0.line) })
        #expect(lines["rival"]?.learner?.learnedEvents == 1_000)
        #expect(lines["still"]?.learner == nil)
        #expect(lines["still"]?.trained?.scorer.checkpoint() == trained.scorer.checkpoint())
        let figures = loop.evaluation.figures(window: .all)
        #expect(figures["rival"]?["count"] == 1_000 && figures["still"]?["count"] == 1_000)
        // Neither of them answers.
        #expect(loop.live.trained == nil)
    }

    /// What takes a name over goes on with the fusion weights that were learned under it.
    @Test func fusionWeightsStayWithTheName() throws {
        let (loop, events) = (try loop(), LearningLoopTests.events(400))
        try loop.compare(.counts, with: nil)
        _ = try loop.process(Array(events[..<300]))
        let before = try #require(loop.contest.compared[0].line.ranking as? FusionTrainer).anew().weights
        try loop.compare(.counts, with: nil)
        #expect(loop.contest.compared.count == 1)
        #expect(loop.contest.compared[0].line.ranking.ranker as? FusionWeights == before)
        #expect(before != FusionWeights())
    }

    @Test func sampleIsTheSameInEveryRun() throws {
        let (one, other) = (try loop { $0.evaluationShare = 0.3 }, try loop { $0.evaluationShare = 0.3 })
        let events = StreamEvents.replayed(LearningLoopTests.events(500), limit: 10)
        let taken = events.filter { one.contest.predicts($0) }.map(\.event.offset)
        #expect(taken == events.filter { other.contest.predicts($0) }.map(\.event.offset))
        #expect((100...200).contains(taken.count))
    }
}

/// Who may answer: without a stream.
@Suite struct PublicationTests {
    private func publication(_ change: (inout LearningLoop.Settings) -> Void = { _ in }) -> Publication {
        var settings = LearningLoop.Settings()
        change(&settings)
        return Publication(settings: settings, live: ServedState(), highestVersion: 0, seed: 1)
    }

    private func outcome(_ ranks: [Contender: Int]) -> Outcome {
        Outcome(offset: 1, time: 0, predictions: ranks.map { Outcome.Prediction($0.key, rank: $0.value) })
    }

    @Test func gatesCountOnlyWhoIsThereAndRehearsed() {
        var publication = publication()
        publication.candidateEntered()
        publication.judge(outcome([.live: 2, .candidate: 1]), isRehearsed: false)
        #expect(publication.promotion?.evidence.count == 0)
        publication.judge(outcome([.live: 2, .candidate: 1]), isRehearsed: true)
        #expect(publication.promotion?.evidence.count == 1)
        publication.judge(outcome([.candidate: 1]), isRehearsed: true)
        #expect(publication.promotion?.evidence.count == 1 && publication.rollback.evidence.count == 0)
        publication.judge(outcome([.live: 1, .lastGood: 3]), isRehearsed: true)
        #expect(publication.rollback.evidence.count == 1)
    }

    /// Where no trained version serves, a candidate need only be as good; what it has shown on the log counts.
    @Test func whatACandidateHasShownCountsForAFirstVersionOnly() {
        var shown = PromotionGate(settings: PromotionGate.Settings(), standard: .notWorse)
        shown.add(candidate: 1, live: 0.5)
        var first = publication()
        first.candidateEntered(shown)
        #expect(first.promotion == shown)
        var later = Publication(
            settings: LearningLoop.Settings(),
            live: ServedState(version: ModelVersion(3)),
            highestVersion: 3,
            seed: 1
        )
        later.candidateEntered(shown)
        #expect(later.promotion?.standard == .better && later.promotion?.evidence.count == 0)
    }

    @Test func promotionKeepsWhatWasLiveAsTheGoodStateAndARollbackDoesNot() {
        var publication = publication()
        publication.update(ServedState(version: ModelVersion(0, update: 1)), numbered: 4)
        publication.replace(by: ServedState(version: ModelVersion(1)), numbered: 5, keepingGood: false)
        #expect(publication.good.version == ModelVersion(0, update: 1) && publication.liveNumber == 5)
        publication.judge(outcome([.live: 1, .lastGood: 3]), isRehearsed: true)
        publication.replace(by: publication.good, numbered: 6, keepingGood: true)
        #expect(publication.live.version == ModelVersion(0, update: 1))
        #expect(publication.good.version == ModelVersion(0, update: 1) && publication.rollback.evidence.count == 0)
    }

    @Test func firstPublicationIsKeptAsItWas() {
        var publication = publication()
        let isFirst = publication.keepFrozenCopy()
        publication.update(ServedState(version: ModelVersion(0, update: 2)), numbered: 2)
        let isFirstAgain = publication.keepFrozenCopy()
        #expect(isFirst && !isFirstAgain)
        #expect(publication.frozen?.version == ModelVersion(0))
        var without = self.publication { $0.keepsFrozenCopy = false }
        let isKept = without.keepFrozenCopy()
        #expect(!isKept && without.frozen == nil)
    }
}

/// How well what goes live predicts what was learned before.
@Suite struct ForgettingTests {
    private let events = StreamEvents.replayed(LearningLoopTests.events(450), limit: 50)

    private func state(_ update: Int, offset: Int64) throws -> ServedState {
        ServedState(
            version: ModelVersion(1, update: update),
            trained: try LearningLoopTests.trained(on: LearningLoopTests.events(100)),
            offset: offset
        )
    }

    @Test func everyPeriodIsAColumnAndEveryVersionOneRow() throws {
        var forgetting = Forgetting(periodEvents: 100, microBatch: 16, seed: 1)
        for event in events[..<250] { forgetting.note(event) }
        // Two that are over, and the running one.
        #expect(forgetting.matrix.periods.count == 3)
        forgetting.measure(try state(0, offset: 250))
        forgetting.measure(try state(0, offset: 250))
        #expect(forgetting.matrix.versions == [ModelVersion(1)])
        #expect(forgetting.matrix.scores[0].allSatisfy { $0 != nil })
        forgetting.measureAfterPeriod(try state(1, offset: 250))
        #expect(forgetting.matrix.versions.count == 1)
        for event in events[250...] { forgetting.note(event) }
        forgetting.measureAfterPeriod(try state(1, offset: 450))
        #expect(forgetting.matrix.versions == [ModelVersion(1), ModelVersion(1, update: 1)])
        #expect(forgetting.matrix.periods.count == 5 && forgetting.matrix.scores[0][4] == nil)
        #expect(forgetting.matrix.backwardTransfer != nil)
    }

    @Test func restartGoesOnInTheRunningPeriod() throws {
        var forgetting = Forgetting(periodEvents: 100, microBatch: 16, seed: 1)
        for event in events[..<150] { forgetting.note(event) }
        forgetting.measure(try state(0, offset: 150))
        var copy = Forgetting(periodEvents: 100, microBatch: 16, seed: 1)
        try copy.restore(forgetting.checkpoint(), forgetting.matrix)
        for event in events[150..<200] { copy.note(event) }
        #expect(copy.matrix.periods == forgetting.matrix.periods)
        copy.measureAfterPeriod(try state(1, offset: 200))
        #expect(copy.matrix.versions.count == 2)
        // Columns that have no sample any more are not shown as if they had.
        var other = Forgetting(periodEvents: 100, microBatch: 16, seed: 1)
        try other.restore(Forgetting(periodEvents: 100, microBatch: 16, seed: 1).checkpoint(), forgetting.matrix)
        #expect(other.matrix == ForgettingMatrix())
    }

    @Test func oldestPeriodGoesAndAnErasedUserToo() throws {
        var forgetting = Forgetting(periodEvents: 16, microBatch: 16, seed: 1)
        for event in events { forgetting.note(event) }
        forgetting.measure(try state(0, offset: 450))
        #expect(forgetting.matrix.periods.count == 10 && forgetting.matrix.scores[0].count == 10)
        for user in 0..<20 { forgetting.erase(UserIndex(user)) }
        forgetting.measure(try state(1, offset: 450))
        #expect(forgetting.matrix.scores[1].allSatisfy { $0 == nil })
    }

    @Test func nothingIsKeptWhereNothingIsAskedFor() throws {
        var forgetting = Forgetting(periodEvents: 0, microBatch: 16, seed: 1)
        for event in events { forgetting.note(event) }
        forgetting.measure(try state(0, offset: 450))
        #expect(forgetting.matrix == ForgettingMatrix())
    }
}
