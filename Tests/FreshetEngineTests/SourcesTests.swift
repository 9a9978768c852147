import FreshetCore
import Testing

@testable import FreshetEngine

/// What an outside source of events asks of an engine.
@Suite struct SourcesTests {
    private static let partition = SourcePartition(source: "kafka", topic: "events", number: 0)

    @Test func eventsAndPositionsGoTogether() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        let start = try await engine.claim([Self.partition])[0]
        let first = SourceStep(from: start, to: 2)
        try await engine.accept([Event(user: "a", item: "1"), Event(user: "b", item: "2")], moving: [first])
        // Told again by a reader who did not hear of it.
        await #expect(throws: SourceTaken.self) {
            try await engine.accept([Event(user: "a", item: "1")], moving: [first])
        }
        try await engine.accept([], moving: [SourceStep(from: first.end, to: 5)])
        #expect(engine.status().log.events == 2)
        #expect(try await engine.claim([Self.partition])[0].next == 5)
        #expect(engine.status().health.allSatisfy { $0.isWell })
    }

    @Test func theQuotaHoldsForSourcesToo() async throws {
        let test = try await TestEngine { $0.quota.users = 1 }
        let engine = test.engine
        let start = try await engine.claim([Self.partition])[0]
        let events = [Event(user: "a", item: "1"), Event(user: "b", item: "1")]
        await #expect(throws: QuotaExceeded.self) {
            try await engine.accept(events, moving: [SourceStep(from: start, to: 2)])
        }
        #expect(engine.status().log.events == 0)
        #expect(try await engine.claim([Self.partition])[0].next == nil)
    }

    @Test func saysWhatIsWrongAndWhatDoesNotWork() async throws {
        let engine = try await TestEngine().engine
        #expect(engine.problem(with: Event(user: "a", item: "1")) == nil)
        #expect(engine.problem(with: Event(user: "", item: "1"))?.contains("user") == true)
        engine.report("kafka", failure: FreshetError(.external, "no brokers"))
        #expect(engine.status().health.contains { $0.part == "kafka" && !$0.isWell && $0.message == "no brokers" })
        engine.report("kafka", failure: nil)
        #expect(engine.status().health.allSatisfy { $0.isWell })
    }
}
