import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetStorage
import Testing

@testable import freshet

/// What a server holds, written as files and read again.
@Suite struct ExportTests {
    /// A data folder with events of every kind, a catalogue, users and one answer with feedback.
    private func makeStore(in folder: TemporaryFolder) async throws {
        let store = try SQLiteStore.open(folder: folder.path("engine"))
        var item = Item(id: "i0", title: "A \"quoted\", title\nof two lines", categories: ["c|1", "d"], tags: ["t"])
        item.attributes = [
            "price": .number(2.5), "new": .flag(true), "brand": .text("Acme, Inc."), "sizes": .texts(["s", "m"]),
        ]
        item.available = false
        item.createdAt = 1_600_000_000
        item.vectors = ["picture": [0.5, -1]]
        try await store.put([item] + (1..<5).map { Item(id: "i\($0)", title: "Item \($0)") })
        try await store.put([User(id: "u0", attributes: ["age": .number(30), "country": .text("ch")])])
        var events = (0..<40).map { (number: Int) -> Event in
            let isPurchase = number % 3 == 0
            return Event(
                user: "u\(number % 4)",
                item: "i\(number * 3 % 5)",
                type: isPurchase ? .purchase : .view,
                value: isPurchase ? 1.1 : nil,
                time: Timestamp(milliseconds: 1_600_000_000_250 + Int64(number) * 1000)
            )
        }
        events[5].id = "e5"
        events[6].recommendationID = "r1"
        events[6].profit = 0.35
        _ = try await store.append(events)
        let shown = [Impression.ShownItem(item: events[6].item, score: 0.5), .init(item: "i4", score: 0.25)]
        try await store.record([
            Impression(id: "r1", user: "u2", time: 1_600_000_000_500, model: ModelVersion(1), items: shown)
        ])
        try store.close()
    }

    private func read(_ path: String) throws -> Dataset {
        try DatasetReader(others: ReadingOptions.others).read(path: path).dataset
    }

    @Test(arguments: ["jsonl", "csv"]) func whatIsWrittenIsReadAgain(form: String) async throws {
        let folder = try TemporaryFolder()
        try await makeStore(in: folder)
        let run = try folder.freshet("export", "--data", "engine", "--format", form, "--output", "out", "--json")
        #expect(run.code == 0, "\(run.errors)")
        #expect(try run.json()["rows"] as? [String: Int] == ["events": 40, "items": 5, "users": 1, "feedback": 2])
        let original = try read(folder.path("engine"))
        let copy = try read(folder.path("out"))
        // As text: a value that is missing is not equal to itself.
        #expect("\(copy.histories)" == "\(original.histories)")
        #expect(copy.users == original.users && copy.eventTypes == original.eventTypes)
        var items = original.itemDetails
        // A table has no room for vectors.
        if form == "csv" { for place in items.indices { items[place].vectors = nil } }
        #expect(copy.itemDetails == items)
        #expect(copy.userDetails == original.userDetails)
        let written = try String(contentsOfFile: folder.path("out/events.\(form)"), encoding: .utf8)
        #expect(written.split(separator: "\n").count { $0.contains("0.35") } == 1)
        // It is not written over, and one kind goes to standard output alone.
        #expect(try folder.freshet("export", "--data", "engine", "--output", "out").code == 64)
        #expect(try folder.freshet("export", "--data", "engine", "--output", "-").code == 64)
        let lines = try folder.freshet(
            "export",
            "--data",
            "engine",
            "--what",
            "feedback",
            "--format",
            "csv",
            "--output",
            "-"
        )
        let rows = lines.output.split(separator: "\n")
        #expect(rows.count == 3 && rows[0].hasPrefix("recommendation_id,user,time"), "\(lines.output)")
        #expect(rows[1].hasPrefix("r1,u2,1600000000.5,1.0,") && rows[1].contains(",purchase,1.1,1600000006.25"))
    }

    @Test func commandsReadAServersFolder() async throws {
        let folder = try TemporaryFolder()
        try await makeStore(in: folder)
        let stats = try folder.freshet("stats", "--data", "engine", "--json")
        #expect(stats.code == 0, "\(stats.errors)")
        #expect(try stats.json()["format"] as? String == "server")
        let server = try #require(try stats.json()["server"] as? [String: Any])
        #expect(server["items"] as? Int == 5 && server["impressions"] as? Int == 1)
        let inspect = try folder.freshet("inspect", "engine", "--item", "i0")
        #expect(inspect.code == 0 && inspect.output.contains("Acme, Inc."), "\(inspect.errors)")
        let wrong = try folder.freshet("export", "--data", "nowhere", "--output", "out")
        #expect(wrong.code == 1 && wrong.errors.contains("nowhere"))
    }
}
