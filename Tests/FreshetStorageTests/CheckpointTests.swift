import Foundation
import FreshetCore
import Testing

@testable import FreshetStorage

@Suite struct CheckpointTests {
    @Test func keepsTheLogShort() async throws {
        let folder = try StorageFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.checkpointPages = 20
        let store = try folder.open(configuration)
        // Steady writing by two, as checkpoints have to keep up with: some 4 MB in all.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    for step in 0..<250 { _ = try await store.append(someEvents(50, named: "\(writer)-\(step)-")) }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.eventCount() == 25_000)
        let log = try FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int
        let size = try FileManager.default.attributesOfItem(atPath: folder.database)[.size] as? Int
        #expect((size ?? 0) > 500_000, "nothing was moved into the database")
        #expect((log ?? .max) < 3_000_000, "the log never started again")
    }

    @Test func leavesNothingBehindOnClosing() async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        _ = try await store.append(someEvents(2_000))
        try store.close()
        // The database file alone is whole.
        let copy = try StorageFolder()
        try FileManager.default.copyItem(atPath: folder.database, toPath: copy.database)
        #expect(try copy.open().eventCount() == 2_000)
    }
}
