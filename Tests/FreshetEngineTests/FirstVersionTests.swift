import Dispatch
import Foundation
import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Synchronization
import Testing

@testable import FreshetEngine

/// The first trained version on its way to serving.
@Suite(.serialized) struct FirstVersionTests {
    /// A verdict takes few events, and any version that learned the ring is good enough.
    private static func goesLive(_ configuration: inout EngineConfiguration) {
        LearningTests.learns(&configuration)
        configuration.loop.promotion.first.minimumEvents = 50
        configuration.loop.promotion.first.horizon = 200
        configuration.loop.promotion.first.margin = 1
        configuration.loop.rehearsal = 50
    }

    /// A shop whose past was brought in, and where nothing happens since.
    @Test(.timeLimit(.minutes(10)))
    func goesLiveByItselfWithoutTraffic() async throws {
        let test = try await TestEngine(Self.goesLive)
        let engine = test.engine
        _ = try await engine.accept(LearningTests.ring(800))
        #expect(engine.status().learner.firstVersion?.stage == .off)
        engine.learning.start()
        try await waitUntil { engine.live.current.version.number == 1 }
        #expect(engine.live.current.offset == 800)
        #expect(engine.status().learner.firstVersion == nil)
        try await waitUntil { engine.status().learner.gain?.events == 0 }
        let status = engine.status()
        let promotion = try #require(status.decisions.first { $0.kind == .promotion })
        #expect(try #require(promotion.evidence["events"]) >= 50)
        #expect(promotion.evidence["margin"] != nil)
        await engine.shutDown()
        #expect(try await engine.versions().first?.trainingStarted != nil)
    }

    /// Going back by hand is no reason to train the same events again.
    @Test(.timeLimit(.minutes(10)))
    func aRollbackByHandStartsNoTraining() async throws {
        let test = try await TestEngine { configuration in
            Self.goesLive(&configuration)
            configuration.loop.publication.retrainGrowth = 1
        }
        let engine = test.engine
        _ = try await engine.accept(LearningTests.ring(800))
        engine.learning.start()
        try await waitUntil { engine.live.current.version.number == 1 }
        #expect(try await engine.rollback().number == 0)
        _ = try await engine.accept(LearningTests.ring(100, from: 800))
        try await waitUntil { engine.status().learner.lagEvents == 0 }
        try await waitUntil { engine.status().learner.firstVersion?.stage == .rejected }
        let status = engine.status()
        #expect(status.decisions.count { $0.kind == .retrain } == 1)
        #expect(status.learner.firstVersion?.stage == .rejected)
        #expect(status.learner.firstVersion?.eventsNeeded == 1_600)
        await engine.shutDown()
    }

    /// What was trained on the events of somebody who is erased meanwhile is replaced before the receipt is complete.
    @Test(.timeLimit(.minutes(10)))
    func anErasureDuringTheFirstTrainingIsFollowedByAnother() async throws {
        let test = try await TestEngine { configuration in
            Self.goesLive(&configuration)
            configuration.retraining.erasureHours = 0
            configuration.retraining.overrides["epochs"] = "10"
        }
        let engine = test.engine
        _ = try await engine.accept(LearningTests.ring(800))
        #expect(try await engine.eraseUser("nobody").state == .complete)
        engine.learning.start()
        try await waitUntil { engine.learning.trainingOrder != nil }
        let receipt = try await engine.eraseUser("u3")
        #expect(receipt.state == .retraining)
        try await waitUntil { try await engine.erasure(receipt.id)?.state == .complete }
        let live = engine.live.current.version
        let started = try #require(engine.book.record(of: live)?.trainingStarted)
        #expect(live.number > 0)
        #expect(started >= receipt.time)
        await engine.shutDown()
    }

    @Test func aQuarterOfAShortLogIsHeldOut() {
        let settings = LearningLoop.Settings()
        #expect(LogTrial.heldOut(of: 2_000, by: settings) == 500)
        #expect(LogTrial.heldOut(of: 1_000_000, by: settings) == 4_500)
    }
}

