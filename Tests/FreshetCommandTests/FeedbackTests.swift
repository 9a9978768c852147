import Foundation
import FreshetCore
import FreshetStorage
import Testing

@testable import freshet

/// `freshet feedback`, from a server's data folder.
@Suite("The feedback command")
struct FeedbackTests {
    /// A data folder with two answers of a minute ago, of which one was clicked.
    private func makeStore(in folder: TemporaryFolder) async throws {
        let store = try SQLiteStore.open(folder: folder.path("engine"))
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        for (id, scenario) in [("r1", "home"), ("r2", "cart")] {
            let shown = ["i0", "i1"].map { Impression.ShownItem(item: $0, score: 1) }
            let impression = Impression(
                id: id,
                user: "u",
                time: now - 60_000,
                model: ModelVersion(1),
                scenario: scenario,
                items: shown
            )
            try await store.record([impression])
        }
        let time = Timestamp(milliseconds: now - 30_000)
        _ = try await store.append([Event(user: "u", item: "i1", type: "click", time: time, recommendationID: "r1")])
        try store.close()
    }

    @Test func figuresOfAFolder() async throws {
        let folder = try TemporaryFolder()
        try await makeStore(in: folder)
        let json = try folder.freshet("feedback", "--data", "engine", "--by", "scenario", "--json").json()
        let rows = try #require(json["rows"] as? [[String: Any]])
        #expect(rows.map { ($0["group"] as? [String: String])?["scenario"] } == ["cart", "home"])
        #expect(rows.map { $0["clicks"] as? Int } == [0, 1])
        #expect((rows[1]["ctr"] as? [String: Double])?["value"] == 0.5)
        let words = try folder.freshet("feedback", "--data", "engine", "--by", "scenario")
        #expect(words.code == 0 && words.output.contains("50.00%"), "\(words.output)")
        let table = try folder.freshet("feedback", "--data", "engine", "--by", "scenario,position", "--csv").output
        let lines = table.split(separator: "\n")
        #expect(lines[0].hasPrefix("scenario,position,answers,served,seen,clicks,"))
        #expect(lines.count == 5 && lines[4].hasPrefix("home,2,,1,1,1,"))
        let none = try folder.freshet("feedback", "--data", "engine", "--to", "2001-01-01")
        #expect(none.output.contains("Nothing was recommended"))
    }

    @Test func whatIsAskedWronglyIsRefused() async throws {
        let folder = try TemporaryFolder()
        try await makeStore(in: folder)
        for arguments in [
            ["--by", "scenaro"], ["--csv", "--json"], ["--from", "2026-02-01", "--to", "2026-01-01"],
        ] {
            let result = try Executable.run(["feedback", "--data", "engine"] + arguments, in: folder)
            #expect(result.code == 64, "\(result.errors)")
        }
        #expect(try folder.freshet("feedback", "--data", "nothing").code == 1)
    }
}
