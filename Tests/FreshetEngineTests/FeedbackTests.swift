import FreshetCore
import FreshetFeedback
import Testing

@testable import FreshetEngine

/// What came of answers, from the logs.
@Suite("Feedback of the engine")
struct FeedbackTests {
    /// An engine that answered twice and was clicked and bought from once, with its figures read.
    private func engine() async throws -> (TestEngine, Recommendation) {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.001 }
        let engine = test.engine
        _ = try await engine.accept((0..<8).map { Event(user: "u\($0 % 2)", item: "i\($0 % 4)") })
        var request = RecommendationRequest(user: "u1", count: 2)
        request.scenario = "home"
        request.includeSeen = true
        let answer = try await engine.recommend(request)
        request.scenario = "cart"
        _ = try await engine.recommend(request)
        while engine.status().impressions.written < 2 { try await Task.sleep(for: .milliseconds(2)) }
        let item = try #require(answer.items.last?.id)
        let accepted = try await engine.accept([
            Event(user: "u1", item: item, type: "click", recommendationID: answer.id),
            Event(user: "u1", item: item, type: .purchase, value: 20, recommendationID: answer.id),
        ])
        #expect(accepted.accepted == 2)
        try engine.feedback.follow(upTo: .max)
        return (test, answer)
    }

    private static func check(_ engine: Engine, _ count: Int) throws {
        let rows = engine.feedback(by: [.scenario]).rows
        #expect(rows.map { $0.group["scenario"] } == ["cart", "home"])
        #expect(rows[0].clicks == 0 && rows[0].clickThrough?.value == 0)
        #expect(rows[1].answers == 1 && rows[1].served == count && rows[1].clicks == 1 && rows[1].conversions == 1)
        #expect(rows[1].valuePerThousand == 20_000 && rows[1].assistedConversions == 0)
        let places = engine.feedback(by: [.position]).rows
        #expect(places.map(\.clicks) == (0..<count).map { $0 == count - 1 ? 1 : 0 })
    }

    @Test(.timeLimit(.minutes(10))) func clicksAndPurchasesAreCountedWhereTheyBelong() async throws {
        let (test, answer) = try await engine()
        try Self.check(test.engine, answer.items.count)
        // Read again, nothing is counted twice.
        try test.engine.feedback.follow(upTo: .max)
        try Self.check(test.engine, answer.items.count)
    }

    @Test(.timeLimit(.minutes(10))) func aRestartGivesTheSameFigures() async throws {
        let (test, answer) = try await engine()
        await test.engine.shutDown()
        let again = try await test.reopened()
        #expect(again.feedback(by: []).rows.isEmpty)
        try again.feedback.follow(upTo: .max)
        try Self.check(again, answer.items.count)
    }

    @Test(.timeLimit(.minutes(10))) func anErasedUserIsForgottenAndWhatTheyDidStaysCounted() async throws {
        let (test, answer) = try await engine()
        _ = try await test.engine.eraseUser("u1")
        try Self.check(test.engine, answer.items.count)
    }

    /// While the engine runs, figures follow by themselves.
    @Test(.timeLimit(.minutes(10))) func figuresFollowByThemselves() async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.001 }
        test.engine.feedback.start()
        _ = try await test.engine.accept([Event(user: "u", item: "i")])
        _ = try await test.engine.recommend(RecommendationRequest(user: "v"))
        while test.engine.feedback(by: []).rows.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        await test.engine.feedback.stop()
    }
}
