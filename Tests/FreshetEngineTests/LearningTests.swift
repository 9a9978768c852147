import Foundation
import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetNN
import FreshetRecommendation
import FreshetTensor
import Testing

@testable import FreshetEngine

/// The learner beside serving: training, publications, swaps, restarts.
@Suite(.serialized) struct LearningTests {
    /// Users go round a ring of items: what comes next can be learned.
    static func ring(_ count: Int, users: Int = 20, items: Int = 12, from start: Int = 0) -> [Event] {
        (start..<start + count).map { index in
            let (user, step) = (index % users, index / users)
            return Event(
                user: "u\(user)",
                item: "i\((user + step) % items)",
                time: Timestamp(seconds: 1_700_000_000 + Int64(index))
            )
        }
    }

    static func learns(_ configuration: inout EngineConfiguration) {
        configuration.learning.isEnabled = true
        configuration.learning.publishEvery = 0.05
        configuration.learning.batchSize = 32
        configuration.retraining.isEnabled = true
        configuration.retraining.firstEvents = 200
        configuration.retraining.everyHours = 0
        configuration.retraining.overrides = TestEngine.tinyModel
        configuration.loop.publication.retrainGrowth = 0
        configuration.loop.publication.retrainsOnDrift = false
        // Never a verdict: tests promote by hand.
        configuration.loop.promotion.minimumEvents = 30_000
        configuration.loop.promotion.first.minimumEvents = 30_000
        configuration.loop.promotion.first.horizon = 30_000
    }

    @Test(.timeLimit(.minutes(10)))
    func firstVersionIsTrainedBesideServingCompetesAndWhatIsLearnedIsPublished() async throws {
        let test = try await TestEngine(Self.learns)
        let engine = test.engine
        engine.learning.start()
        _ = try await engine.accept(Self.ring(400))
        try await waitUntil { engine.book.highestNumber >= 1 }
        try await engine.promote(ModelVersion(1))
        #expect(engine.live.current.version.number == 1)
        _ = try await engine.accept(Self.ring(200, from: 400))
        try await waitUntil { engine.live.current.version.update > 0 && engine.status().learner.lagEvents == 0 }
        try await waitUntil { engine.live.current.offset == engine.store.newestOffset }
        let status = engine.status()
        #expect(status.freshness.count > 0)
        #expect(status.learner.offset == 600)
        #expect(status.figures["live"] != nil)
        #expect(status.decisions.contains { $0.kind == .retrain })
        #expect(status.health.allSatisfy { $0.isWell })
        let answer = try await engine.recommend(RecommendationRequest(user: "u1", count: 5))
        #expect(answer.model.number == 1)
        #expect(answer.items.count == 5)
        await engine.shutDown()
        #expect(try await engine.store.decisions(limit: 1000).contains { $0.kind == .microUpdate })
        #expect(try await engine.versions().first?.state == .live)
    }

    /// The events that come during a training are learned by what it gives too, before it competes.
    @Test(.timeLimit(.minutes(10))) func candidateLearnsWhatCameWhileItWasTrained() async throws {
        let test = try await TestEngine { configuration in
            Self.learns(&configuration)
            configuration.retraining.overrides["epochs"] = "20"
        }
        let engine = test.engine
        engine.learning.start()
        _ = try await engine.accept(Self.ring(400))
        try await waitUntil { engine.learning.trainingOrder != nil }
        let order = try #require(engine.learning.trainingOrder)
        _ = try await engine.accept(Self.ring(300, from: 400))
        try await waitUntil { engine.book.highestNumber >= 1 && engine.status().learner.lagEvents == 0 }
        try await waitUntil { try await engine.learning.perform { !$0.loop.isCatchingUp } }
        try await engine.promote(ModelVersion(1))
        // What was held out for the trial is learned as well, none of it twice.
        let trained = order.newest - order.heldOut
        #expect(order.heldOut > 0 && order.newest < 700)
        #expect(try await engine.learning.perform { $0.loop.learnerEvents } == Int(700 - trained))
        await engine.shutDown()
    }

