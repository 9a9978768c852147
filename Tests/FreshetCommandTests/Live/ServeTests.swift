import ChildProcesses
import Foundation
import Testing

@testable import freshet

@Suite struct ServeTests {
    /// Small and quick: nothing is trained.
    private static let arguments = [
        "serve", "--data", "engine", "--port", "0", "--json", "--set", "retraining.is_enabled=false", "--set",
        "logging.level=warning",
    ]

    /// Starts an engine and waits for its address, at most half a minute.
    private func serve(in folder: TemporaryFolder, _ more: String...) throws -> (process: ChildProcess, url: String) {
        let process = try Executable.start(Self.arguments + more, in: folder)
        let deadline = Date(timeIntervalSinceNow: 30)
        while Date() < deadline, process.isRunning {
            let output = Data(try folder.read(".stdout").utf8)
            if let answer = try? JSONSerialization.jsonObject(with: output) as? [String: Any],
                let address = answer["address"] as? String
            {
                return (process, address)
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        process.send(SIGKILL)
        process.waitUntilExit()
        throw TestFailure(message: try folder.read(".stderr"))
    }

    /// Sends a signal and waits for the end, at most half a minute.
    private func stop(_ process: ChildProcess, by signal: Int32 = SIGTERM) -> Int32 {
        process.send(signal)
        let deadline = Date(timeIntervalSinceNow: 30)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
        process.send(SIGKILL)
        return process.waitUntilExit().code
    }

    private func run(_ arguments: [String], in folder: TemporaryFolder) throws -> Executable.Result {
        // A folder of its own, since output goes to files that the server has too.
        let own = try TemporaryFolder()
        return try Executable.run(arguments.map { $0.replacing("DATA", with: folder.path("data")) }, in: own)
    }

    private func makeData(in folder: TemporaryFolder) throws {
        try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: true)
        let events = (0..<60).map { number in
            #"{"user":"u\#(number % 6)","item":"i\#(number * 5 % 11)","type":"purchase","time":\#(1_600_000_000 + number * 60)}"#
        }
        try folder.write(events.joined(separator: "\n") + "\n", to: "data/events.jsonl")
        let items = (0..<11).map { #"{"id":"i\#($0)","title":"Item \#($0)"}"# }
        try folder.write(items.joined(separator: "\n") + "\n", to: "data/items.jsonl")
    }

    /// An experiment is there again after a kill, as it was.
    @Test(.timeLimit(.minutes(10))) func experimentsAreStartedWatchedAndEnded() throws {
        let folder = try TemporaryFolder()
        try makeData(in: folder)
        let (first, url) = try serve(in: folder, "--import", "data")
        defer { first.send(SIGKILL) }
        try folder.write(
            """
            {"id": "varied", "metrics": ["conversion"], "days_before": 0,
             "variants": [{"name": "a"}, {"name": "b", "scenario": {"diversity": 0.5}}]}
            """,
            to: "varied.json"
        )
        func experiments(_ arguments: String..., at url: String) throws -> Executable.Result {
            try run(["experiments"] + arguments + ["--server", url], in: folder)
        }
        #expect(try experiments("list", at: url).output.contains("There is no experiment"))
        let started = try experiments("start", folder.path("varied.json"), at: url)
        #expect(started.code == 0 && started.output.contains("'varied' runs"), "\(started.errors)")
        _ = stop(first, by: SIGKILL)

        let (second, again) = try serve(in: folder, "--import", "data")
        defer { second.send(SIGKILL) }
        let list = try experiments("list", at: again)
        #expect(list.output.contains("varied") && list.output.contains("running"), "\(list.output)\(list.errors)")
        #expect(try experiments("show", "varied", at: again).output.contains("by split"))
        #expect(try experiments("show", "other", at: again).code == 1)
        let concluded = try experiments("conclude", "varied", "--variant", "b", "--json", at: again).json()
        #expect((concluded["decision"] as? [String: Any])?["winner"] as? String == "b")
        #expect(try experiments("stop", "varied", at: again).errors.contains("concluded"))
        #expect(try experiments("ship", "varied", at: again).output.contains("as by 'b'"))
        #expect(try experiments("delete", "varied", at: again).code == 0)
        #expect(stop(second) == 0)
    }

    @Test(.timeLimit(.minutes(10))) func eventsSurviveAKillAndCountOnce() throws {
        let folder = try TemporaryFolder()
        try makeData(in: folder)
        let (first, url) = try serve(in: folder, "--import", "data", "--import-until", "1600000600")
        defer { first.send(SIGKILL) }
        let replay = ["replay", "--data", "DATA", "--json", "--quiet", "--settle", "0", "--server"]
        let sent = try run(replay + [url], in: folder)
        #expect(sent.code == 0, "\(sent.errors)")
        let progress = try #require(try sent.json()["progress"] as? [String: Any])
        // Eleven came with the import.
        #expect(progress["sent"] as? Int == 60 && progress["accepted"] as? Int == 49 && progress["known"] as? Int == 11)

        let refused = try run(["promote", "9.9", "--server", url], in: folder)
        #expect(refused.code == 1 && refused.errors.contains("9.9"), "\(refused.errors)")
        _ = stop(first, by: SIGKILL)

        let (second, again) = try serve(in: folder, "--import", "data", "--import-until", "1600000600")
        defer { second.send(SIGKILL) }
        let repeated = try #require(try run(replay + [again], in: folder).json()["progress"] as? [String: Any])
        #expect(repeated["accepted"] as? Int == 0 && repeated["known"] as? Int == 60)
        #expect(stop(second) == 0)
        #expect(try folder.read(".stderr").contains("was imported before"))
    }

    @Test(.timeLimit(.minutes(10))) func anImportOfNothingIsTriedAgainAndEveryOneIsReported() throws {
        let folder = try TemporaryFolder()
        let lines = (1...6).map { "u\($0),i\($0),\(1_600_000_000 + $0)" }
        let header = "wer,was,wann\n"
        let arguments = ["--import", "shop.csv", "--columns", "user=wer,item=was,time=wann"]
        try folder.write(header + "u1,i1,never\nu2,i2,soon\n", to: "shop.csv")
        let broken = try Executable.run(Self.arguments + arguments, in: folder)
        #expect(broken.code == 64 && broken.errors.contains("'never'"), "\(broken.errors)")
        #expect(broken.errors.contains("--time-format"))

        // What the reader keeps, the engine may still refuse.
        try folder.write(header + "u1,i1,4102444000\n", to: "shop.csv")
        let future = try Executable.run(Self.arguments + arguments, in: folder)
        #expect(future.code == 1 && future.errors.contains("1 refused") && future.errors.contains("in the future"))

        try folder.write(header + lines.joined(separator: "\n") + "\nu9,i9,never\n", to: "shop.csv")
        let (server, _) = try serve(in: folder, arguments[0], arguments[1], arguments[2], arguments[3])
        defer { server.send(SIGKILL) }
        let words = try folder.read(".stderr")
        #expect(words.contains("dropped 1: malformed line") && words.contains("'never'"), "\(words)")
        #expect(words.contains("Imported 6 events of 6 users"), "\(words)")
        #expect(stop(server) == 0)

        try folder.write(header + lines[0], to: "other.csv")
        let (again, _) = try serve(in: folder, "--import", "other.csv")
        defer { again.send(SIGKILL) }
        let skipped = try folder.read(".stderr")
        #expect(skipped.contains("shop.csv was imported before. other.csv is not read"), "\(skipped)")
        #expect(stop(again) == 0)
        let pointless = try folder.freshet("serve", "--columns", "user=wer")
        #expect(pointless.code == 64 && pointless.errors.contains("--import"), "\(pointless.errors)")
    }

    @Test(.timeLimit(.minutes(10)), arguments: [["promote", "3.17"], ["rollback"], ["keys", "list"]])
    func aServerThatIsDownIsNotWaitedFor(command: [String]) throws {
        // With the patience of a replay this takes more than the minute of the test.
        let down = try run(command + ["--server", "http://127.0.0.1:1"], in: try TemporaryFolder())
        #expect(down.code == 1 && down.errors.contains("freshet serve"), "\(down.errors)")
    }

    /// Batches of which the server keeps nothing are counted, and the others go on.
    @Test(.timeLimit(.minutes(10))) func refusedEventsEndNoReplay() throws {
        let folder = try TemporaryFolder()
        // 2090: plausible in a file, but not in the log of a live engine.
        let times = [1_600_000_000, 1_600_000_060, 3_800_000_000, 3_800_000_060]
        let events = times.enumerated().map { #"{"user":"u","item":"i\#($0)","time":\#($1)}"# }
        try FileManager.default.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: true)
        try folder.write(events.joined(separator: "\n") + "\n", to: "data/events.jsonl")
        let (server, url) = try serve(in: folder)
        defer { server.send(SIGKILL) }
        let replay = [
            "replay", "--data", "DATA", "--json", "--quiet", "--settle", "0", "--batch", "1", "--server", url,
        ]
        let sent = try run(replay, in: folder)
        #expect(sent.code == 0, "\(sent.errors)")
        let progress = try #require(try sent.json()["progress"] as? [String: Any])
        #expect(progress["accepted"] as? Int == 2 && progress["rejected"] as? Int == 2, "\(sent.output)")
        #expect((progress["refusals"] as? [String])?.first?.contains("event 2: 'time'") == true, "\(sent.output)")
        #expect(stop(server) == 0)
    }

    @Test(.timeLimit(.minutes(10))) func keysArePutInAndAskedFor() throws {
        let folder = try TemporaryFolder()
        let engine = folder.path("engine")
        let made = try run(["keys", "create", "ops", "--rights", "admin", "--data", engine], in: folder)
        #expect(made.code == 0 && made.output.hasPrefix("freshet_"), "\(made.errors)")
        let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let (server, url) = try serve(in: folder)
        defer { server.send(SIGKILL) }
        let without = try run(["keys", "list", "--server", url], in: folder)
        #expect(without.code == 1 && without.errors.contains("FRESHET_KEY"), "\(without.errors)")
        let list = try run(["keys", "list", "--server", url, "--key", key], in: folder)
        #expect(list.code == 0 && list.output.contains("ops") && !list.output.contains(key))
        let busy = try run(["keys", "list", "--data", engine], in: folder)
        #expect(busy.code == 1 && busy.errors.contains("in use"))
        #expect(stop(server, by: SIGINT) == 0)
        #expect(try !folder.read(".stderr").contains(key))
    }

    @Test(.timeLimit(.minutes(10))) func aBackupIsTheWholeFolder() throws {
        let folder = try TemporaryFolder()
        try makeData(in: folder)
        let (server, _) = try serve(in: folder, "--import", "data")
        defer { server.send(SIGKILL) }
        let (engine, copy, other) = (folder.path("engine"), folder.path("copy"), folder.path("other"))
        let copied = try run(["backup", "--data", engine, "--output", copy], in: folder)
        #expect(copied.code == 0, "\(copied.errors)")
        #expect(try run(["backup", "--data", engine, "--output", copy], in: folder).code == 64)
        let none = try run(["backup", "--data", folder.path("nothing"), "--output", folder.path("new")], in: folder)
        #expect(none.code != 0 && none.errors.contains("database"))
        _ = stop(server)
        let restored = try run(["restore", copy, "--data", other], in: folder)
        #expect(restored.code == 0, "\(restored.errors)")
        let twice = try run(["restore", copy, "--data", other], in: folder)
        #expect(twice.code == 64 && twice.errors.contains("--force"))
        let (again, url) = try serve(in: folder, "--data", other)
        defer { again.send(SIGKILL) }
        let arguments = ["replay", "--data", "DATA", "--json", "--quiet", "--settle", "0", "--server", url]
        let progress = try #require(try run(arguments, in: folder).json()["progress"] as? [String: Any])
        #expect(progress["known"] as? Int == 60)
        #expect(stop(again) == 0)
    }

    @Test func badSettingsAreNamedAndNothingStarts() throws {
        let folder = try TemporaryFolder()
        try folder.write(#"{"server": {"prot": 1}, "learning": {"threads": 0}}"#, to: "bad.json")
        let bad = try folder.freshet("serve", "--config", "bad.json")
        #expect(bad.code == 64 && bad.errors.contains("server.prot") && bad.errors.contains("learning.threads"))
        let open = try folder.freshet("serve", "--host", "0.0.0.0", "--port", "0")
        #expect(open.code == 64 && open.errors.contains("key"), "\(open.errors)")
        let check = try folder.freshet("config", "check", "--config", "bad.json", "--json")
        #expect(check.code == 64)
        let problems = try #require(try check.json()["problems"] as? [String])
        #expect(problems.count == 2)
    }

    @Test(.timeLimit(.minutes(10))) func aPortThatIsTakenIsSaid() throws {
        let folder = try TemporaryFolder()
        let (server, url) = try serve(in: folder)
        defer { server.send(SIGKILL) }
        let port = try #require(URL(string: url)?.port)
        let other = try run(["serve", "--data", folder.path("two"), "--port", String(port)], in: folder)
        #expect(other.code == 1 && other.errors.contains("--port"), "\(other.errors)")
        #expect(stop(server) == 0)
    }

    @Test func aServerThatIsNotThereIsSaid() throws {
        let folder = try TemporaryFolder()
        try makeData(in: folder)
        let arguments = ["replay", "--data", "DATA", "--patience", "0", "--server", "http://127.0.0.1:1"]
        let sent = try run(arguments, in: folder)
        #expect(sent.code == 1 && sent.errors.contains("freshet serve"), "\(sent.errors)")
    }
}
