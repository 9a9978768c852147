import Foundation
import FreshetCore
import FreshetStorage
import Testing

/// `freshet features`, and training on what it writes.
@Suite("The features command") struct FeaturesTests {
    /// Answers of the last hour: on a phone the first item is clicked, on a desk the second, and the first place more often.
    private func makeStore(in folder: TemporaryFolder) async throws {
        let store = try SQLiteStore.open(folder: folder.path("engine"))
        let brands = [Item(id: "tea", attributes: ["brand": .text("north")]), Item(id: "cup", categories: ["a", "b"])]
        try await store.put(brands)
        try await store.put([User(id: "u0", attributes: ["country": .text("no")])])
        let start = Int64(Date().timeIntervalSince1970 * 1000) - 3_600_000
        var (answers, clicks): ([Impression], [Event]) = ([], [])
        for number in 0..<120 {
            let (time, device) = (start + Int64(number) * 29_000, number % 2 == 0 ? "phone" : "desk")
            let items = number % 3 == 0 ? ["tea", "cup"] : ["cup", "tea"]
            let answer = Impression(
                id: "r\(number)",
                user: "u\(number % 7)",
                time: time,
                model: ModelVersion(3, update: 1),
                scenario: "home",
                segments: ["large", "new"],
                context: ["device": .text(device)],
                items: items.map { Impression.ShownItem(item: $0, score: 1) }
            )
            answers.append(answer)
            let click = Event(
                user: "u\(number % 7)",
                item: device == "phone" ? "tea" : "cup",
                type: "click",
                time: Timestamp(milliseconds: time + 5000),
                recommendationID: "r\(number)"
            )
            clicks.append(click)
        }
        try await store.record(answers)
        _ = try await store.append(clicks)
        try store.close()
    }

    @Test func clicksAreWrittenLearnedAndMeasured() async throws {
        let folder = try TemporaryFolder()
        try await makeStore(in: folder)
        let written = try folder.freshet(
            "features",
            "clicks",
            "--data",
            "engine",
            "--newest",
            "--attributes",
            "all",
            "--output",
            "clicks.csv",
            "--json"
        )
        #expect(written.code == 0, "\(written.errors)")
        let report = try written.json()
        #expect(report["rows"] as? Int == 240 && report["clicks"] as? Int == 120 && report["tooNew"] as? Int == 0)
        let lines = try folder.read("clicks.csv").split(separator: "\n").map(String.init)
        #expect(
            lines[0]
                == "clicked,user,item,place,scenario,hour,weekday,version,variant,segments,context.device,"
                + "now.item.brand,now.item.categories,now.item.tags,now.user.country"
        )
        #expect(lines[1].hasPrefix("1,u0,tea,1,home,") && lines[1].hasSuffix(",3,,large|new,phone,north,,,no"))
        #expect(lines[2].hasPrefix("0,u0,cup,2,home,") && lines[2].hasSuffix(",3,,large|new,phone,,a|b,,no"))

        let trained = try folder.freshet(
            "train",
            "--data",
            "clicks.csv",
            "--format",
            "csv",
            "--model",
            "factorization-machine",
            "--set",
            "epochs=40",
            "--output",
            "model"
        )
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(trained.errors.contains("'variant' is left out: it is always missing"), "\(trained.errors)")
        #expect(trained.errors.contains("'scenario' is left out: it is the same in every row"))
        func figures(_ more: String...) throws -> Executable.Result {
            let arguments = ["evaluate", "--snapshot", "model", "--truth", "clicks.csv", "--format", "csv", "--json"]
            return try Executable.run(arguments + more, in: folder)
        }
        let all = try figures().json()
        #expect(all["auc"] as? Double == 1 && all["rows"] as? Int == 240, "\(all)")
        // Who sees the place does not tell what is clicked, the device does.
        let unplaced = try figures("--fix", "place=1").json()
        #expect(unplaced["auc"] as? Double ?? 0 > 0.95, "\(unplaced)")
        let nowhere = try figures("--fix", "context.device=").json()
        #expect(nowhere["auc"] as? Double ?? 1 < 0.8, "\(nowhere)")
        #expect(try figures("--fix", "plaice=1").errors.contains("Did you mean 'place'"))
    }

    @Test func timesAndAttributesAreChosen() async throws {
        let folder = try TemporaryFolder()
        try await makeStore(in: folder)
        let table = try folder.freshet(
            "features",
            "clicks",
            "--data",
            "engine",
            "--attributes",
            "user.country",
            "--until",
            "2001-01-01",
            "--output",
            "-"
        )
        #expect(table.code == 1 && table.errors.contains("no answer of that time"), "\(table.errors)")
        let all = try folder.freshet(
            "features",
            "clicks",
            "--data",
            "engine",
            "--newest",
            "--from",
            "2001-01-01",
            "--output",
            "-"
        )
        #expect(all.code == 0 && all.output.split(separator: "\n").count == 241, "\(all.errors)")
        // A click may still come to what was shown within the last hour.
        let known = try folder.freshet("features", "clicks", "--data", "engine", "--output", "-")
        #expect(known.code == 1 && known.errors.contains("Of 120 newer answers"), "\(known.errors)")
        let unknown = try folder.freshet(
            "features",
            "clicks",
            "--data",
            "engine",
            "--attributes",
            "item.brant",
            "--output",
            "-"
        )
        #expect(unknown.code == 64 && unknown.errors.contains("Did you mean 'item.brand'"), "\(unknown.errors)")
    }

    @Test func featuresAreSuggested() throws {
        let folder = try TemporaryFolder()
        var state: UInt32 = 7
        func drawn(below bound: Int) -> Int {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int(state >> 16) % bound
        }
        let events = (0..<1800).map { event in
            let user = drawn(below: 300)
            return "u\(user),i\(drawn(below: 20) * 2 + user % 2),\(1_700_000_000 + event * 60)"
        }
        try folder.write("user,item,time\n" + events.joined(separator: "\n"), to: "events.csv")
        let items = (0..<41).map { "i\($0),b\($0 % 2),\($0 % 3)" }
        try folder.write("id,brand,size\n" + items.joined(separator: "\n"), to: "items.csv")
        let arguments = [
            "features", "suggest", "--data", "events.csv", "--catalogue", "items.csv", "--choices", "800",
        ]
        let words = try Executable.run(arguments, in: folder)
        #expect(words.code == 0, "\(words.errors)")
        #expect(words.output.contains("clicks --data FOLDER --attributes item.brand"), "\(words.output)")
        let report = try Executable.run(arguments + ["--json"], in: folder).json()
        let features = try #require((report["report"] as? [String: Any])?["features"] as? [[String: Any]])
        #expect(features.first { $0["name"] as? String == "item.size" }?["isProposed"] as? Bool == false)
    }
}
