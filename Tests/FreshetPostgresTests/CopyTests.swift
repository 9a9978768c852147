#if PostgreSQL
import Foundation
import FreshetCore
import FreshetData
import FreshetPostgres
import FreshetStorage
import Testing

/// A shop moves from SQLite to PostgreSQL, whole or not at all.
@Suite final class CopyTests {
    private let server: PostgresServer
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "freshet-copy-\(UUID().uuidString)"
    ).path
    private let configuration: PostgresConfiguration

    private struct Interrupted: Error {}

    init() async throws {
        server = try PostgresServer.shared.get()
        var configuration = PostgresConfiguration(address: server.address)
        configuration.schema = "copy" + UUID().uuidString.lowercased().prefix(8)
        self.configuration = configuration
        let store = try SQLiteStore.open(folder: folder)
        let events = (0..<230).map { number in
            Event(
                user: "u\(number % 7)",
                item: "ïtem \(number % 50)",
                value: 0.5,
                time: Timestamp(seconds: Int64(number)),
                id: "e\(number)"
            )
        }
        _ = try await store.append(events)
        _ = try await store.append([Event(user: "u1", searching: "lamp", time: 300)])
        try await store.put((0..<40).map { Item(id: "ïtem \($0)", title: "Title \($0)") })
        _ = try await store.removeItem("ïtem 3")
        try await store.put([User(id: "u1", attributes: ["age": .number(33)])])
        try await store.record([
            Impression(
                id: "r1",
                user: "u1",
                time: 400,
                model: ModelVersion(1),
                items: [.init(item: "ïtem 4", score: 0.25)]
            )
        ])
        try await store.put(VersionRecord(version: ModelVersion(1), state: .live, created: 1, offset: 200))
        try await store.record(
            Decision(
                kind: .promotion,
                version: ModelVersion(1),
                time: 5,
                offset: 200,
                reason: "won",
                evidence: ["n": 3]
            )
        )
        try await store.setSetting("key.1", to: "hash")
        let partition = SourcePartition(source: "kafka", topic: "events", number: 0)
        let position = try await store.claim([partition])[0]
        _ = try await store.append([], moving: [SourceStep(from: position, to: 17)])
        try store.close()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func copy(again: Bool = false) throws -> PostgresCopy {
        try PostgresCopy(from: folder, to: configuration, again: again, portion: 50)
    }

    @Test func everythingIsThereAfterAnInterruption() async throws {
        var told = 0
        #expect(throws: Interrupted.self) {
            try copy().copy { _ in
                told += 1
                if told == 3 { throw Interrupted() }
            }
        }
        // Nobody serves half a shop.
        #expect(throws: FreshetError.self) { try PostgresStore.open(configuration) }
        let rest = try copy()
        var last: PostgresCopy.Progress?
        try rest.copy { last = $0 }
        #expect(last.map { $0.completed == $0.total } == true)
        let tables = try rest.verify { _ in }
        #expect(tables.first { $0.name == "event" }?.rows == 230)
        try rest.finish()

        let store = try PostgresStore.open(configuration)
        defer { store.close() }
        #expect(store.newestOffset == 230 && store.eventCount() == 230)
        let names = try store.events(after: 0, limit: 1_000).map { store.vocabulary.id(of: $0.item) }
        #expect(names == (0..<230).map { "ïtem \($0 % 50)" })
        #expect(try await store.item("ïtem 4")?.title == "Title 4")
        #expect(try await store.item("ïtem 3") == nil)
        #expect(try await store.user("u1")?.attributes == ["age": .number(33)])
        #expect(try await store.impression("r1")?.items.first?.score == 0.25)
        #expect(try await store.versions().map(\.version) == [ModelVersion(1)])
        #expect(try await store.decisions(limit: 9).map(\.evidence) == [["n": 3]])
        #expect(try await store.setting("key.1") == "hash")
        #expect(try await store.positions(of: "kafka").map(\.next) == [17])
        let user = try #require(store.vocabulary.user("u1"))
        #expect(try await store.searches(of: user, limit: 9).map(\.text) == ["lamp"])
        // An event of before is known by its id, and a new one gets the next number.
        let receipt = try await store.append([
            Event(user: "u1", item: "ïtem 1", time: 1, id: "e5"), Event(user: "new", item: "ïtem 1", time: 500),
        ])
        #expect(receipt.duplicates == 1 && store.newestOffset == 231)
        #expect(throws: FreshetError.self) { try copy() }
    }

    @Test func aRowThatDiffersIsNamed() throws {
        let whole = try copy()
        try whole.copy { _ in }
        try server.query("UPDATE \(configuration.schema).item_name SET id = 'other' WHERE number = 5")
        #expect {
            try whole.verify { _ in }
        } throws: { error in
            "\(error)".contains("item_name")
        }
    }

    @Test func aPasswordDoesNotBelongIntoTheAddress() throws {
        let given = PostgresConfiguration(address: "postgres://shop:secret@db/freshet")
        #expect {
            try given.validate()
        } throws: { error in
            "\(error)".contains("PGPASSFILE") && !"\(error)".contains("secret")
        }
        #expect(PostgresConfiguration(address: "postgres://shop@db/freshet").place.contains("host=db"))
        #expect(!given.place.contains("secret"))
        #expect(throws: FreshetError.self) { try PostgresConfiguration(address: "postgres://[").validate() }
    }
}
#endif
