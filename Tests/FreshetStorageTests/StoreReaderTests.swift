import Foundation
import FreshetCore
import FreshetData
import FreshetStorage
import Testing

/// Another process reads a store while its owner writes.
@Suite struct StoreReaderTests {
    @Test func readsAllThatThereIs() async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        var items = (0..<700).map { Item(id: "i\($0)", title: "Title \($0)", categories: ["c"]) }
        items[3].attributes = ["price": .number(2.5), "new": .flag(true), "sizes": .texts(["s", "m"])]
        items[3].vectors = ["picture": [1, 2]]
        try await store.put(items)
        try await store.put([User(id: "u1", attributes: ["age": .number(30)]), User(id: "other")])
        var events = someEvents(50)
        events[7].id = "e7"
        events[8].recommendationID = "r1"
        _ = try await store.append(events)
        let shown = [Impression.ShownItem(item: "u-item8", score: 0.5), Impression.ShownItem(item: "new", score: 0.25)]
        try await store.record([Impression(id: "r1", user: "u1", time: 5, model: ModelVersion(2), items: shown)])
        try await store.put(VersionRecord(version: ModelVersion(2), state: .live, created: 9, offset: 40))

        let reader = try StoreReader(folder: folder.path)
        #expect(try reader.counts() == (50, 700, 2, 1))
        var read: [Item] = []
        try reader.forEachItem { read.append($0) }
        #expect(read == items)
        var users: [User] = []
        try reader.forEachUser { users.append($0) }
        #expect(Set(users.map(\.id)) == ["u1", "other"] && users.contains { $0.attributes["age"] == .number(30) })
        var log: [(item: String, session: SessionTag, texts: StoreReader.EventTexts)] = []
        try reader.forEachEvent { log.append((reader.vocabulary.id(of: $0.item), $0.session, $1)) }
        #expect(log.map(\.item) == events.map(\.item))
        #expect(log.map(\.texts.id) == events.map(\.id))
        #expect(log.map(\.texts.recommendation) == events.map(\.recommendationID))
        #expect(log.map(\.texts.session) == events.map(\.session))
        #expect(log.map(\.session) == events.map { $0.session.map { SessionTag(of: $0) } ?? .none })
        var answers: [(Impression, [Event])] = []
        try reader.forEachImpression { answers.append(($0, $1)) }
        #expect(answers.count == 1 && answers[0].0.items == shown && answers[0].0.user == "u1")
        #expect(answers[0].1.map(\.item) == ["u-item8"])
        #expect(try reader.versions().map(\.state) == [.live])
    }

    /// What is written after the opening may have names that the reader does not know: it is not read.
    @Test func readsTheMomentOfItsOpening() async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        _ = try await store.append(someEvents(10))
        let reader = try StoreReader(folder: folder.path)
        _ = try await store.append(someEvents(10, named: "later"))
        try await store.record([Impression(id: "r", user: "later0", time: 1, model: ModelVersion(1), items: [])])
        var (events, answers) = (0, 0)
        try reader.forEachEvent { _, _ in events += 1 }
        try reader.forEachImpression { _, _ in answers += 1 }
        #expect(events == 10 && answers == 0)
    }

    @Test func refusesWhatIsNoDataFolder() throws {
        let folder = try StorageFolder()
        #expect(!StoreReader.isDataFolder(folder.path))
        #expect(throws: FreshetError.self) { try StoreReader(folder: folder.path) }
        try Data("no database at all, just some text".utf8).write(to: URL(fileURLWithPath: folder.database))
        #expect(throws: FreshetError.self) { try StoreReader(folder: folder.path) }
    }
}