    @Test func trainingThatARestartInterruptedBeginsAgain() throws {
        var settings = LearningLoop.Settings()
        settings.publication.firstTrainingEvents = 10
        let events = (1...40).map { offset in
            LoggedEvent(
                offset: Int64(offset),
                user: UserIndex(offset % 3),
                item: ItemIndex(offset % 5),
                type: 0,
                time: Timestamp(seconds: Int64(offset))
            )
        }
        func isRetraining(_ step: LearningStep) -> Bool {
            step.retraining != nil
        }
        let loop = try LearningLoop(settings: settings)
        #expect(try isRetraining(loop.process(Array(events[..<20]))))
        let pool = ThreadPool(threads: 1)
        let resumed = try LearningLoop(from: loop.checkpoint(), settings: settings, seed: 1, pool: pool)
        resumed.remember(events[..<20])
        #expect(try !isRetraining(loop.process(Array(events[20...]))))
        #expect(try isRetraining(resumed.process(Array(events[20...]))))
    }

    @Test(.timeLimit(.minutes(10)))
    func restartGoesOnWhereLearnerWasAndLearnsNothingTwice() async throws {
        let test = try await TestEngine(Self.learns)
        test.engine.learning.start()
        _ = try await test.engine.accept(Self.ring(400))
        try await waitUntil { test.engine.book.highestNumber >= 1 && test.engine.status().learner.lagEvents == 0 }
        try await test.engine.promote(ModelVersion(1))
        await test.engine.shutDown()
        let before = test.engine.live.current
        let learned = try await test.engine.learning.perform { $0.loop.learnerEvents }
        let again = try await test.reopened()
        #expect(again.live.current.version == before.version)
        #expect(again.live.current.scorer?.checkpoint() == before.scorer?.checkpoint())
        #expect(again.learning.report.offset == 400)
        #expect(again.streaming.offset == 400)
        again.learning.start()
        _ = try await again.accept(Self.ring(50, from: 400))
        try await waitUntil { again.status().learner.lagEvents == 0 }
        #expect(try await again.learning.perform { $0.loop.learnerEvents } == learned + 50)
        await again.shutDown()
    }

    @Test(.timeLimit(.minutes(10)))
    func copyOfRunningEngineGoesOnWithItsVersionAndLearnsWhatTheCopyMissed() async throws {
        let test = try await TestEngine(Self.learns)
        test.engine.learning.start()
        _ = try await test.engine.accept(Self.ring(400))
        try await waitUntil { test.engine.book.highestNumber >= 1 && test.engine.status().learner.lagEvents == 0 }
        try await test.engine.promote(ModelVersion(1))
        try await test.engine.learning.perform { $0.checkpoint() }
        let (copied, learned) = try await test.engine.learning.perform { core in
            (core.durableOffset, core.loop.learnerEvents)
        }
        let other = test.folder + "-copy"
        defer { try? FileManager.default.removeItem(atPath: other) }
        try LearnedFiles.copy(from: test.folder, to: other)
        _ = try await test.engine.accept(Self.ring(50, from: 400))
        await test.engine.shutDown()
        // What the folder has of its own does not stay.
        try LearnedFiles.replace(in: test.folder, by: other)
        let again = try await test.reopened()
        #expect(again.live.current.version.number == 1)
        #expect(again.learning.report.offset == copied)
        again.learning.start()
        try await waitUntil { again.status().learner.lagEvents == 0 }
        #expect(try await again.learning.perform { $0.loop.learnerEvents } == learned + Int(450 - copied))
        #expect(again.status().health.allSatisfy { $0.isWell })
        await again.shutDown()
    }

    /// Eight of twelve items have no event for ten days: their vectors are those of unknown items, on disk as well.
    @Test(.timeLimit(.minutes(10)))
    func itemsWithoutEventsForTheDaysOfTheSettingLeaveTheLearnersTables() async throws {
        let test = try await TestEngine { configuration in
            Self.learns(&configuration)
            configuration.retraining.firstEvents = 1_000_000
            configuration.loop.learner.expiryDays = 5
        }
        let engine = test.engine
        _ = try await engine.accept(Self.ring(240))
        try engine.archive.write(SnapshotArchiveTests.trained(ModelVersion(1)))
        try await engine.promote(ModelVersion(1))
        engine.learning.start()
        _ = try await engine.accept(
            Self.ring(120, items: 4, from: 240).map { event in
                var event = event
                event.time?.milliseconds += 10 * 86_400_000
                return event
            }
        )
        try await waitUntil { engine.status().learner.lagEvents == 0 }
        await engine.shutDown()
        let checkpoint = try Checkpoint.read(from: test.folder + "/" + LearnedFiles.checkpoint)
        let counts = try checkpoint.numbers("learning.learner.learner.occurrences", of: Int32.self)
        #expect(counts.prefix(12).map { $0 > 0 } == (0..<12).map { $0 < 4 })
    }

