import FreshetCore
import FreshetEngine
import FreshetStorage
import Testing

/// What fails is said, and the rest goes on.
@Suite struct FailureTests {
    @Test(.timeLimit(.minutes(10)))
    func withFullDiskEventsAreRefusedAndRecommendationsGoOnFromMemory() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.maximumPages = 120
        let test = try await TestEngine(store: configuration)
        let engine = test.engine
        var accepted = 0
        await #expect(throws: FreshetError.self) {
            for batch in 0..<200 {
                let events = (0..<100).map { Event(user: "u\($0 % 7)", item: "i\($0)", id: "\(batch) \($0)") }
                accepted += try await engine.accept(events).accepted
            }
        }
        #expect(accepted > 0)
        #expect(engine.status().log.events == accepted)
        #expect(engine.status().health.contains { $0.part == "storage" && !$0.isWell && $0.message != nil })
        let answer = try await engine.recommend(RecommendationRequest(user: "u1", count: 5))
        #expect(answer.items.count == 5)
    }

    @Test func requestOutOfRangeIsRefusedInWords() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        await #expect(throws: FreshetError.self) { try await engine.recommend(RecommendationRequest(count: 0)) }
        await #expect(throws: FreshetError.self) { try await engine.recommend(RecommendationRequest(count: 1001)) }
        await #expect(throws: FreshetError.self) { try await engine.similar(to: "nothing") }
        let items = (0..<1001).map { "\($0)" }
        await #expect(throws: FreshetError.self) { try await engine.rank(RankingRequest(items: items)) }
    }

    @Test func settingOutOfRangeIsRefusedByItsName() throws {
        var configuration = EngineConfiguration(folder: "x")
        configuration.learning.niceness = 20
        #expect(throws: FreshetError(.usage, "learning.niceness is 20, but must be a whole number from 0 to 19.")) {
            try configuration.validate()
        }
    }

    @Test func rankingKeepsToItemsGivenUnknownOnesLast() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        let events = ["a", "a", "a", "b", "c", "c"].enumerated().map { Event(user: "u\($0)", item: $1) }
        _ = try await engine.accept(events)
        var request = RankingRequest(items: ["new", "b", "c", "a"])
        #expect(try await engine.rank(request).items.map(\.id) == ["a", "c", "b", "new"])
        request.count = 2
        #expect(try await engine.rank(request).items.map(\.id) == ["a", "c"])
    }

    @Test func anonymousSessionIsAnsweredByEventsItBringsAndImpressionIsKept() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        for user in 0..<10 {
            let items = user % 2 == 0 ? ["a", "b"] : ["c", "d"]
            _ = try await engine.accept(items.map { Event(user: "u\(user)", item: $0) })
        }
        var request = RecommendationRequest(events: [SessionEvent(item: "c"), SessionEvent(item: "unknown")], count: 4)
        request.exclude = ["c"]
        let answer = try await engine.recommend(request)
        #expect(answer.items.first?.id == "d")
        let impression = try await engine.impression(answer.id)
        #expect(impression?.items.map(\.item) == answer.items.map(\.id))
        #expect(impression?.model == answer.model)
        let feedback = Event(user: "me", item: "d", recommendationID: answer.id)
        _ = try await engine.accept([feedback])
        #expect(try await engine.store.feedback(on: answer.id).map(\.item) == ["d"])
    }
}
