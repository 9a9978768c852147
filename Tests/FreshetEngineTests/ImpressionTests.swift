import Foundation
import FreshetCore
import FreshetStorage
import Testing

@testable import FreshetEngine

/// What was shown is kept beside the answer.
@Suite struct ImpressionTests {
    /// An engine that writes impressions only at its end.
    private func patientEngine(_ change: (inout EngineConfiguration) -> Void = { _ in }) async throws -> TestEngine {
        let test = try await TestEngine {
            $0.serving.impressionDelay = 60
            change(&$0)
        }
        _ = try await test.engine.accept((0..<5).map { Event(user: "u\($0 % 2)", item: "i\($0)") })
        return test
    }

    @Test(.timeLimit(.minutes(10))) func answerIsKnownBeforeItIsWrittenAndTakesFeedback() async throws {
        let test = try await patientEngine()
        let engine = test.engine
        let answer = try await engine.recommend(RecommendationRequest(user: "u1", count: 3))
        let impression = try #require(try await engine.impression(answer.id))
        #expect(impression.items.map(\.item) == answer.items.map(\.id))
        #expect(try await test.store.impression(answer.id) == nil)
        #expect(engine.status().impressions == .init(waiting: 1, written: 0, dropped: 0))
        let feedback = Event(user: "u1", item: "i0", recommendationID: answer.id)
        #expect(try await engine.accept([feedback]).accepted == 1)
        #expect(try await test.store.feedback(on: answer.id).map(\.item) == ["i0"])
        await engine.shutDown()
        #expect(try await test.store.impression(answer.id) == impression)
        #expect(try await engine.impression(answer.id) == impression)
        #expect(engine.status().impressions == .init(waiting: 0, written: 1, dropped: 0))
        #expect(try await engine.impression("none") == nil)
    }

    @Test(.timeLimit(.minutes(10))) func impressionsAreWrittenByThemselves() async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.001 }
        _ = try await test.engine.accept([Event(user: "u", item: "i")])
        var ids: [String] = []
        for _ in 0..<1000 { ids.append(try await test.engine.recommend(RecommendationRequest(user: "u")).id) }
        while test.engine.status().impressions.written < 1000 { try await Task.sleep(for: .milliseconds(5)) }
        for id in ids { #expect(try await test.store.impression(id) != nil) }
        #expect(test.engine.status().impressions == .init(waiting: 0, written: 1000, dropped: 0))
    }

    @Test(.timeLimit(.minutes(10))) func whatDoesNotFitIsCountedAndItsAnswerGiven() async throws {
        let test = try await patientEngine { $0.serving.waitingImpressions = 2 }
        var answers: [Recommendation] = []
        for _ in 0..<5 { answers.append(try await test.engine.recommend(RecommendationRequest(user: "u0", count: 2))) }
        #expect(answers.allSatisfy { !$0.items.isEmpty })
        #expect(test.engine.status().impressions == .init(waiting: 2, written: 0, dropped: 3))
        await test.engine.shutDown()
        var kept: [Bool] = []
        for answer in answers { kept.append(try await test.store.impression(answer.id) != nil) }
        #expect(kept == [true, true, false, false, false])
    }

    @Test(.timeLimit(.minutes(10))) func erasedUserIsTakenOutOfWhatWaits() async throws {
        let test = try await patientEngine()
        let known = try await test.engine.recommend(RecommendationRequest(user: "u0", count: 2))
        let other = try await test.engine.recommend(RecommendationRequest(user: "u1", count: 2))
        let receipt = try await test.engine.eraseUser("u0")
        #expect(receipt.rows == 4, "three events and an impression")
        await test.engine.shutDown()
        let kept = try #require(try await test.store.impression(known.id))
        #expect(kept.user == nil && !kept.items.isEmpty)
        #expect(try await test.store.impression(other.id)?.user == "u1")
    }

    @Test func idsGrowWithTime() async throws {
        let test = try await TestEngine()
        let before = Int64(Date().timeIntervalSince1970 * 1000) - 1
        let id = try await test.engine.recommend(RecommendationRequest(user: "u")).id
        let after = Int64(Date().timeIntervalSince1970 * 1000) + 1
        let parts = id.split(separator: "-")
        let time = try #require(Int64(parts[0] + parts[1], radix: 16))
        #expect((before...after).contains(time))
        #expect(UUID(uuidString: id) != nil)
    }

    @Test func bufferKeepsTheOrderOfWhatIsPutBack() {
        var buffer = ImpressionBuffer(capacity: 3)
        func impression(_ id: String) -> Impression {
            Impression(id: id, user: id, time: 0, model: ModelVersion(1), items: [])
        }
        let (first, second) = (buffer.add(impression("a")), buffer.add(impression("b")))
        #expect(first && !second, "the first to wait is not told from the others")
        let oldest = buffer.take(1)
        #expect(oldest.map(\.id) == ["a"])
        #expect(buffer.impression("a") != nil && buffer.impression("b") != nil)
        // What is under way takes its place until it is written.
        for id in ["c", "d"] { _ = buffer.add(impression(id)) }
        #expect(buffer.dropped == 1 && buffer.count == 3 && buffer.impression("d") == nil)
        buffer.putBack()
        let again = buffer.take(2)
        #expect(again.map(\.id) == ["a", "b"])
        buffer.finish()
        #expect(buffer.written == 2 && buffer.impression("a") == nil)
        let forgotten = buffer.forget(["b", "c"])
        #expect(forgotten == 1 && buffer.impression("c")?.user == nil)
        buffer.close()
        #expect(buffer.dropped == 2 && buffer.count == 0)
        let afterwards = buffer.add(impression("e"))
        #expect(!afterwards && buffer.dropped == 3)
    }
}
