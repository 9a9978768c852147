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

    /// Somebody clicks before the answer is in its log: the click waits for it.
    @Test(.timeLimit(.minutes(10))) func aClickWaitsForItsAnswer() async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.5 }
        let engine = test.engine
        _ = try await engine.accept((0..<8).map { Event(user: "u\($0 % 2)", item: "i\($0 % 4)") })
        var request = RecommendationRequest(user: "u1", count: 2)
        request.includeSeen = true
        let answer = try await engine.recommend(request)
        let item = try #require(answer.items.first?.id)
        _ = try await engine.accept([Event(user: "u1", item: item, type: "click", recommendationID: answer.id)])
        try engine.feedback.follow(upTo: .max)
        while engine.status().impressions.waiting > 0 { try await Task.sleep(for: .milliseconds(5)) }
        try engine.feedback.follow(upTo: .max)
        #expect(engine.feedback(by: []).rows.map(\.clicks) == [1])
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

    /// Answers are told apart by the segments that the user was in then, and conversions say what they leave.
    @Test(.timeLimit(.minutes(10))) func segmentsAndProfit() async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.001 }
        let engine = test.engine
        _ = try await engine.accept((0..<8).map { Event(user: "u\($0 % 2)", item: "i\($0 % 4)") })
        try await engine.put((0..<4).map { Item(id: "i\($0)", attributes: ["profit": .number(2.5)]) })
        try await engine.put([User(id: "u1", attributes: ["level": .text("gold")])])
        try await engine.put(UserSegment(id: "gold", filter: FilterExpression("user.level = 'gold'")))
        try await engine.put(UserSegment(id: "known", filter: FilterExpression("user.events >= 1")))
        var answers: [Recommendation] = []
        for user in ["u0", "u1", "nobody"] {
            var request = RecommendationRequest(user: user, count: 2)
            request.includeSeen = true
            answers.append(try await engine.recommend(request))
        }
        #expect(try await engine.impression(answers[1].id)?.segments == ["gold", "known"])
        while engine.status().impressions.written < 3 { try await Task.sleep(for: .milliseconds(2)) }
        let item = try #require(answers[1].items.first?.id)
        _ = try await engine.accept([
            Event(user: "u1", item: item, type: .purchase, value: 9, recommendationID: answers[1].id)
        ])
        try engine.feedback.follow(upTo: .max)
        let rows = engine.feedback(by: [.segment]).rows
        #expect(rows.map { $0.group["segment"] } == ["", "gold", "known"])
        #expect(rows.map(\.answers) == [1, 1, 2] && rows.map(\.conversions) == [0, 1, 1])
        #expect(rows.map(\.profitPerThousand) == [0, 2500, 1250])
        // What somebody is later does not change what they were.
        try await engine.put([User(id: "u1", attributes: [:])])
        let again = try await test.reopened()
        try again.feedback.follow(upTo: .max)
        #expect(again.feedback(by: [.segment]).rows == rows)
    }

    /// What an event says itself goes before the catalogue, and a refund takes back as much; the log gives the same again.
    @Test(.timeLimit(.minutes(10))) func profitOfEvents() async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.001 }
        let engine = test.engine
        _ = try await engine.accept((0..<4).map { Event(user: "u", item: "i\($0)", type: .purchase) })
        let draft = try ExperimentStage.draft("e", metrics: ["profit"], guardrails: [])
        await #expect(throws: FreshetError.self) { _ = try await engine.start(draft) }
        var request = RecommendationRequest(user: "u", count: 3)
        request.includeSeen = true
        let answer = try await engine.recommend(request)
        while engine.status().impressions.written < 1 { try await Task.sleep(for: .milliseconds(2)) }
        let items = answer.items.map(\.id)
        try await engine.put([Item(id: items[1], attributes: ["profit": .number(2.5)])])
        func event(_ place: Int, _ type: EventType, profit: Double?) -> Event {
            Event(user: "u", item: items[place], type: type, profit: profit, recommendationID: answer.id)
        }
        func profit(_ engine: Engine) throws -> Double? {
            try engine.feedback.follow(upTo: .max)
            return engine.feedback(by: []).rows.first?.profitPerThousand
        }
        #expect(try profit(engine) == nil)
        _ = try await engine.accept([
            event(0, .purchase, profit: 4), event(1, .purchase, profit: nil), event(2, .purchase, profit: -1),
        ])
        #expect(try profit(engine) == 5_500)
        _ = try await engine.accept([event(1, .purchase, profit: 0.5), event(0, "refund", profit: nil)])
        #expect(try profit(engine) == 2_000)
        #expect(try await engine.start(draft).id == "e")
        #expect(try profit(try await test.reopened()) == 2_000)
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
