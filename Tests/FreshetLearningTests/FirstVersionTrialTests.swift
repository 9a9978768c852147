import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetLearning

/// A first version tried on the log: judged as on live events, and carried over into the loop.
@Suite struct FirstVersionTrialTests {
    /// From event 601 on users go round the ring the other way: who knew that beforehand would shine.
    private static let events = LearningLoopTests.events(1_200).map { event in
        var event = event
        if event.offset > 600 { event.item = ItemIndex(29 - event.item.position) }
        return event
    }

    private static func settings(margin: Double = 0.5) -> LearningLoop.Settings {
        var settings = LearningLoopTests.settings()
        settings.rehearsal = 40
        settings.learner.distillation = 0
        settings.promotion.first.minimumEvents = 50
        settings.promotion.first.margin = margin
        // Without a margin there is no verdict before the end: all events count.
        settings.promotion.falsePromotion = 1e-9
        settings.promotion.falseDiscard = 1e-9
        return settings
    }

    /// A trial of a model that was trained on the first 600 events, judged on the next 400.
    private func trial(margin: Double = 0.5) throws -> FirstVersionTrial {
        let settings = Self.settings(margin: margin)
        let trial = try FirstVersionTrial(settings: settings, seed: 1, pool: ThreadPool(threads: 1))
        trial.remember(Array(Self.events[..<300]))
        trial.practise(Array(Self.events[300..<600]))
        try trial.begin(LearningLoopTests.trained(on: Array(Self.events[..<600])))
        trial.judge(Array(Self.events[600..<1_000]))
        return trial
    }

    /// The counts are judged as they were before each event: as those of a loop to which the events came live.
    @Test func countsArePredictedAsIfTheEventsCameLive() throws {
        let gate = try #require(try trial(margin: 0).gate)
        #expect((200...361).contains(gate.evidence.count))
        var settings = Self.settings()
        settings.publication.microUpdateInterval = 0
        settings.publication.firstTrainingEvents = 1_000_000
        let loop = try LearningLoop(settings: settings)
        loop.remember(Self.events[..<300])
        _ = try loop.process(Array(Self.events[300..<(1_000 - gate.evidence.count)]))
        loop.startMeasuring()
        _ = try loop.process(Array(Self.events[(1_000 - gate.evidence.count)..<1_000]))
        let ranks = try #require(loop.evaluation.histogram(of: .live, window: nil))
        let mean = try #require(ranks.figures(at: [20])["mrr@20"])
        #expect(abs(gate.evidence.baselineMean - mean) < 0.01)
    }

    /// Shown what it was trained on, the model would shine.
    @Test func nothingIsJudgedBeforeTheTrainedVersionIsThere() throws {
        let trial = try FirstVersionTrial(settings: Self.settings(), seed: 1, pool: ThreadPool(threads: 1))
        trial.practise(Array(Self.events[..<600]))
        #expect(trial.gate == nil)
        try trial.begin(LearningLoopTests.trained(on: Array(Self.events[..<600])))
        #expect(trial.gate?.evidence.count == 0)
        #expect(trial.offset == 600)
    }

    @Test func theLoopTakesOverWhatItLearnedAndShowed() throws {
        let trial = try trial()
        trial.follow(Array(Self.events[1_000..<1_100]))
        let tried = trial.finish()
        #expect(tried.offset == 1_100)
        #expect(tried.gate.verdict == .notWorse)
        let loop = try LearningLoop(settings: Self.settings())
        _ = try loop.process(Array(Self.events[..<1_150]))
        let missed = Self.events[1_100..<1_150].map(\.user)
        let version = try loop.trainingFinished(tried, wasCutShort: false, missed: missed)
        #expect(loop.lines.candidate?.learner?.learnedEvents == 500)
        #expect(loop.candidateGate == tried.gate)
        // It has won its case, but what it missed it learns first, also after a restart.
        #expect(try loop.idle(time: 0).decisions.allSatisfy { $0.kind != .promotion })
        let resumed = try LearningLoop(from: loop.checkpoint(), settings: Self.settings())
        resumed.remember(Self.events[..<1_150])
        for loop in [loop, resumed] {
            #expect(loop.isCatchingUp)
            loop.catchUp(Array(Self.events[1_100..<1_150]))
            let step = try loop.idle(time: 0)
            #expect(step.decisions.map(\.kind).contains(.promotion))
            #expect(loop.live.version == version)
            #expect(loop.live.offset == 1_150)
            #expect(loop.good.trained == nil)
            #expect(loop.learnerEvents == 550)
        }
    }

    /// Somebody may have put a kept version live meanwhile: then it has to win as any other.
    @Test func whereATrainedVersionServesMeanwhileItMustWin() throws {
        let tried = try trial().finish()
        let trained = try LearningLoopTests.trained(on: Array(Self.events[..<300]))
        let live = ServedState(version: ModelVersion(4), trained: trained, offset: 300)
        let loop = try LearningLoop(settings: Self.settings(), live: live)
        loop.remember(Self.events[..<1_000])
        try loop.trainingFinished(tried, wasCutShort: false, missed: [])
        #expect(loop.candidateGate?.standard == .better)
        #expect(loop.candidateGate?.evidence.count == 0)
    }

    @Test func theErasedAreForgottenByTheCandidate() throws {
        let loop = try LearningLoop(settings: Self.settings())
        _ = try loop.process(Array(Self.events[..<1_000]))
        try loop.trainingFinished(try trial().finish(), wasCutShort: false, missed: [])
        let user = Self.events[700].user
        loop.eraseFromCandidate(user)
        #expect(loop.lines.candidate?.learner?.erase(user) == 0)
        let other = try #require(Self.events[701...].first { $0.user != user }).user
        #expect(loop.lines.candidate?.learner?.erase(other) ?? 0 > 0)
    }

    /// The counts alone are predicted on a share of events, and only while a trained version serves.
    @Test func whatATrainedVersionAddsIsMeasuredAgainstTheCounts() throws {
        var settings = Self.settings()
        settings.countsShare = 0.5
        let loop = try LearningLoop(settings: settings)
        _ = try loop.process(Array(Self.events[..<600]))
        #expect(loop.gain.evidence.count == 0)
        try loop.trainingFinished(try LearningLoopTests.trained(on: Array(Self.events[..<600])), learned: 600)
        _ = try loop.promote(ModelVersion(1), time: 0)
        _ = try loop.process(Array(Self.events[600...]))
        #expect(loop.gain.version == 1)
        #expect((240...360).contains(loop.gain.evidence.count))
        #expect(loop.gain.evidence.baselineMean > 0.2)
        // Those figures are of other events than all others.
        #expect(loop.evaluation.figures()["counts"] == nil)
        let copy = try LearningLoop(from: loop.checkpoint(), settings: settings)
        #expect(copy.gain == loop.gain)
        _ = try loop.rollBack(time: 0)
        let count = loop.gain.evidence.count
        _ = try loop.process(LearningLoopTests.events(1_300).suffix(100).map { $0 })
        #expect(loop.gain.evidence.count == count)
    }
}