    /// At the end of the process a training's generated code is gone.
    @Test(.timeLimit(.minutes(10))) func shutDownWaitsForTheTraining() async throws {
        let test = try await TestEngine { configuration in
            Self.learns(&configuration)
            configuration.retraining.overrides["epochs"] = "100000"
        }
        test.engine.learning.start()
        _ = try await test.engine.accept(Self.ring(400))
        try await waitUntil { (test.engine.status().learner.retraining ?? 0) > 0 }
        await test.engine.shutDown()
        #expect(test.engine.status().learner.retraining == nil)
        #expect(test.engine.book.highestNumber == 0)
    }

    @Test(.timeLimit(.minutes(10)))
    func afterDamagedCheckpointAndDamagedVersionLastGoodOneAnswersAndSaysSo() async throws {
        let test = try await TestEngine(Self.learns)
        _ = try await test.engine.accept(Self.ring(100))
        for number in 1...2 {
            try test.engine.archive.write(SnapshotArchiveTests.trained(ModelVersion(number)))
        }
        try test.engine.archive.setLive(ModelVersion(2))
        let damaged = test.engine.archive.folder + "/" + SnapshotArchive.name(of: ModelVersion(2))
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: damaged))
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: test.folder + "/learner.safetensors"))
        let again = try await test.reopened()
        #expect(again.live.current.version == ModelVersion(1))
        #expect(again.status().health.contains { $0.part == "snapshots" && !$0.isWell })
        #expect(try await again.recommend(RecommendationRequest(user: "u1")).model == ModelVersion(1))
    }

    @Test(.timeLimit(.minutes(10)))
    func versionsArePromotedAndRolledBackByHand() async throws {
        let test = try await TestEngine(Self.learns)
        let engine = test.engine
        _ = try await engine.accept(Self.ring(100))
        try engine.archive.write(SnapshotArchiveTests.trained(ModelVersion(1)))
        await #expect(throws: FreshetError.self) { try await engine.promote(ModelVersion(7)) }
        await #expect(throws: FreshetError.self) { try await engine.rollback() }
        try await engine.promote(ModelVersion(1))
        #expect(engine.live.current.version == ModelVersion(1))
        #expect(engine.archive.live() == ModelVersion(1))
        #expect(try await engine.rollback() == ModelVersion(0))
        #expect(engine.live.current.scorer == nil)
        #expect(engine.status().decisions.map(\.kind) == [.rollback, .promotion])
    }

    @Test(.timeLimit(.minutes(10)))
    func erasureIsFollowedByWeightsThatNeverSawUser() async throws {
        let test = try await TestEngine { configuration in
            Self.learns(&configuration)
            configuration.retraining.firstEvents = 1_000_000
            configuration.retraining.erasureHours = 0
        }
        let engine = test.engine
        _ = try await engine.accept(Self.ring(200))
        try engine.archive.write(SnapshotArchiveTests.trained(ModelVersion(1)))
        try await engine.promote(ModelVersion(1))
        let receipt = try await engine.eraseUser("u3")
        #expect(receipt.state == .retraining)
        #expect(receipt.sessionEvents == 10)
        #expect(try await engine.erasure(receipt.id)?.state == .retraining)
        engine.learning.start()
        try await waitUntil { engine.live.current.version.number == 2 }
        try await waitUntil { try await engine.erasure(receipt.id)?.state == .complete }
        await engine.shutDown()
    }
}

/// Waits until something holds, at most two minutes.
func waitUntil(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<6000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it never came to hold")
}
