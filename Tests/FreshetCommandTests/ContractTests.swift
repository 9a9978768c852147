import Foundation
import Testing

/// The three commands that a judge runs, exactly as they were agreed.
@Suite struct ContractTests {
    @Test(arguments: ["popularity", "co-visitation"])
    func trainRecommendEvaluate(model: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        try folder.write(TinyData.test, to: "test.tsv")
        let trained = try folder.freshet(
            "train",
            "--data",
            "train.tsv",
            "--format",
            "pairs",
            "--model",
            model,
            "--seed",
            "3",
            "--threads",
            "1",
            "--output",
            "model",
            "--json"
        )
        #expect(trained.code == 0, "\(trained.errors)")
        let report = try trained.json()
        #expect(report["model"] as? String == model)
        #expect(report["preset"] as? String == "recommended")
        #expect(report["seed"] as? Int == 3 && report["threads"] as? Int == 1)
        #expect(report["configuration"] is [String: Any])
        for key in ["trainSeconds", "peakMemoryBytes"] { #expect((report[key] as? Double ?? 0) > 0, "\(key)") }
        for key in ["epochSeconds", "losses", "validation"] { #expect(report[key] is [Any], "\(key)") }

        let made = try folder.freshet(
            "recommend",
            "--snapshot",
            "model",
            "--all-users",
            "--count",
            "100",
            "--output",
            "recs.tsv"
        )
        #expect(made.code == 0 && made.output.isEmpty, "\(made.errors)")
        let lines = try folder.read("recs.tsv").split(separator: "\n")
        #expect(lines.count == TinyData.users)
        for (user, line) in lines.enumerated() {
            let parts = line.split(separator: "\t")
            #expect(parts[0] == "user\(user)")
            let items = parts[1].split(separator: ",").map(String.init)
            // What the user has had is left out, the event held out for validation included.
            let seen = Set((0..<TinyData.events - 1).map { TinyData.item(user, $0) })
            #expect(Set(items).isDisjoint(with: seen))
            #expect(Set(items).count == items.count && items.count == TinyData.items - seen.count)
        }

        let judged = try folder.freshet(
            "evaluate",
            "--recommendations",
            "recs.tsv",
            "--truth",
            "test.tsv",
            "--json",
            "--resamples",
            "20"
        )
        #expect(judged.code == 0, "\(judged.errors)")
        let metrics = try #require(try judged.json()["metrics"] as? [String: [String: Double]])
        #expect(metrics["hr@100"]?["value"] == 1)
        let ndcg = try #require(metrics["ndcg@10"]?["value"])
        #expect(ndcg > 0 && ndcg <= 1)

        let ranked = try folder.freshet(
            "evaluate",
            "--snapshot",
            "model",
            "--truth",
            "test.tsv",
            "--json",
            "--resamples",
            "20"
        )
        let full = try #require(try ranked.json()["metrics"] as? [String: [String: Double]])
        if model == "co-visitation" {
            // No ties here, so the file and the model are judged alike.
            #expect(full["ndcg@10"]?["value"] == ndcg)
            #expect(ndcg > 0.9)
        }
    }

    @Test func aHybridIsAssembledFromSnapshots() throws {
        let folder = try TemporaryFolder.trained()
        try folder.freshet("train", "--data", "train.tsv", "--model", "popularity", "--output", "popular")
        let made = try folder.freshet(
            "train",
            "--data",
            "train.tsv",
            "--model",
            "hybrid",
            "--parts",
            "model,popular",
            "--output",
            "both",
            "--json"
        )
        #expect(made.code == 0, "\(made.errors)")
        let settings = try #require(try made.json()["configuration"] as? [String: Any])
        #expect(
            (settings["parts"] as? [[String: Any]])?.compactMap { $0["model"] as? String } == [
                "co-visitation", "popularity",
            ]
        )
        let judged = try folder.freshet(
            "evaluate",
            "--snapshot",
            "both",
            "--truth",
            "test.tsv",
            "--json",
            "--resamples",
            "20"
        )
        let metrics = try #require(try judged.json()["metrics"] as? [String: [String: Double]])
        #expect((metrics["ndcg@10"]?["value"] ?? 0) > 0.9)
    }

    @Test func seenItemsStayWhenAskedFor() throws {
        let folder = try TemporaryFolder.trained()
        try folder.freshet(
            "recommend",
            "--snapshot",
            "model",
            "--all-users",
            "--count",
            "100",
            "--output",
            "all.tsv",
            "--include-seen"
        )
        for line in try folder.read("all.tsv").split(separator: "\n") {
            #expect(line.split(separator: ",").count == TinyData.items)
        }
    }

    @Test func listsOfOthersAreScoredByHand() throws {
        let folder = try TemporaryFolder()
        try folder.write("a\tx\nb\ty\nc\tz\n", to: "test.tsv")
        // Found first, found second, and not found at all: the mean of 1, 1/log2(3) and 0.
        try folder.write("a\tx,q\nb\tq,y,z\n", to: "recs.tsv")
        let judged = try folder.freshet(
            "evaluate",
            "--recommendations",
            "recs.tsv",
            "--truth",
            "test.tsv",
            "--json",
            "--cutoffs",
            "2"
        )
        let metrics = try #require(try judged.json()["metrics"] as? [String: [String: Double]])
        #expect(abs((metrics["ndcg@2"]?["value"] ?? 0) - (1 + 1 / log2(3)) / 3) < 1e-6)
        #expect(abs((metrics["hr@2"]?["value"] ?? 0) - 2 / 3) < 1e-6)
    }

    @Test func equalRunsMakeEqualFiles() throws {
        let folder = try TemporaryFolder.trained()
        for name in ["one.tsv", "two.tsv"] {
            try folder.freshet("recommend", "--snapshot", "model", "--all-users", "--output", name)
        }
        #expect(try folder.read("one.tsv") == folder.read("two.tsv"))
        try folder.freshet("train", "--data", "train.tsv", "--model", "co-visitation", "--output", "again")
        #expect(try folder.bytes("model/weights.safetensors") == folder.bytes("again/weights.safetensors"))
        #expect(try folder.names() == ["again", "model", "one.tsv", "test.tsv", "train.tsv", "two.tsv"])
    }
}

extension TemporaryFolder {
    /// A folder with tiny data and a model trained on them.
    static func trained(model: String = "co-visitation") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        try folder.write(TinyData.test, to: "test.tsv")
        let result = try folder.freshet(
            "train",
            "--data",
            "train.tsv",
            "--format",
            "pairs",
            "--model",
            model,
            "--threads",
            "1",
            "--output",
            "model"
        )
        guard result.code == 0 else { throw TestFailure(message: result.errors) }
        return folder
    }
}

/// A test that cannot go on.
struct TestFailure: Error {
    let message: String
}
