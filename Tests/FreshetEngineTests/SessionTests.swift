import FreshetCore
import FreshetData
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// Sessions that have names of their own, and visitors of whom only that is known.
@Suite struct SessionTests {
    /// What others did; by the last of them it is a hundred seconds later.
    private static let items =
        (0..<6).map { Event(user: "crowd", item: "i\($0)", time: 1_700_000_000) } + [
            Event(user: "crowd", item: "i0", time: 1_700_000_100)
        ]

    @Test func visitorIsKnownByTheSession() async throws {
        let test = try await TestEngine { $0.recommender.policies.repeats = .never }
        let engine = test.engine
        _ = try await engine.accept(Self.items)
        let user = Event.visitor(ofSession: "17")
        _ = try await engine.accept([Event(user: user, item: "i0", session: "17")])
        var request = RecommendationRequest(count: 6)
        request.session = "17"
        let answer = try await engine.recommend(request)
        #expect(!answer.items.map(\.id).contains("i0") && answer.items.count == 5)
        #expect(try await engine.impression(answer.id)?.user == "session:17")
        _ = try await engine.merge(user, into: "account")
        #expect(try await engine.history(of: "account", limit: 9).map(\.item) == ["i0"])
    }

    /// In memory and read from the log again.
    @Test func historiesKnowTheirSessions() async throws {
        let test = try await TestEngine()
        let sessions = ["a", nil, "a", "b"]
        _ = try await test.engine.accept(
            sessions.enumerated().map {
                Event(user: "u", item: "i\($0)", time: Timestamp(seconds: 1_700_000_000 + Int64($0)), session: $1)
            }
        )
        let tags = sessions.map { $0.map { SessionTag(of: $0) } ?? .none }
        for engine in [test.engine, try await test.reopened()] {
            let user = try #require(engine.vocabulary.user("u"))
            #expect(try await Array(engine.sessions.history(of: user).sessions) == tags)
        }
        let query = try await test.engine.query(user: "u", session: "b", count: 3, scenario: nil, filter: nil)
        #expect(query.session == SessionTag(of: "b") && Array(query.history.sessions) == tags)
    }

    /// Whatever order a request gives them in, and before events of the log that are younger.
    @Test func eventsOfARequestAreInTheOrderOfTheirTimes() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        _ = try await engine.accept(Self.items)
        _ = try await engine.accept([
            Event(user: "u", item: "i0", type: "cart", value: 2, time: 1_700_000_050, session: "a")
        ])
        func order(_ events: [SessionEvent]) async throws -> [String] {
            let query = try await engine.query(
                user: "u",
                session: "b",
                events: events,
                count: 3,
                scenario: nil,
                filter: nil
            )
            return query.history.items.map { engine.vocabulary.id(of: $0) }
        }
        let mixed = [
            SessionEvent(item: "i1", time: 1_700_000_070), SessionEvent(item: "i2", time: 1_700_000_040),
            SessionEvent(item: "i3"), SessionEvent(item: "i4", time: 1_700_000_060),
        ]
        // One without a time is of now.
        #expect(try await order(mixed) == ["i2", "i0", "i4", "i1", "i3"])
        // Without any, the order is that of the request.
        #expect(try await order([SessionEvent(item: "i5"), SessionEvent(item: "i1")]) == ["i0", "i5", "i1"])
        let query = try await engine.query(
            user: "u",
            session: "b",
            events: mixed,
            count: 3,
            scenario: nil,
            filter: nil
        )
        let (a, b) = (SessionTag(of: "a"), SessionTag(of: "b"))
        #expect(Array(query.history.sessions) == [b, a, b, b, b])
        #expect(query.history.values.contains(2) && query.history.times.count == 5)
    }
}
