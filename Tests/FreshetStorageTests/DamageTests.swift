import Foundation
import FreshetCore
import FreshetData
import GRDB
import Testing

@testable import FreshetStorage

@Suite struct DamageTests {
    @Test func refusesANewerSchema() async throws {
        let folder = try StorageFolder()
        try folder.open().close()
        try await change(folder, "INSERT INTO grdb_migrations (identifier) VALUES ('9 from the future')")
        let error = try #require(await failure { _ = try folder.open() })
        #expect(error.kind == .invalidData)
        #expect(error.message.contains("newer Freshet") && error.message.contains("9 from the future"))
        #expect(error.remedy != nil)
    }

    @Test func refusesAnotherProgramsDatabase() async throws {
        let folder = try StorageFolder()
        try await change(folder, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
        let error = try #require(await failure { _ = try folder.open() })
        #expect(error.kind == .invalidData && error.message.contains("not one of Freshet's"))
        let rows = try await DatabaseQueue(path: folder.database).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master")
        }
        #expect(rows == 1, "it was written to")
    }

    @Test(arguments: ["not a database", "middle"])
    func refusesADamagedFile(_ damage: String) async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        _ = try await store.append(someEvents(2_000))
        try store.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        if damage == "middle" {
            bytes.replaceSubrange(4096..<bytes.count, with: Data(repeating: 0xA5, count: bytes.count - 4096))
        } else {
            bytes.replaceSubrange(0..<100, with: Data(repeating: 0x20, count: 100))
        }
        try bytes.write(to: URL(fileURLWithPath: folder.database))
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.database + suffix) }
        let error = try #require(await failure { _ = try folder.open() })
        #expect(error.kind == .invalidData && error.message.contains("damaged"), "\(error)")
        #expect(error.remedy?.contains("restore") == true)
    }

    @Test func refusesAMissingName() async throws {
        let folder = try StorageFolder()
        let store = try folder.open()
        _ = try await store.append(someEvents(9))
        try store.close()
        try await change(folder, "DELETE FROM item_name WHERE number = 3")
        let error = try #require(await failure { _ = try folder.open() })
        #expect(error.kind == .invalidData && error.message.contains("item_name"))
    }

    @Test func refusesAFolderThatIsAFile() async throws {
        let folder = try StorageFolder()
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("file")))
        for path in ["file", "file/below"] {
            let error = await failure { _ = try SQLiteStore.open(folder: folder.path(path)) }
            #expect(error?.kind == .external)
            #expect(error?.remedy != nil)
        }
    }

    @Test func refusesAFolderThatCannotBeWritten() async throws {
        // The superuser may write everywhere; what a folder does then, a database that is a folder does as well.
        let folder = try StorageFolder()
        try FileManager.default.createDirectory(atPath: folder.database, withIntermediateDirectories: true)
        let error = try #require(await failure { _ = try folder.open() })
        #expect(error.kind == .external && error.remedy != nil, "\(error)")
        guard getuid() != 0 else { return }
        let other = try StorageFolder()
        #expect(chmod(other.path, 0o555) == 0)
        let denied = try #require(await failure { _ = try other.open() })
        #expect(denied.kind == .external && denied.message.contains("Cannot write"), "\(denied)")
        #expect(chmod(other.path, 0o755) == 0)
    }

    @Test func saysThatAnotherProgramHasTheDatabase() async throws {
        let folder = try StorageFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.busySeconds = 0.05
        let store = try folder.open(configuration)
        _ = try await store.append(someEvents(3))
        var shell = GRDB.Configuration()
        shell.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.database, configuration: shell)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        let error = try #require(await failure { _ = try await store.append(someEvents(3, named: "w")) })
        #expect(error.kind == .external && error.message.contains("locked"), "\(error)")
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        #expect(try await store.append(someEvents(3, named: "v")).events.map(\.offset) == [4, 5, 6])
        #expect(store.vocabulary.user("w0") == nil)
    }

    /// Changes the database of a folder behind the store's back.
    private func change(_ folder: StorageFolder, _ sql: String) async throws {
        try await DatabaseQueue(path: folder.database).write { try $0.execute(sql: sql) }
    }
}
