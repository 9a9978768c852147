import FreshetCore
import FreshetData
import FreshetStorage

/// A store that takes its time after each step of the catalogue, so that others can come in between.
final class PausingStore: EngineStore {
    private let store: SQLiteStore
    private let pause: @Sendable () async -> Void

    init(_ store: SQLiteStore, pause: @escaping @Sendable () async -> Void) {
        self.store = store
        self.pause = pause
    }

    func item(_ id: String) async throws -> Item? {
        let item = try await store.item(id)
        await pause()
        return item
    }

    func put(_ items: [Item]) async throws {
        try await store.put(items)
        await pause()
    }

    func removeItem(_ id: String) async throws -> Bool {
        let wasThere = try await store.removeItem(id)
        await pause()
        return wasThere
    }

    func user(_ id: String) async throws -> User? {
        let user = try await store.user(id)
        await pause()
        return user
    }

    func put(_ users: [User]) async throws {
        try await store.put(users)
        await pause()
    }

    func removeEvent(_ id: String) async throws -> UserIndex? { try await store.removeEvent(id) }

    func eraseUser(_ id: String) async throws -> ErasedRows {
        let count = try await store.eraseUser(id)
        await pause()
        return count
    }

    func merge(_ id: String, into other: String) async throws -> UserMerge {
        let merge = try await store.merge(id, into: other)
        await pause()
        return merge
    }

    // MARK: As the store does it

    var tenant: Tenant { store.tenant }
    var vocabulary: Vocabulary { store.vocabulary }
    var newestOffset: Int64 { store.newestOffset }
    func append(_ events: [Event]) async throws -> AppendReceipt { try await store.append(events) }
    func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] { try await store.claim(partitions) }
    func append(_ events: [Event], moving steps: [SourceStep]) async throws -> AppendReceipt {
        try await store.append(events, moving: steps)
    }
    func positions(of source: String) async throws -> [SourcePosition] { try await store.positions(of: source) }
    func setObserver(_ observer: @escaping @Sendable ([LoggedEvent]) -> Void) { store.setObserver(observer) }
    func events(after offset: Int64, limit: Int) throws -> [LoggedEvent] {
        try store.events(after: offset, limit: limit)
    }
    func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)] {
        try store.impressions(after: number, limit: limit)
    }
    func namingEvents(after offset: Int64, limit: Int) throws -> [NamingEvent] {
        try store.namingEvents(after: offset, limit: limit)
    }
    func newestEvents(of user: UserIndex, limit: Int) throws -> [LoggedEvent] {
        try store.newestEvents(of: user, limit: limit)
    }
    func fetchNewestEvents(of user: UserIndex, limit: Int) async throws -> [LoggedEvent] {
        try await store.fetchNewestEvents(of: user, limit: limit)
    }
    func searches(since time: Timestamp, limit: Int) throws -> [LoggedSearch] {
        try store.searches(since: time, limit: limit)
    }
    func searches(of user: UserIndex, limit: Int) async throws -> [LoggedSearch] {
        try await store.searches(of: user, limit: limit)
    }
    func eventCount() -> Int { store.eventCount() }
    func items(matching search: String?, after cursor: String?, limit: Int) async throws -> [Item] {
        try await store.items(matching: search, after: cursor, limit: limit)
    }
    func forEachItem(_ body: (Item) throws -> Void) throws { try store.forEachItem(body) }
    func forEachRemovedItem(_ body: (String) throws -> Void) throws { try store.forEachRemovedItem(body) }
    func users(matching search: String?, after cursor: String?, limit: Int) async throws -> [User] {
        try await store.users(matching: search, after: cursor, limit: limit)
    }
    func record(_ impressions: [Impression]) async throws { try await store.record(impressions) }
    func impression(_ id: String) async throws -> Impression? { try await store.impression(id) }
    func feedback(on recommendation: String) async throws -> [Event] { try await store.feedback(on: recommendation) }
    func versions() async throws -> [VersionRecord] { try await store.versions() }
    func put(_ version: VersionRecord) async throws { try await store.put(version) }
    func record(_ decision: Decision) async throws { try await store.record(decision) }
    func decisions(limit: Int) async throws -> [Decision] { try await store.decisions(limit: limit) }
    func checkWriting() async throws { try await store.checkWriting() }
    func setting(_ name: String) async throws -> String? { try await store.setting(name) }
    func setSetting(_ name: String, to value: String?) async throws { try await store.setSetting(name, to: value) }
    func settings(prefix: String) async throws -> [String: String] { try await store.settings(prefix: prefix) }
    func compact(_ rule: RetentionRule, learnedUpTo offset: Int64, now: Int64) async throws -> CompactionReceipt {
        try await store.compact(rule, learnedUpTo: offset, now: now)
    }
}
