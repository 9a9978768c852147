import Foundation
import Testing

@testable import freshet

/// What the commands say to somebody who slipped.
@Suite struct MessageTests {
    @Test(arguments: [
        ("trian --data x", "'train'"), ("recomend", "'recommend'"), ("keys crate ops", "'create'"),
        ("config chek", "'check'"), ("evalute --truth x", "'evaluate'"),
    ]) func mistypedCommandsGetASuggestion(line: String, meant: String) throws {
        let result = try Executable.run(line.split(separator: " ").map(String.init), in: TemporaryFolder())
        #expect(result.code == 64 && result.output.isEmpty)
        #expect(result.errors.contains("Did you mean \(meant)?"), "\(result.errors)")
    }

    @Test func commandsThatAreFarOffAreListed() throws {
        let result = try TemporaryFolder().freshet("fly")
        #expect(result.code == 64 && !result.errors.contains("Did you mean"), "\(result.errors)")
        #expect(result.errors.contains("There is no command 'fly'") && result.errors.contains(", recommend, "))
        #expect(!result.errors.contains("bench-http"))
    }

    @Test func mistypedNamesGetASuggestion() throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        let result = try folder.freshet("train", "--data", "train.tsv", "--model", "popularty", "--output", "out")
        #expect(result.code == 64 && result.errors.contains("Did you mean 'popularity'?"), "\(result.errors)")
    }

    @Test func valuesStandAsTheyWereWritten() throws {
        let folder = try TemporaryFolder()
        let result = try folder.freshet(
            "config",
            "check",
            "--set",
            "server.port=70000",
            "--set",
            "server.timeouts.idle=0",
            "--set",
            "logging.level=loud"
        )
        #expect(result.code == 64, "\(result.errors)")
        let all = result.output + result.errors
        #expect(all.contains("server.port (flag) is 70000, but must be a whole number from 0 to 65535"), "\(all)")
        #expect(all.contains("server.timeouts.idle (flag) is 0.0, but must") && all.contains("is 'loud', but must"))
        for type in ["int(", "double(", "string("] { #expect(!all.contains(type), "\(all)") }
    }

    @Test func keysAreHintedAsTheyBegin() throws {
        let made = try TemporaryFolder().freshet("keys", "create", "ops", "--rights", "admin", "--data", "engine")
        #expect(made.code == 0, "\(made.errors)")
        let hint = try #require(made.errors.firstMatch(of: #/Bearer (\S+)…'/#)?.1)
        #expect(hint.hasPrefix("freshet_") && made.output.hasPrefix(hint), "\(made.errors)")
        #expect(!made.errors.contains(made.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test(arguments: [("1970-01-02", 2), ("86400", 2), ("1970-01-02T00:00:01Z", 1)])
    func splitTakesDates(at: String, held: Int) throws {
        let folder = try TemporaryFolder()
        let times = [0, 86_399, 86_400, 86_401]
        let events = times.enumerated().map { #"{"user":"u","item":"i\#($0)","time":\#($1)}"# }
        try folder.write(events.joined(separator: "\n") + "\n", to: "log.jsonl")
        let split = try folder.freshet("split", "--data", "log.jsonl", "--by", "time", "--at", at, "--output", "parts")
        #expect(split.code == 0, "\(split.errors)")
        #expect(try folder.read("parts/test.jsonl").split(separator: "\n").count == held)
    }

    /// The usual slip: split, train on everything all the same, and measure on the held-out part.
    @Test(arguments: [[], ["--include-seen"]]) func aTruthThatWasLearnedFromIsTold(flags: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training + TinyData.test, to: "all.tsv")
        try folder.write(TinyData.training, to: "train.tsv")
        try folder.write(TinyData.test, to: "test.tsv")
        for (data, isLeaky) in [("all.tsv", true), ("train.tsv", false)] {
            let model = "model-\(data)"
            try folder.freshet("train", "--data", data, "--model", "co-visitation", "--output", model)
            let line = ["evaluate", "--snapshot", model, "--truth", "test.tsv", "--json", "--resamples", "10"]
            let result = try Executable.run(line + flags, in: folder)
            #expect(result.code == 0, "\(result.errors)")
            #expect(result.errors.contains("learned from") == isLeaky, "\(result.errors)")
            let json = try result.json()
            #expect((json["warning"] != nil) == isLeaky)
            let known = try #require(json["known_targets"] as? [String: Int])
            #expect(known == ["targets": TinyData.users, "known": isLeaky ? TinyData.users : 0])
        }
        try folder.freshet("recommend", "--snapshot", "model-train.tsv", "--all-users", "--output", "lists.tsv")
        let lists = try folder.freshet(
            "evaluate",
            "--recommendations",
            "lists.tsv",
            "--truth",
            "test.tsv",
            "--training",
            "all.tsv"
        )
        #expect(lists.code == 0 && lists.errors.contains("learned from"), "\(lists.errors)")
    }
}