/// What the status says of a first version.
@Suite struct FirstVersionProgressTests {
    private static func progress(_ change: (inout FirstVersionProgress) -> Void) -> EngineStatus.FirstVersion {
        var progress = FirstVersionProgress()
        (progress.firstEvents, progress.newest) = (2_000, 1_500)
        change(&progress)
        return progress.status
    }

    @Test func saysHowManyEventsAreMissing() {
        let slow = Self.progress { _ in }
        #expect((slow.stage, slow.events, slow.eventsNeeded) == (.waiting, 1_500, 2_000))
        #expect(slow.message.contains("500 are missing."))
        let live = Self.progress { $0.eventsPerSecond = 2 }
        #expect(live.message.contains("500 are missing, 4 min at this rate."))
    }

    @Test func saysHowLongTheTrainingTakes() throws {
        let order = FullTraining.Order(newest: 10_000, minutes: 1, time: 0, heldOut: 2_000)
        let status = Self.progress { progress in
            (progress.newest, progress.stage, progress.order) = (10_000, .training(0.5), order)
        }
        #expect(status.stage == .training)
        #expect(status.training == 0.5)
        // Half a minute of training, and 7,000 events to practise and to be tried on.
        #expect(status.secondsLeft == 30 + 7_000.0 / 400)
        let afterAnImport = Self.progress { progress in
            (progress.newest, progress.stage, progress.order) = (10_000, .training(0.5), order)
            progress.eventsPerSecond = 50_000
        }
        #expect(afterAnImport.secondsLeft == 60 + 7_000.0 / 400)
        let later = Self.progress { progress in
            (progress.newest, progress.stage, progress.order) = (10_000, .trying(500, of: 2_000), order)
        }
        #expect((later.stage, later.judgedEvents, later.judgedEventsAtMost) == (.trying, 500, 2_000))
        #expect(try #require(later.secondsLeft) < #require(status.secondsLeft))
    }

    @Test func saysWhatACandidateWaitsFor() {
        let behind = Self.progress { ($0.candidate, $0.candidateLag) = (PromotionGate(standard: .notWorse), 300) }
        #expect((behind.stage, behind.eventsToLearn) == (.catchingUp, 300))
        let judged = Self.progress { $0.candidate = PromotionGate(standard: .notWorse) }
        #expect((judged.stage, judged.judgedEventsAtMost, judged.secondsLeft) == (.judging, 4_000, nil))
        #expect(judged.message.contains("waits for events"))
        let off = Self.progress { $0.isEnabled = false }
        #expect(off.stage == .off)
    }
}

/// A candidate beside a learner that is behind.
@Suite struct CatchUpTurnsTests {
    @Test func aLearnerThatIsBehindLeavesACandidateOneBatchInFive() {
        var turns = CatchUpTurns()
        let behind = (0..<400).map { _ in turns.next(isBehind: true) }
        #expect(behind.reduce(0, +) == 100)
        #expect(behind.prefix(4) == [0, 0, 0, 1])
        #expect(turns.next(isBehind: false) == .max)
    }
}

/// The disk beside the learner.
@Suite struct SnapshotWriterTests {
    /// Jobs are done one after the other although nobody waits, and all of them before `waitUntilIdle` returns.
    @Test func writesInTheOrderGivenWithoutKeepingAnybody() {
        let writer = SnapshotWriter(niceness: 0)
        let gate = DispatchSemaphore(value: 0)
        let written = Written()
        writer.add { gate.wait() }
        for number in 0..<100 { writer.add { written.append(number) } }
        // The first job still waits, so this was not kept by any.
        #expect(!writer.isIdle)
        #expect(written.numbers.isEmpty)
        gate.signal()
        writer.waitUntilIdle()
        #expect(written.numbers == Array(0..<100))
        #expect(writer.isIdle)
    }

    private final class Written: Sendable {
        private let state = Mutex<[Int]>([])
        var numbers: [Int] { state.withLock { $0 } }
        func append(_ number: Int) { state.withLock { $0.append(number) } }
    }
}
