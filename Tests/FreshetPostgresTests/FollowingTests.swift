#if PostgreSQL
import Foundation
import FreshetCore
import FreshetData
import FreshetPostgres
import Synchronization
import Testing

/// Several processes with one tenant's store: here several stores, which share nothing but PostgreSQL.
@Suite struct FollowingTests {
    /// What an observer saw.
    private final class Seen: Sendable {
        let offsets = Mutex<[Int64]>([])

        func wait(for count: Int) {
            for _ in 0..<2_000 where offsets.withLock({ $0.count < count }) { usleep(5_000) }
        }
    }

    @Test func storesFollowEachOther() async throws {
        let server = try PostgresServer.shared.get()
        let (first, second) = try (server.open("f1"), server.open("f1"))
        let seen = Seen()
        second.setObserver { events in seen.offsets.withLock { $0 += events.map(\.offset) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for step in 0..<5 {
                        let store = writer % 2 == 0 ? first : second
                        let events = [
                            Event(user: "u\(step)", item: "i\(writer)", time: 1),
                            Event(user: "u\(writer)", item: "i", time: 1, id: "same \(step)"),
                        ]
                        _ = try await store.append(events)
                    }
                }
            }
            try await group.waitForAll()
        }
        seen.wait(for: 45)
        #expect(seen.offsets.withLock { $0 } == Array(1...45))
        for _ in 0..<2_000 where first.newestOffset < 45 { usleep(5_000) }
        let (one, other) = try (first.events(after: 0, limit: 100), second.events(after: 0, limit: 100))
        #expect(one.map(\.offset) == Array(1...45))
        #expect(other.count == 45)
        for event in other {
            #expect(second.vocabulary.id(of: event.item).hasPrefix("i"))
        }
        #expect(second.eventCount() == 45)
    }

    @Test func namesThatGoAreFollowedInTheirOrder() async throws {
        let server = try PostgresServer.shared.get()
        let (first, second) = try (server.open("f2"), server.open("f2") { $0.pollSeconds = 3600 })
        let seen = Seen()
        second.setObserver { events in seen.offsets.withLock { $0 += events.map(\.offset) } }
        func event(_ user: String) -> Event { Event(user: user, item: "i", time: 1) }
        _ = try await first.append([event("ann"), event("guest")])
        _ = try await first.merge("guest", into: "ann")
        _ = try await first.eraseUser("ann")
        _ = try await first.append([event("guest"), event("ann")])
        _ = try await first.merge("ann", into: "guest")
        _ = try await first.append([event("ann")])
        // Notified, not by looking: that would be an hour later.
        seen.wait(for: 5)
        for store in [first, second, try server.open("f2")] {
            let vocabulary = store.vocabulary
            #expect(vocabulary.userCount == 4)
            #expect(vocabulary.user("ann") == UserIndex(2) && vocabulary.user("guest") == UserIndex(2))
            #expect(vocabulary.name(of: "ann") == "guest")
        }
        let receipt = try await second.append([event("ann")])
        #expect(receipt.events.map(\.user) == [UserIndex(2)])
    }

    @Test func whatIsNotNotifiedIsFoundByLooking() async throws {
        let server = try PostgresServer.shared.get()
        let store = try server.open("f3") { $0.pollSeconds = 0.02 }
        _ = try await store.append([Event(user: "u", item: "i", time: 1)])
        try server.query(
            """
            BEGIN; INSERT INTO f3.event SELECT tenant, 2, 0, 0, 0, NULL, 5, 6 FROM f3.head;
            UPDATE f3.head SET newest_offset = 2, event_count = 2; COMMIT
            """
        )
        for _ in 0..<2_000 where store.newestOffset < 2 { usleep(5_000) }
        #expect(try store.events(after: 1, limit: 5).map(\.offset) == [2])
    }
}
#endif
