import Foundation
import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import FreshetStorage
import Testing

@testable import FreshetEngine

/// What a receipt says from the erasure on, and what is kept until when.
@Suite(.serialized) struct ErasureTests {
    /// An engine with a version that serves and one before it, which only learns by erasures.
    private func engine(_ change: (inout EngineConfiguration) -> Void = { _ in }) async throws -> TestEngine {
        let test = try await TestEngine { configuration in
            LearningTests.learns(&configuration)
            configuration.retraining.firstEvents = 1_000_000
            configuration.retraining.erasureHours = 0
            change(&configuration)
        }
        _ = try await test.engine.accept(LearningTests.ring(200))
        for number in 1...2 {
            try test.engine.archive.write(SnapshotArchiveTests.trained(ModelVersion(number)))
            try await test.engine.promote(ModelVersion(number))
        }
        return test
    }

    @Test(.timeLimit(.minutes(10)))
    func receiptSaysWhatWentAndWhenWeightsAndOlderVersionsFollowed() async throws {
        let test = try await engine { $0.retention.backupDays = 30 }
        let engine = test.engine
        try await engine.put([User(id: "u3", attributes: ["age": .number(40)])])
        let receipt = try await engine.eraseUser("u3")
        #expect(receipt.removed?.events == 10 && receipt.removed?.attributes == 1 && receipt.rows == 11)
        #expect(receipt.due == receipt.time && receipt.backupsUntil == receipt.time + 30 * 86_400_000)
        let waiting = try await engine.erasure(receipt.id)
        #expect(waiting?.state == .retraining && waiting?.version == nil)
        #expect(waiting?.olderVersions == [ModelVersion(2), ModelVersion(1)])

        engine.learning.start()
        try await waitUntil { try await engine.erasure(receipt.id)?.state == .complete }
        let done = try #require(try await engine.erasure(receipt.id))
        #expect(done.version == ModelVersion(3) && done.retrained != nil && done.completed != nil)
        #expect(engine.archive.versions().map(\.number) == [3])
        // Nothing of before can answer again: neither by a rollback nor by name.
        await #expect(throws: FreshetError.self) { try await engine.rollback() }
        await #expect(throws: FreshetError.self) { try await engine.promote(ModelVersion(2)) }
        let isFree = try await engine.learning.perform { core in
            [core.loop.good, core.loop.frozen].allSatisfy { $0.map { $0.version.number >= 3 } ?? true }
        }
        #expect(isFree)
        await engine.shutDown()
        // It is said after a restart as well.
        let again = try await test.reopened()
        #expect(try await again.erasure(receipt.id) == done)
        await again.shutDown()
    }

    /// What is owed is owed after a restart, too.
    @Test(.timeLimit(.minutes(10))) func erasureThatWaitsForATrainingGoesOnAfterARestart() async throws {
        let test = try await engine()
        let receipt = try await test.engine.eraseUser("u3")
        await test.engine.shutDown()
        let again = try await test.reopened()
        #expect(try await again.erasure(receipt.id)?.state == .retraining)
        again.learning.start()
        try await waitUntil { try await again.erasure(receipt.id)?.state == .complete }
        #expect(again.live.current.version.number == 3)
        await again.shutDown()
    }

    /// As a kill leaves it: the erasure was written down, and no row had gone.
    @Test(.timeLimit(.minutes(10))) func erasureThatAKillInterruptedIsEndedAtTheNextStart() async throws {
        let test = try await engine()
        let number = try #require(test.engine.vocabulary.user("u3"))
        let begun = ErasureBook.Begun(user: "u3", numbers: [number])
        try await ErasureBook.begin("receipt", begun, in: test.store)
        await test.engine.shutDown()
        let again = try await test.reopened()
        #expect(try await again.history(of: "u3", limit: 10).isEmpty)
        let receipt = try #require(try await again.erasure("receipt"))
        #expect(receipt.state == .retraining && receipt.removed?.events == 10)
        #expect(try await ErasureBook.unfinished(in: test.store).isEmpty)
        await again.shutDown()
    }

