import FreshetCore
import FreshetStorage
import Testing

@Suite struct CompactionTests {
    private static let day: Int64 = 86_400_000

    /// 3,000 events of three users, and one event of a fourth at the very start.
    private func store() async throws -> SQLiteStore {
        let store = try SQLiteStore.temporary()
        _ = try await store.append([Event(user: "once", item: "i", time: 0)])
        _ = try await store.append(someEvents(3_000))
        return store
    }

    private func compact(
        _ store: SQLiteStore,
        learnedUpTo offset: Int64 = .max,
        now: Int64 = .max,
        _ set: (inout RetentionRule) -> Void
    ) async throws -> CompactionReceipt {
        try await store.compact(RetentionRule(set), learnedUpTo: offset, now: now)
    }

    @Test func keepsTheNewest() async throws {
        let store = try await store()
        let receipt = try await compact(store) {
            $0.maximumEvents = 1_000
            $0.eventsPerUser = 20
        }
        #expect(receipt.events == 2_001)
        let kept = try store.events(after: 0, limit: .max)
        // The oldest of a user who has few stays; the other 999 are the newest.
        #expect(kept.map(\.offset) == [1] + Array(2_003...3_001))
        #expect(store.eventCount() == 1_000 && store.newestOffset == 3_001)
        let again = try await compact(store) {
            $0.maximumEvents = 1_000
            $0.eventsPerUser = 20
        }
        #expect(again == CompactionReceipt())
    }

    @Test func keepsTheNewestOfEachUser() async throws {
        let store = try await store()
        let before = try (0..<4).map { try store.newestEvents(of: UserIndex($0), limit: 7) }
        _ = try await compact(store) {
            $0.maximumEvents = 0
            $0.eventsPerUser = 7
        }
        #expect(store.eventCount() == 22)
        for user in 0..<4 {
            // The first user's only event has no value, which is not equal to itself.
            let left = try store.newestEvents(of: UserIndex(user), limit: 100)
            #expect(left.map(\.offset) == before[user].map(\.offset))
        }
    }

    @Test func keepsWhatIsNotLearned() async throws {
        let store = try await store()
        let receipt = try await compact(store, learnedUpTo: 1_500) {
            $0.maximumEvents = 0
            $0.eventsPerUser = 5
        }
        #expect(receipt.events == 1_499)
        #expect(try store.events(after: 1, limit: .max).map(\.offset) == Array(1_501...3_001))
    }

    @Test func keepsTheYoung() async throws {
        let store = try await store()
        let received = try #require(try store.events(after: 0, limit: 1).first).received
        func rule(_ rule: inout RetentionRule) {
            rule.eventDays = 30
            rule.eventsPerUser = 5
        }
        #expect(try await compact(store, now: received + 29 * Self.day, rule).events == 0)
        #expect(try await compact(store, now: received + 31 * Self.day, rule).events == 2_985)
        // A clock that ran ahead and was set back: its events are not old, and do not shield others.
        #expect(try await compact(store, now: received - 1_000 * Self.day, rule).events == 0)
    }

    @Test func keepsEverythingByDefault() async throws {
        let store = try await store()
        #expect(try await compact(store) { _ in } == CompactionReceipt())
        #expect(await failure { _ = try await compact(store) { $0.eventsPerUser = -1 } }?.kind == .usage)
    }

    @Test func goesOnAfterAnInterruption() async throws {
        let store = try await store()
        func rule(_ rule: inout RetentionRule) {
            rule.maximumEvents = 0
            rule.eventsPerUser = 3
        }
        let task = Task { try await compact(store, rule).events }
        task.cancel()
        // It may end before the first step, after the last, or between two, which says no number.
        _ = try? await task.value
        _ = try await compact(store, rule)
        #expect(store.eventCount() == 10)
        #expect(try store.newestEvents(of: UserIndex(2), limit: 100).count == 3)
    }

    @Test func runsBesideWriters() async throws {
        let store = try await store()
        async let compacted = compact(store) {
            $0.maximumEvents = 0
            $0.eventsPerUser = 4
        }
        var added = 0
        for step in 0..<50 { added += try await store.append(someEvents(20, named: "w\(step)")).events.count }
        let receipt = try await compacted
        #expect(store.eventCount() == 3_001 + added - receipt.events)
        #expect(try store.events(after: 0, limit: .max).count == store.eventCount())
        #expect(try store.newestEvents(of: UserIndex(1), limit: 100).count == 4)
    }

    @Test func removesOldImpressionsAndDecisions() async throws {
        let store = try SQLiteStore.temporary()
        for number in 0..<40 {
            let time = Int64(number) * Self.day
            try await store.record([
                Impression(id: "r\(number)", user: "u", time: time, model: ModelVersion(0), items: [])
            ])
            let decision = Decision(kind: .drift, version: ModelVersion(number), time: time, offset: 0, reason: "")
            try await store.record(decision)
        }
        let receipt = try await compact(store, now: 40 * Self.day) {
            $0.impressionDays = 10
            $0.maximumDecisions = 5
        }
        #expect(receipt.impressions == 30 && receipt.decisions == 35)
        let (gone, kept) = try await (store.impression("r29"), store.impression("r30"))
        #expect(gone == nil && kept != nil)
        #expect(try await store.decisions(limit: 100).map(\.version.number) == [39, 38, 37, 36, 35])
        let few = try await compact(store, now: 40 * Self.day) {
            $0.maximumImpressions = 3
        }
        #expect(few.impressions == 7)
        let all = try await compact(store, now: 400 * Self.day) {
            $0.impressionDays = 10
        }
        #expect(all.impressions == 3)
    }
}
