import Foundation
import FreshetCore
import FreshetStorage
import GRDB
import Testing

@Suite struct BackupTests {
    @Test func copiesAStoreThatIsWritten() async throws {
        let folder = try StorageFolder()
        let store = try SQLiteStore.open(folder: folder.path("data"))
        _ = try await store.append(someEvents(500))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for step in 0..<30 { _ = try await store.append(someEvents(7, named: "\(writer)-\(step)-")) }
                }
            }
            group.addTask { for copy in 0..<5 { try store.backup(to: folder.path("copy\(copy)")) } }
            try await group.waitForAll()
        }
        #expect(try folder.names() == ["copy0", "copy1", "copy2", "copy3", "copy4", "data"])
        for copy in 0..<5 {
            try SQLiteStore.restore(from: folder.path("copy\(copy)"), to: folder.path("restored\(copy)"))
            let restored = try SQLiteStore.open(folder: folder.path("restored\(copy)"))
            let events = try restored.events(after: 0, limit: .max)
            #expect(events.count >= 500 && (events.count - 500) % 7 == 0, "a request is torn")
            #expect(try store.events(after: 0, limit: events.count) == events)
            _ = try await restored.append(someEvents(3, named: "more"))
        }
    }

    @Test func copiesAnotherProcessesStore() async throws {
        let folder = try StorageFolder()
        let store = try SQLiteStore.open(folder: folder.path("data"))
        _ = try await store.append(someEvents(20))
        try SQLiteStore.backup(folder: folder.path("data"), to: folder.path("copy"))
        _ = try await store.append(someEvents(20, named: "later"))
        try SQLiteStore.restore(from: folder.path("copy"), to: folder.path("new"))
        #expect(try SQLiteStore.open(folder: folder.path("new")).eventCount() == 20)
        #expect(
            await failure { try SQLiteStore.backup(folder: folder.path, to: folder.path("copy")) }?.kind == .external
        )
    }

    @Test func refusesToOverwrite() async throws {
        let folder = try StorageFolder()
        let data = folder.path("data")
        do {
            let store = try SQLiteStore.open(folder: data)
            _ = try await store.append(someEvents(5))
            try store.backup(to: folder.path("copy"))
            _ = try await store.append(someEvents(5, named: "w"))
            for force in [false, true] {
                let error = await failure { try SQLiteStore.restore(from: folder.path("copy"), to: data, force: force) }
                #expect(error?.message.contains("in use") == true)
            }
        }
        let error = await failure { try SQLiteStore.restore(from: folder.path("copy"), to: data) }
        #expect(error?.kind == .usage && error?.remedy?.contains("--force") == true)
        #expect(try SQLiteStore.open(folder: data).eventCount() == 10)
        try SQLiteStore.restore(from: folder.path("copy"), to: data, force: true)
        #expect(try SQLiteStore.open(folder: data).eventCount() == 5)
    }

    /// The log of a server that was killed holds events that a replaced database must not inherit.
    @Test func dropsTheOldLog() async throws {
        let folder = try StorageFolder()
        let (data, killed) = (folder.path("data"), folder.path("killed"))
        try FileManager.default.createDirectory(atPath: killed, withIntermediateDirectories: true)
        do {
            let store = try SQLiteStore.open(folder: data)
            _ = try await store.append(someEvents(5))
            try store.backup(to: folder.path("copy"))
            _ = try await store.append(someEvents(300, named: "w"))
            for suffix in ["", "-wal"] {
                let name = "/" + SQLiteStore.fileName + suffix
                try FileManager.default.copyItem(atPath: data + name, toPath: killed + name)
            }
        }
        try SQLiteStore.restore(from: folder.path("copy"), to: killed, force: true)
        let store = try SQLiteStore.open(folder: killed)
        #expect(store.eventCount() == 5)
        _ = try await store.append(someEvents(300, named: "x"))
        #expect(try store.events(after: 0, limit: .max).count == 305)
    }

    @Test func refusesWhatIsNoBackup() async throws {
        let folder = try StorageFolder()
        let (file, data) = (folder.path("file"), folder.path("data"))
        #expect(await failure { try SQLiteStore.restore(from: file, to: data) }?.kind == .external)
        try Data("nonsense, at some length".utf8).write(to: URL(fileURLWithPath: file))
        #expect(await failure { try SQLiteStore.restore(from: file, to: data) }?.kind == .invalidData)
        try await DatabaseQueue(path: folder.path("other")).write { try $0.execute(sql: "CREATE TABLE a (b)") }
        let error = await failure { try SQLiteStore.restore(from: folder.path("other"), to: data) }
        #expect(error?.kind == .invalidData)
        #expect(!FileManager.default.fileExists(atPath: data + "/" + SQLiteStore.fileName))
        let none = try SQLiteStore.temporary()
        #expect(await failure { try none.backup(to: folder.path("no folder/copy")) }?.kind == .external)
        #expect(try folder.names() == ["data", "file", "other"])
    }
}