    /// Rows went before the kill, so the name is nobody's: the number is known all the same, and a training is owed.
    @Test(.timeLimit(.minutes(10))) func erasureWhoseRowsWentBeforeTheKillStillOwesATraining() async throws {
        let test = try await engine()
        let number = try #require(test.engine.vocabulary.user("u3"))
        try await ErasureBook.begin("receipt", .init(user: "u3", numbers: [number]), in: test.store)
        _ = try await test.store.eraseUser("u3")
        _ = try await test.engine.accept([Event(user: "u3", item: "i7", time: 1_700_001_000)])
        await test.engine.shutDown()
        let again = try await test.reopened()
        #expect(try await again.erasure("receipt")?.state == .retraining)
        // Who has returned since is somebody else, and stays.
        #expect(try await again.history(of: "u3", limit: 10).map(\.item) == ["i7"])
        await again.shutDown()
    }

    @Test(.timeLimit(.minutes(10))) func whoReturnsIsAStranger() async throws {
        let test = try await engine()
        let engine = test.engine
        let former = try #require(engine.vocabulary.user("u3"))
        let receipt = try await engine.eraseUser("u3")
        _ = try await engine.accept([Event(user: "u3", item: "i7", time: 1_700_001_000)])
        #expect(try #require(engine.vocabulary.user("u3")) != former)
        #expect(try await engine.history(of: "u3", limit: 10).map(\.item) == ["i7"])
        #expect(try await engine.user("u3")?.attributes == [:])
        _ = try await engine.accept([Event(user: "new", item: "i7", time: 1_700_001_000)])
        let answer = try await engine.recommend(RecommendationRequest(user: "u3", count: 3))
        let other = try await engine.recommend(RecommendationRequest(user: "new", count: 3))
        #expect(answer.items.map(\.id) == other.items.map(\.id))
        // The new events are theirs to keep: the training that the erasure asked for leaves them alone.
        engine.learning.start()
        try await waitUntil { try await engine.erasure(receipt.id)?.state == .complete }
        #expect(try await engine.history(of: "u3", limit: 10).map(\.item) == ["i7"])
        await engine.shutDown()
    }
}

/// What an operator forbids is not stored, whichever way it comes.
@Suite struct ForbiddenFieldTests {
    @Test func namesOfNothingAreRefused() throws {
        for name in ["text", "event.item", "event.", "item.price"] {
            #expect(throws: FreshetError.self) { try ForbiddenFields([name]) }
        }
        #expect(throws: FreshetError.self) {
            var configuration = EngineConfiguration(folder: "f")
            configuration.privacy.forbiddenFields = ["event.user"]
            try configuration.validate()
        }
    }

    @Test func whatHasAForbiddenFieldIsRefusedAndNamed() async throws {
        let test = try await TestEngine {
            $0.privacy.forbiddenFields = ["event.value", "event.text", "user.birthday", "context.device"]
        }
        let engine = test.engine
        let answer = try await engine.accept([
            Event(user: "u", item: "i", value: 2), Event(user: "u", item: "i"), Event(user: "u", searching: "kettle"),
        ])
        #expect(answer.accepted == 1 && answer.rejected.map(\.index) == [0, 2])
        #expect(answer.rejected.allSatisfy { $0.error.contains("must not be stored") })
        #expect(engine.problem(with: Event(user: "u", item: "i", value: 1)) == "'value' must not be stored here")

        let bad = User(id: "u", attributes: ["birthday": .text("1990-01-01"), "plan": .text("free")])
        await #expect { try await engine.put([bad]) } throws: { "\($0)".contains("'attributes.birthday'") }
        await #expect(throws: FreshetError.self) {
            try await engine.updateUser("u") { $0.attributes["birthday"] = .text("1990-01-01") }
        }
        #expect(try await engine.user("u")?.attributes == [:])
        try await engine.put([User(id: "u", attributes: ["plan": .text("free")])])

        var request = RecommendationRequest(user: "u", count: 1)
        request.context = ["device": .text("phone")]
        let asked = request
        await #expect { try await engine.recommend(asked) } throws: { "\($0)".contains("'context.device'") }
        var search = SearchRequest(query: "kettle", user: "u")
        search.record = true
        let recorded = search
        await #expect(throws: FreshetError.self) { try await engine.search(recorded) }
    }
}
