import Crypto
import Foundation
import FreshetCore
import Testing

@testable import FreshetEngine

@Suite struct RecommendationIDTests {
    @Test func idsAreUniqueAndTheirOwn() {
        let ids = RecommendationIDs(secret: SymmetricKey(size: .bits256))
        let made = (0..<5000).map { _ in ids.next(at: 1_764_469_816_123) }
        #expect(Set(made).count == made.count)
        for id in made {
            #expect(id.hasPrefix("019ad2") && id.count == 36 && UUID(uuidString: id) != nil, "\(id)")
            #expect(ids.isOwn(id))
        }
    }

    /// Whatever letter is changed.
    @Test func changedOnesAreNot() {
        let ids = RecommendationIDs(secret: SymmetricKey(size: .bits256))
        let id = Array(ids.next(at: 1_764_469_816_123).utf8)
        for place in id.indices {
            var changed = id
            changed[place] = id[place] == UInt8(ascii: "4") ? UInt8(ascii: "5") : UInt8(ascii: "4")
            #expect(!ids.isOwn(String(decoding: changed, as: UTF8.self)), "\(place)")
        }
        for other in ["", "r-1", UUID().uuidString, UUID().uuidString.lowercased(), String(repeating: "é", count: 18)] {
            #expect(!ids.isOwn(other), "\(other)")
        }
        #expect(!RecommendationIDs(secret: SymmetricKey(size: .bits256)).isOwn(String(decoding: id, as: UTF8.self)))
    }

    /// Feedback may come after a restart, and is known before its impression is on disk.
    @Test func theyAreKnownAfterARestart() async throws {
        let test = try await TestEngine { $0.serving.recordsImpressions = false }
        _ = try await test.engine.accept([Event(user: "u", item: "i")])
        let id = try await test.engine.recommend(RecommendationRequest(user: "v")).id
        let feedback = [
            Event(user: "v", item: "i", recommendationID: "other"), Event(user: "v", item: "i", recommendationID: id),
        ]
        #expect(try await test.engine.accept(feedback).unknownRecommendations == [0])
        let reopened = try await test.reopened()
        let answer = try await reopened.accept(feedback)
        #expect(answer.unknownRecommendations == [0] && answer.accepted == 2)
    }
}
