import Foundation
import FreshetCore
import GRDB
import Testing

@testable import FreshetStorage

@Suite struct CheckpointTests {
    @Test func keepsTheLogShort() async throws {
        let folder = try StorageFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.checkpointPages = 20
        configuration.maximumLogPages = 100
        let store = try folder.open(configuration)
        // Steady writing by two, as checkpoints have to keep up with: more than 20 MB of log in all.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    for step in 0..<400 { _ = try await store.append(someEvents(50, named: "\(writer)-\(step)-")) }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.eventCount() == 40_000)
        let log = try FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int
        let size = try FileManager.default.attributesOfItem(atPath: folder.database)[.size] as? Int
        #expect((size ?? 0) > 500_000, "nothing was moved into the database")
        #expect((log ?? .max) < 10_000_000, "the log never started again")
    }

    @Test func commitsAreHeldForASmallShareOfTheTime() {
        // Flushes of 3 ms: every five seconds. Flushes of .8 s: every twenty minutes, if the log's limit does not come first.
        #expect(Checkpointer.mayHold(for: .milliseconds(6), after: .seconds(5)))
        #expect(!Checkpointer.mayHold(for: .milliseconds(6), after: .seconds(4)))
        #expect(!Checkpointer.mayHold(for: .milliseconds(1600), after: .seconds(1000)))
        #expect(Checkpointer.mayHold(for: .milliseconds(1600), after: .seconds(1201)))
    }

    @Test func closesBesideAProgramThatReads() async throws {
        let folder = try StorageFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.busySeconds = 0
        let store = try folder.open(configuration)
        _ = try await store.append(someEvents(10))
        let reader = try DatabaseQueue(path: folder.database)
        try await reader.read { db in
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM event") == 10)
            try store.close()
        }
        try reader.close()
        #expect(try folder.open().eventCount() == 10)
    }

    @Test func tellsWhetherALargeDeliveryFits() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.maximumPages = 100
        let small = try SQLiteStore.temporary(configuration: configuration)
        #expect(await failure { try await small.checkWriting() }?.kind == .external)
        #expect(await failure { _ = try await small.append(someEvents(10)) } == nil)
        let large = try SQLiteStore.temporary()
        try await large.checkWriting()
        #expect(try await large.settings(prefix: "").isEmpty)
    }

    @Test func leavesNothingBehindOnClosing() async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        _ = try await store.append(someEvents(2_000))
        try store.close()
        let log = try? FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int
        #expect(log ?? 0 == 0)
        // The database file alone is whole.
        let copy = try StorageFolder()
        try FileManager.default.copyItem(atPath: folder.database, toPath: copy.database)
        #expect(try copy.open().eventCount() == 2_000)
    }
}
