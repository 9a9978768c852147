import Foundation
import FreshetCore
import FreshetData
import GRDB
import Testing

@testable import FreshetStorage

@Suite(.timeLimit(.minutes(10))) struct ReopeningTests {
    @Test func findsEverythingAgain() async throws {
        let folder = try StorageFolder()
        var store: SQLiteStore? = try folder.open()
        let events = try await store?.append(someEvents(50)).events ?? []
        try await store?.put([Item(id: "only in the catalogue")])
        _ = try await store?.eraseUser("u1")
        let back = try await store?.append([Event(user: "u1", item: "u-item1", time: 1)]).events ?? []
        store = nil

        let reopened = try folder.open()
        #expect(reopened.newestOffset == 51)
        #expect(reopened.eventCount() == 50 - 17 + 1)
        #expect(reopened.vocabulary.userCount == 4)
        #expect(reopened.vocabulary.itemCount == 51)
        #expect(reopened.vocabulary.user("u1") == back[0].user)
        for user in ["u0", "u2"] {
            let number = try #require(reopened.vocabulary.user(user))
            let expected = events.filter { $0.user == number }
            #expect(try reopened.newestEvents(of: number, limit: 100) == expected)
        }
        #expect(try reopened.newestEvents(of: UserIndex(1), limit: 100).isEmpty)
        #expect(try await reopened.append([Event(user: "u2", item: "new", time: 1)]).events[0].offset == 52)
    }

    /// A source goes on where the log is, and a reader of before the restart stays shut out.
    @Test func findsPositionsOfSourcesAgain() async throws {
        let folder = try StorageFolder()
        let partition = SourcePartition(source: "shop", topic: "events", number: 3)
        var store: SQLiteStore? = try folder.open()
        let held = try #require(try await store?.claim([partition]).first)
        let step = SourceStep(from: held, to: 50)
        _ = try await store?.append(someEvents(50), moving: [step])
        store = nil

        let reopened = try folder.open()
        let found = try await reopened.claim([partition])
        #expect(found == [SourcePosition(partition: partition, epoch: held.epoch + 1, next: 50)])
        await #expect(throws: SourceTaken(held: step.end, kept: found[0])) {
            try await reopened.append(someEvents(1), moving: [SourceStep(from: step.end, to: 51)])
        }
        #expect(reopened.newestOffset == 50)
    }

    /// A folder of before items were remembered as removed: it opens, and its items are there.
    @Test func opensFolderOfTheFirstTables() async throws {
        let folder = try StorageFolder()
        var store: SQLiteStore? = try folder.open()
        try await store?.put([Item(id: "a"), Item(id: "b")])
        _ = try await store?.removeItem("a")
        try await store?.pool.writeWithoutTransaction { db in
            try db.execute(sql: "DROP TABLE removed_item; DELETE FROM grdb_migrations WHERE identifier LIKE '2 %'")
        }
        store = nil
        let reopened = try folder.open()
        #expect(try await reopened.item("b") == Item(id: "b"))
        #expect(try await reopened.item("a") == nil)
        #expect(try await reopened.removeItem("b"))
        var removed: [String] = []
        try reopened.forEachRemovedItem { removed.append($0) }
        #expect(removed == ["b"])
    }

    /// A folder of before events had milliseconds: its times are the same moments, and new ones keep their fraction.
    @Test func opensFolderOfWholeSeconds() async throws {
        let folder = try StorageFolder()
        let old = try DatabaseQueue(path: folder.database)
        try Migrations.migrator.migrate(old, upTo: "2 removed items")
        try await old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO user_name VALUES (0, 'ann');
                    INSERT INTO item_name VALUES (0, 'tea'), (1, 'cup');
                    INSERT INTO type_name VALUES (0, 'view');
                    INSERT INTO event (offset, user, item, type, time, received, previous)
                        VALUES (1, 0, 0, 0, 1714564800, 1714564801250, NULL), (2, 0, 1, 0, -5, 1714564802000, 1);
                    """
            )
        }
        try old.close()
        var store: SQLiteStore? = try folder.open()
        let seconds = try store?.events(after: 0, limit: 10)
        // The second came late: the first is the newest.
        #expect(try store?.newestEvents(of: UserIndex(0), limit: 1).map(\.offset) == [1])
        #expect(seconds?.map(\.time) == [1_714_564_800, -5])
        #expect(try store?.namingEvents(after: 0, limit: 10).map(\.profit) == [nil, nil])
        #expect(seconds?.map(\.received) == [1_714_564_801_250, 1_714_564_802_000])
        _ = try await store?.append([Event(user: "ann", item: "pot", time: 1_714_564_800.415)])
        store = nil
        // Once only, however often the folder is opened.
        let times = try folder.open().newestEvents(of: UserIndex(0), limit: 10).map(\.time)
        #expect(times == [-5, 1_714_564_800, 1_714_564_800.415])
    }

    /// Six events of today, then four hundred of long ago: the six are the newest, also after a restart and a compaction.
    @Test func oldEventsDoNotHideNewOnes() async throws {
        let folder = try StorageFolder()
        var store: SQLiteStore? = try folder.open()
        let new = (0..<6).map {
            Event(user: "u", item: "new \($0)", time: Timestamp(seconds: 1_700_000_000 + Int64($0)))
        }
        let old = (0..<400).map {
            Event(user: "u", item: "old \($0)", time: Timestamp(seconds: 1_600_000_000 + Int64($0)))
        }
        _ = try await store?.append(new)
        _ = try await store?.append(old)
        store = nil
        let reopened = try folder.open()
        let rule = RetentionRule {
            $0.maximumEvents = 10
            $0.eventsPerUser = 8
        }
        for isCompacted in [false, true] {
            if isCompacted {
                _ = try await reopened.compact(rule, learnedUpTo: reopened.newestOffset, now: 1_800_000_000_000)
            }
            let newest = try reopened.newestEvents(of: UserIndex(0), limit: 8)
            #expect(newest.map(\.offset) == [405, 406, 1, 2, 3, 4, 5, 6])
        }
        // What comes next is the newest again, and what comes late once more is not.
        _ = try await reopened.append([Event(user: "u", item: "newest", time: 1_700_000_100)])
        _ = try await reopened.append([Event(user: "u", item: "oldest", time: 5)])
        #expect(try reopened.newestEvents(of: UserIndex(0), limit: 2).map(\.offset) == [6, 407])
    }

    /// The newest, one in the middle and the oldest are taken back; the chain goes on past them, after a restart too.
    @Test func removedEventIsGone() async throws {
        let folder = try StorageFolder()
        var store: SQLiteStore? = try folder.open()
        let events = (1...6).map { Event(user: $0 == 2 ? "bob" : "ann", item: "i", time: 1, id: "e\($0)") }
        _ = try await store?.append(events)
        for id in ["e6", "e4", "e1"] { #expect(try await store?.removeEvent(id) == UserIndex(0)) }
        #expect(try await store?.removeEvent("e4") == nil)
        for isReopened in [false, true] {
            if isReopened {
                store = nil
                store = try folder.open()
            }
            #expect(try store?.newestEvents(of: UserIndex(0), limit: 9).map(\.offset) == [3, 5])
            #expect(try store?.events(after: 0, limit: 9).map(\.offset) == [2, 3, 5])
            #expect(store?.eventCount() == 3)
        }
        let again = try await store?.append([Event(user: "ann", item: "i", time: 1, id: "e6")]).events.map(\.offset)
        #expect(again == [7])
        #expect(try store?.newestEvents(of: UserIndex(0), limit: 9).map(\.offset) == [3, 5, 7])
    }

    /// Joined users are one after a restart: the chain in the order of the log, the names, and what is never given again.
    @Test func joinedUsersStayOne() async throws {
        let folder = try StorageFolder()
        var store: SQLiteStore? = try folder.open()
        _ = try await store?.append(someEvents(6, users: 2))
        _ = try await store?.merge("u1", into: "u0")
        _ = try await store?.merge("never seen", into: "u1")
        store = nil
        let reopened = try folder.open()
        #expect(try reopened.newestEvents(of: UserIndex(0), limit: 9).map(\.offset) == [1, 2, 3, 4, 5, 6])
        #expect(try reopened.newestEvents(of: UserIndex(1), limit: 9).isEmpty)
        for name in ["u0", "u1", "never seen"] { #expect(reopened.vocabulary.user(name) == UserIndex(0)) }
        let later = try await reopened.append([Event(user: "never seen", item: "x"), Event(user: "new", item: "x")])
        #expect(later.events.map(\.user) == [UserIndex(0), UserIndex(2)])
        #expect(try await reopened.merge("u1", into: "u0").isNew == false)
        #expect(reopened.vocabulary.joined(to: UserIndex(0)).former == [UserIndex(1)])
        #expect(try StoreReader(folder: folder.path).vocabulary.name(of: "u1") == "u0")
    }

    @Test func neverGivesAnOffsetTwice() async throws {
        let folder = try StorageFolder()
        var store: SQLiteStore? = try folder.open()
        _ = try await store?.append(someEvents(5, users: 1))
        _ = try await store?.eraseUser("u0")
        store = nil
        let reopened = try folder.open()
        #expect(reopened.newestOffset == 5)
        #expect(try await reopened.append(someEvents(1)).events[0].offset == 6)
    }

    /// Whoever reads the log finds every name in the vocabulary, also of what is being committed.
    @Test func showsNoEventBeforeItsNames() async throws {
        let store = try SQLiteStore.temporary()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    for step in 0..<150 {
                        let event = Event(user: "u\(writer)-\(step)", item: "i\(writer)-\(step)", recommendationID: "r")
                        _ = try await store.append([event])
                    }
                }
            }
            group.addTask {
                var offset: Int64 = 0
                while offset < 300 {
                    for event in try store.events(after: offset, limit: 50) {
                        #expect(event.user.position < store.vocabulary.userCount)
                        #expect(event.item.position < store.vocabulary.itemCount)
                        offset = event.offset
                    }
                    #expect(try await store.feedback(on: "r").count <= 300)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [(SQLiteStore.Synchronous.operatingSystem, 1), (.disk, 2)])
    func flushesAsSet(_ synchronous: SQLiteStore.Synchronous, _ level: Int) throws {
        let store = try SQLiteStore.temporary(configuration: .init(synchronous: synchronous))
        let found = try store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect(found == level)
    }

    @Test func refusesTheSecondProcess() async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        let error = try #require(await failure { _ = try folder.open() })
        #expect(error.kind == .external)
        #expect(
            error.message.contains("in use") && error.message.contains("\(ProcessInfo.processInfo.processIdentifier)")
        )
        #expect(error.remedy != nil)
        _ = try await store.append(someEvents(1))
    }

    @Test func failsAfterClosing() async throws {
        let store = try SQLiteStore.temporary()
        _ = try await store.append(someEvents(3))
        try store.close()
        let append = await failure { _ = try await store.append(someEvents(3)) }
        #expect(append?.kind == .external)
        #expect(await failure { _ = try store.events(after: 0, limit: 1) } != nil)
        #expect(await failure { _ = try await store.setting("a") } != nil)
    }

    @Test func removesATemporaryStore() async throws {
        var store: SQLiteStore? = try .temporary()
        let folder = try #require(store?.folder)
        _ = try await store?.append(someEvents(3))
        store = nil
        // The writing thread may hold it a moment longer.
        for _ in 0..<200 where FileManager.default.fileExists(atPath: folder) { usleep(10_000) }
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
