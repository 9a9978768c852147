import FreshetCore
import FreshetData
import FreshetEngine
import FreshetStorage
import Testing

@testable import freshet

/// What an import at the start makes of the catalogue.
@Suite struct FirstImportTests {
    /// An engine that learns nothing, after the import of a folder with these files.
    private func imported(items: String?) async throws -> (engine: Engine, report: FirstImport.Report, TemporaryFolder)
    {
        let folder = try TemporaryFolder()
        let lines = (0..<12).map {
            #"{"user":"u\#($0 % 3)","item":"\#($0 % 4 == 0 ? "ghost" : "a")","time":\#(9 + $0)}"#
        }
        try folder.write(lines.joined(separator: "\n"), to: "events.jsonl")
        try folder.write(
            #"{"id":"u0","attributes":{"a":1}}"# + "\n" + #"{"id":"silent","attributes":{"a":2}}"#,
            to: "users.jsonl"
        )
        if let items { try folder.write(items, to: "items.jsonl") }
        let store = try SQLiteStore.temporary()
        var configuration = EngineConfiguration(folder: store.folder + "/engine")
        configuration.learning.isEnabled = false
        configuration.retraining.isEnabled = false
        let engine = try await Engine(configuration: configuration, store: store)
        let path = folder.path
        let outcome = try await FirstImport(path: path, engine: engine).run { try DatasetReader().read(path: path) }
        guard case .done(let report) = outcome else { throw TestFailure(message: "imported before") }
        return (engine, report, folder)
    }

    @Test func whatOnlyEventsNameIsNoEntryOfTheCatalogue() async throws {
        let (engine, report, _) = try await imported(items: #"{"id":"a","title":"A"}"#)
        #expect(report.items == 1 && report.events == 12)
        #expect(try await engine.items(limit: 9).map(\.id) == ["a"])
        #expect(try await engine.popular(ListRequest(count: 9)).map(\.id) == ["a"])
    }

    @Test func eventsAloneMakeNoCatalogue() async throws {
        let (engine, report, _) = try await imported(items: nil)
        #expect(report.items == 0)
        #expect(try await engine.items(limit: 9).isEmpty)
        #expect(try await engine.popular(ListRequest(count: 9)).map(\.id) == ["a", "ghost"])
    }

    @Test func usersWithEventsAreCountedApart() async throws {
        let (engine, report, _) = try await imported(items: nil)
        #expect(report.users == 2 && report.activeUsers == 3)
        #expect(engine.status().log.users == report.activeUsers)
    }
}
