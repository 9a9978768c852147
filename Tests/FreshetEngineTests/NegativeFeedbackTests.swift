import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetEngine

/// What a user dislikes, from the event to the next answer.
@Suite struct NegativeFeedbackTests {
    /// A house of comedies and horror, each with a crowd of its own.
    private func cinema(_ change: (inout EngineConfiguration) -> Void = { _ in }) async throws -> TestEngine {
        let test = try await TestEngine(change)
        let engine = test.engine
        var random = RandomSource(seed: 7)
        var events: [Event] = []
        for genre in ["comedy", "horror"] {
            try await engine.put((0..<25).map { Item(id: "\(genre)-\($0)", categories: [genre]) })
            for fan in 0..<40 {
                for _ in 0..<10 {
                    events.append(Event(user: "\(genre)-fan-\(fan)", item: "\(genre)-\(random.below(25))"))
                }
            }
        }
        events.shuffle(using: &random)
        _ = try await engine.accept(events)
        return test
    }

    private func shown(_ engine: Engine, _ user: String) async throws -> [String] {
        try await engine.recommend(RecommendationRequest(user: user, count: 10)).items.map(\.id)
    }

    private static func horror(_ items: [String]) -> Int { items.count { $0.hasPrefix("horror") } }

    private let hated = (0..<5).map { "horror-\($0)" }

    private static let dislikes: [(type: EventType, value: Float?)] = [
        (.rating, 1), ("dislike", -1), ("not_interested", nil), ("hide", nil),
    ]

    @Test(arguments: dislikes)
    func fiveDislikesOfHorrorLeaveNoMoreThanAStrangerSees(type: EventType, value: Float?) async throws {
        let test = try await cinema()
        let engine = test.engine
        let stranger = try await shown(engine, "nobody")
        _ = try await engine.accept(hated.map { Event(user: "ann", item: $0, type: type, value: value) })
        _ = try await engine.accept(hated.map { Event(user: "cat", item: $0, type: .rating, value: 5) })
        let ann = try await shown(engine, "ann")
        #expect(Self.horror(ann) <= max(5, Self.horror(stranger)))
        #expect(Set(ann).isDisjoint(with: hated) && ann.count == 10)
        #expect(Self.horror(try await shown(engine, "cat")) > 5)
    }

    @Test func aLikingTakesADislikeBack() async throws {
        let test = try await cinema()
        let engine = test.engine
        _ = try await engine.accept([Event(user: "ann", item: "horror-1", type: "dislike")])
        #expect(try await !shown(engine, "ann").contains("horror-1"))
        _ = try await engine.accept([Event(user: "ann", item: "horror-1", type: .view)])
        let request = RecommendationRequest(user: "ann", count: 50)
        #expect(try await engine.recommend(request).items.contains { $0.id == "horror-1" })
    }

    @Test func noReasonNamesADislike() async throws {
        let test = try await cinema()
        let engine = test.engine
        _ = try await engine.accept([
            Event(user: "ann", item: "horror-1", type: "dislike"), Event(user: "ann", item: "comedy-1", type: .view),
        ])
        var request = RecommendationRequest(user: "ann", count: 20)
        request.explain = true
        let reasons = try await engine.recommend(request).items.flatMap { $0.reasons ?? [] }
        #expect(reasons.contains { $0.item == "comedy-1" } && !reasons.contains { $0.item == "horror-1" })
    }

    @Test func theTableOfTheSettingsDecides() async throws {
        let test = try await cinema { $0.events.types["thumb"] = EventMeaning(.negative) }
        let engine = test.engine
        _ = try await engine.accept(hated.map { Event(user: "ann", item: $0, type: "thumb") })
        #expect(Set(try await shown(engine, "ann")).isDisjoint(with: hated))
        let other = try await cinema { $0.events = .allAlike }
        _ = try await other.engine.accept(hated.map { Event(user: "ann", item: $0, type: "dislike") })
        #expect(Self.horror(try await shown(other.engine, "ann")) > 5)
    }

    /// Popularity counts likings alone; a session of the request itself may hold dislikes.
    @Test func dislikesMakeNothingPopular() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        _ = try await engine.accept(
            (0..<9).map { Event(user: "u\($0)", item: "bad", type: "dislike") } + [Event(user: "v", item: "good")]
        )
        #expect(try await engine.popular(ListRequest(count: 5)).map(\.id) == ["good"])
        let events = [SessionEvent(item: "good", type: "dislike")]
        let answer = try await engine.recommend(RecommendationRequest(events: events, count: 5))
        #expect(!answer.items.contains { $0.id == "good" })
    }
}
