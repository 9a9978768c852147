import FreshetCore
import FreshetEngine
import Testing

@testable import FreshetEngine

/// What is let in, and how much of it.
@Suite struct IntakeTests {
    @Test(arguments: [
        (Event(user: "", item: "i"), "'user' is empty"),
        (Event(user: "u", item: ""), "'item' is empty"),
        (Event(user: String(repeating: "é", count: 129), item: "i"), "'user' has 258 bytes"),
        (Event(user: "u", item: "i", type: ""), "'type' is empty"),
        (Event(user: "u", item: "i\0"), "'item' holds a zero byte"),
        (Event(user: "u", item: "i", value: .infinity), "'value' is not a finite number"),
        (Event(user: "u", item: "i", profit: .nan), "'profit' is not a finite number"),
        (Event(user: "u", item: "i", profit: -1e39), "'profit' is out of range"),
        (Event(user: "u", item: "i", time: 1_000_086_401), "in the future"),
        (Event(user: "u", item: "i", time: -1), "before 1970"),
        (Event(user: "u", item: "i", id: ""), "'id' is empty"),
        (Event(user: "u", item: "i", recommendationID: String(repeating: "x", count: 257)), "'recommendation_id' has"),
    ])
    func unsoundEventIsRefusedInWords(event: Event, words: String) throws {
        let validator = try EventValidator(configuration: .init(), forbidden: ForbiddenFields([]), now: 1_000_000_000)
        #expect(validator.problem(with: event)?.contains(words) == true)
    }

    @Test func soundOnesOfBatchAreAcceptedOthersNamedByTheirPlace() async throws {
        let test = try await TestEngine()
        let answer = try await test.engine.accept([
            Event(user: "u", item: "a", id: "1"), Event(user: "", item: "b"), Event(user: "u", item: "c", id: "1"),
            Event(user: "u", item: ""),
        ])
        #expect(answer.accepted == 2)
        #expect(answer.duplicates == 1)
        #expect(answer.rejected.map(\.index) == [1, 3])
        #expect(try await test.engine.history(of: "u", limit: 10).map(\.item) == ["a"])
    }

    @Test func tooManyAtOnceAreRefusedAndTooManyThatWait() async throws {
        let test = try await TestEngine { $0.ingest.maximumBatch = 3 }
        let events = (0..<4).map { Event(user: "u", item: "\($0)") }
        await #expect(throws: FreshetError.self) { try await test.engine.accept(events) }

        let queue = IntakeQueue(maximumWaiting: 10)
        try await queue.withPlace(for: 7) {
            await #expect(throws: EngineBusy.self) { try await queue.withPlace(for: 4) {} }
            try await queue.withPlace(for: 3) { #expect(queue.waiting == 10) }
        }
        #expect(queue.waiting == 0)
        // Refused now, it would be refused for ever.
        try await queue.withPlace(for: 11) { #expect(queue.waiting == 11) }
    }

    @Test func failedWriteGivesItsPlaceBack() async throws {
        let queue = IntakeQueue(maximumWaiting: 10)
        await #expect(throws: FreshetError.self) {
            try await queue.withPlace(for: 10) { throw FreshetError(.external, "The disk is full.") }
        }
        #expect(queue.waiting == 0)
    }
}
