#if PostgreSQL
import Foundation
import FreshetCore
import FreshetData
import FreshetPostgres
import Synchronization
import Testing

/// What several processes tell each other, and which of them learns.
@Suite struct SharingTests {
    /// What a store heard of others.
    private final class Heard: Sendable {
        let changes = Mutex<[StoreChange]>([])

        init(_ store: PostgresStore) {
            store.setChangeObserver { [weak self] new in self?.changes.withLock { $0 += new } }
        }

        var all: [StoreChange] { changes.withLock { $0 } }
    }

    @Test func changesBesideEventsAreTold() async throws {
        let server = try PostgresServer.shared.get()
        let (first, second) = try (server.open("s1"), server.open("s1"))
        let (own, heard) = (Heard(first), Heard(second))
        try await first.put([Item(id: "kettle"), Item(id: "pot"), Item(id: "kettle")])
        _ = try await first.removeItem("pot")
        try await first.put([User(id: "ann")])
        try await first.setSetting("rule/top", to: "1")
        try await first.setSetting("rule/top", to: nil)
        _ = try await first.append([
            Event(user: "ann", item: "kettle", time: 1, id: "e1"), Event(user: "guest", item: "pot", time: 1),
            Event(user: "ann", searching: "tea", time: 2),
        ])
        _ = try await first.removeEvent("e1")
        _ = try await first.merge("guest", into: "ann")
        _ = try await first.eraseUser("ann")
        try await second.follow()
        let expected: [StoreChange] = [
            .item("kettle"), .item("pot"), .item("pot"), .profile("ann"), .setting("rule/top"), .setting("rule/top"),
            .searches(UserIndex(0)), .events(UserIndex(0)), .profile("guest"), .profile("ann"), .profile("ann"),
        ]
        let erased = StoreChange.erased(UserIndex(0), names: ["ann", "guest"])
        #expect(heard.all.filter { if case .joined = $0 { false } else { $0 != erased } } == expected)
        #expect(heard.all.contains(.joined(id: "guest", former: UserIndex(1), to: UserIndex(0))))
        #expect(heard.all.contains(erased))
        #expect(own.all.isEmpty)
        // Whoever missed what is not kept any more reads everything again.
        let late = Heard(second)
        try server.query("DELETE FROM s1.note WHERE number > 11")
        try server.query("UPDATE s1.head SET notes = notes + 3")
        try await second.follow()
        #expect(late.all == [.everything])
    }

    @Test func valueIsSetOnceBySeveral() async throws {
        let server = try PostgresServer.shared.get()
        let stores = try [server.open("s2"), server.open("s2"), server.open("s2")]
        let kept = try await withThrowingTaskGroup(of: String.self) { group in
            for (place, store) in stores.enumerated() {
                group.addTask { try await store.setting("secret", orSet: "\(place)") }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(kept.count == 1)
        #expect(try await stores[0].setting("secret") == kept.first)
    }

    @Test func oneLearnsAndAnotherWaits() async throws {
        let server = try PostgresServer.shared.get()
        let learner = try server.open("s3", lease: .now)
        #expect(learner.leaseNumber == 1)
        #expect(throws: FreshetError.self) { try server.open("s3", lease: .now) }
        // Servers need no lease.
        let follower = try server.open("s3")
        #expect(follower.leaseNumber == nil)
        let waiting = Task.detached { try server.open("s3", lease: .whenFree) }
        _ = try await follower.append([Event(user: "u", item: "i", time: 1)])
        try await Task.sleep(for: .milliseconds(300))
        learner.close()
        let next = try await waiting.value
        #expect(next.leaseNumber == 2)
        // It has all that came in while it waited.
        #expect(next.newestOffset == 1 && next.vocabulary.user("u") != nil)
    }

    @Test func whoWasReplacedWritesNothingMore() async throws {
        let server = try PostgresServer.shared.get()
        let learner = try server.open("s4", lease: .now)
        _ = try await learner.append([Event(user: "u", item: "i", time: 1)])
        let watch = Task { await learner.waitUntilLeaseIsLost() }
        // Another took it while this one was cut off and knew nothing of it.
        try server.query("UPDATE s4.head SET lease = lease + 1")
        await #expect(throws: FreshetError.self) { try await learner.append([Event(user: "u", item: "i", time: 2)]) }
        await watch.value
        let other = try server.open("s4")
        #expect(other.eventCount() == 1)
        _ = try await other.append([Event(user: "u", item: "i", time: 3)])
    }
}
#endif
