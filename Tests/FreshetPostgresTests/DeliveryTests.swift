#if PostgreSQL
import Foundation
import FreshetCore
import FreshetData
import FreshetPostgres
import Testing

/// Large deliveries, which are written before it is known whether they came before.
@Suite struct DeliveryTests {
    @Test func aDeliveryThatComesTwiceCountsOnce() async throws {
        let server = try PostgresServer.shared.get()
        let store = try server.open("d1")
        func delivery(_ range: Range<Int>) -> [Event] {
            range.map { Event(user: "u\($0)", item: "i\($0)", time: 1, id: "e\($0)") }
        }
        let first = try await store.append(delivery(0..<500))
        #expect(first.events.count == 500 && first.duplicates == 0)
        // Half of it is new, and with it its users and items, which have the next numbers whatever was tried before.
        let second = try await store.append(delivery(250..<750))
        #expect(second.events.map(\.offset) == Array(501...750) && second.duplicates == 250)
        #expect(second.events.map(\.user.position) == Array(500..<750))
        let third = try await store.append(delivery(0..<751))
        #expect(third.events.map(\.offset) == [751] && third.duplicates == 750)
        #expect(store.eventCount() == 751)
        let again = try server.open("d1")
        #expect(again.vocabulary.userCount == 751 && again.eventCount() == 751)
    }

    @Test func compactionKeepsWhatTheRuleSays() async throws {
        let server = try PostgresServer.shared.get()
        let store = try server.open("d2")
        let events = (0..<3_000).map { Event(user: "u\($0 % 3)", item: "i", time: Timestamp(seconds: Int64($0))) }
        _ = try await store.append(events)
        try await store.record(
            (0..<20).map { Impression(id: "r\($0)", user: nil, time: 1, model: ModelVersion(0), items: []) }
        )
        var rule = RetentionRule()
        (rule.maximumEvents, rule.eventsPerUser, rule.maximumImpressions) = (100, 50, 5)
        let receipt = try await store.compact(rule, learnedUpTo: 2_990, now: Int64.max / 2)
        #expect(receipt.events == 2_850 && receipt.impressions == 15)
        #expect(store.eventCount() == 150)
        let left = try store.events(after: 0, limit: 10_000).map(\.offset)
        #expect(left == Array(2_851...3_000))
    }
}
#endif
