import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLearning

/// A candidate learns what came while it was trained, while learning goes on.
@Suite struct CandidateTests {
    private static let events = LearningLoopTests.events(600)

    /// A loop at event 400 with a candidate that was trained on the first 300.
    private func loop() throws -> LearningLoop {
        var settings = LearningLoopTests.settings()
        settings.learner.distillation = 0
        let loop = try LearningLoop(settings: settings)
        _ = try loop.process(Array(Self.events[..<400]))
        try loop.trainingFinished(
            try LearningLoopTests.trained(on: Array(Self.events[..<300])),
            learned: 300,
            recent: Array(Self.events[..<300]),
            missed: Self.events[300..<400].map(\.user)
        )
        return loop
    }

    /// What it must come to: a learner of the same weights to which the events came one after the other.
    private func weightsOfWhoMissedNothing(upTo end: Int) throws -> Checkpoint? {
        let settings = try loop().settings
        var line = try LearningLine(
            from: ServedState(trained: try LearningLoopTests.trained(on: Array(Self.events[..<300]))),
            settings: settings,
            number: 1,
            seed: 1,
            pool: ThreadPool(threads: 1)
        )
        let all = StreamEvents.replayed(Array(Self.events[..<end]), limit: settings.historyLimit)
        line.learner?.remember(Array(all[..<300]))
        for start in stride(from: 300, to: end, by: settings.microBatch) {
            _ = line.learn(Array(all[start..<min(start + settings.microBatch, end)]), reading: nil, emphasis: .usual)
        }
        return line.learner?.checkpoint()
    }

    /// Gives the candidate the next batch of the log; whether there is more.
    private func catchUp(_ loop: LearningLoop) -> Bool {
        let next = Self.events.filter { $0.offset > loop.candidateOffset && $0.offset <= loop.offset }
        loop.catchUp(Array(next.prefix(loop.settings.microBatch)))
        return loop.isCatchingUp
    }

    @Test func learnsWhatItMissedAsIfItHadBeenThere() throws {
        let loop = try loop()
        // More events come while it is on its way, and some after.
        _ = catchUp(loop)
        _ = try loop.process(Array(Self.events[400..<448]))
        while catchUp(loop) {}
        #expect(loop.candidateOffset == 448)
        #expect(loop.lines.candidate?.learner?.checkpoint() == (try weightsOfWhoMissedNothing(upTo: 448)))
    }

    @Test func competesOnlyOnceItIsLevel() throws {
        let loop = try loop()
        _ = try loop.process(Array(Self.events[400..<432]))
        #expect(loop.isCatchingUp)
        #expect(loop.evaluation.figures()["candidate"] == nil)
        #expect(throws: FreshetError.self) { try loop.promote(ModelVersion(1), time: 0) }
        while catchUp(loop) {}
        _ = try loop.process(Array(Self.events[432..<464]))
        #expect(loop.evaluation.figures()["candidate"]?["count"] == 32)
        #expect(try loop.promote(ModelVersion(1), time: 0).published.count == 1)
        #expect(loop.live.offset == 464)
    }

    @Test func goesOnCatchingUpFromACheckpoint() throws {
        let loop = try loop()
        _ = catchUp(loop)
        let copy = try LearningLoop(from: loop.checkpoint(), settings: loop.settings)
        #expect(copy.isCatchingUp)
        #expect(copy.candidateOffset == 316)
        copy.remember(Self.events[..<400])
        while catchUp(copy) {}
        #expect(copy.lines.candidate?.learner?.checkpoint() == (try weightsOfWhoMissedNothing(upTo: 400)))
    }

    @Test func logThatHasNoMoreOfWhatWasMissedMakesItLevel() throws {
        let loop = try loop()
        loop.catchUp([])
        #expect(!loop.isCatchingUp)
    }

    @Test func candidateThatNeedNotLearnCompetesAtOnce() throws {
        var settings = LearningLoopTests.settings()
        settings.candidateLearns = false
        let loop = try LearningLoop(settings: settings)
        _ = try loop.process(Array(Self.events[..<400]))
        try loop.trainingFinished(
            try LearningLoopTests.trained(on: Array(Self.events[..<300])),
            learned: 300,
            missed: Self.events[300..<400].map(\.user)
        )
        #expect(!loop.isCatchingUp)
        _ = try loop.promote(ModelVersion(1), time: 0)
        #expect(loop.live.offset == 300)
    }
}
