import FreshetCore
import FreshetData
import Testing

@testable import FreshetEngine

/// What goes beyond the quota is refused before anything of it is kept.
@Suite struct QuotaTests {
    private static func event(_ user: String, _ item: String) -> Event { Event(user: user, item: item) }

    @Test func refusesNewNamesAndKeepsNothingOfTheCall() async throws {
        let test = try await TestEngine { configuration in
            (configuration.quota.users, configuration.quota.items) = (2, 3)
        }
        let engine = test.engine
        _ = try await engine.accept([Self.event("a", "1"), Self.event("b", "2")])
        await #expect(throws: QuotaExceeded.self) {
            try await engine.accept([Self.event("a", "1"), Self.event("c", "1")])
        }
        await #expect(throws: QuotaExceeded.self) {
            try await engine.accept([Self.event("a", "3"), Self.event("a", "4")])
        }
        await #expect(throws: QuotaExceeded.self) { try await engine.put([Item(id: "3"), Item(id: "4")]) }
        await #expect(throws: QuotaExceeded.self) { try await engine.merge("a", into: "c") }
        #expect(engine.status().log.events == 2 && engine.vocabulary.itemCount == 2)
        try await engine.put([Item(id: "3"), Item(id: "1")])
        await #expect(throws: QuotaExceeded.self) { try await engine.removeItem("4") }
        #expect(engine.vocabulary.itemCount == 3 && engine.vocabulary.userCount == 2)
        let outcome = try await engine.accept([Self.event("b", "3"), Self.event("a", "2")])
        #expect(outcome.accepted == 2)
    }

    /// A long delivery is taken at once and paid for by waiting.
    @Test func aRateIsALongRunAverage() throws {
        var quota = EngineConfiguration.Quota()
        quota.eventsPerSecond = 10
        let start = ContinuousClock.now
        let gate = QuotaGuard(quota, vocabulary: Vocabulary(), now: start)
        let delivery = Array(repeating: Self.event("a", "1"), count: 40)
        try gate.admit(delivery, now: start)
        #expect(throws: QuotaExceeded(setting: "quota.events_per_second", limit: 10, retryAfter: 3)) {
            try gate.admit([Self.event("a", "1")], now: start)
        }
        #expect(throws: QuotaExceeded.self) { try gate.admit(delivery, now: start.advanced(by: .seconds(2.9))) }
        try gate.admit(delivery, now: start.advanced(by: .seconds(3.1)))
    }
}
