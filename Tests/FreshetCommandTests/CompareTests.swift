import Foundation
import Testing

@testable import freshet

@Suite struct CompareTests {
    @Test func oneTableThreeCustomersAndAPage() throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        let result = try folder.freshet(
            "compare",
            "--data",
            "train.tsv",
            "--models",
            "popularity,co-visitation,co-visitation:plain",
            "--output",
            "out",
            "--resamples",
            "20",
            "--threads",
            "1"
        )
        #expect(result.code == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n").prefix(5)
        // The pattern is a ring, which only co-visitation can see.
        #expect(rows.dropFirst(2).first?.hasPrefix("co-visitation") == true, "\(result.output)")
        #expect(
            rows.last?.hasPrefix("popularity") == true && rows.last?.contains("p < 0.001") == true,
            "\(result.output)"
        )
        #expect(result.output.components(separatedBy: "Customer ").count == 4)
        #expect(try folder.read("out/report.html").hasPrefix("<!DOCTYPE html>"))
        let recommended = try folder.freshet("recommend", "--snapshot", "out/co-visitation-plain", "--user", "user3")
        #expect(recommended.code == 0, "\(recommended.errors)")
    }

    @Test func figuresAsJSON() throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        let result = try folder.freshet(
            "compare",
            "--data",
            "train.tsv",
            "--models",
            "co-visitation,popularity",
            "--output",
            "out",
            "--json",
            "-q",
            "--resamples",
            "20",
            "--threads",
            "1"
        )
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        let report = try result.json()
        #expect(report["best"] as? String == "co-visitation")
        #expect((report["results"] as? [Any])?.count == 2 && (report["training"] as? [Any])?.count == 2)
        #expect((report["comparisons"] as? [Any])?.count == 1)
    }

    @Test func choicesOfModels() throws {
        #expect(try ModelChoice("co-visitation:plain").folderName == "co-visitation-plain")
        for text in ["oracle", "co-visitation:huge", ""] {
            #expect(throws: (any Error).self) { try ModelChoice(text) }
        }
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        for (models, words) in [("popularity,popularity", "twice"), (",", "no model"), ("oracle", "Known:")] {
            let result = try folder.freshet("compare", "--data", "train.tsv", "--models", models, "--output", "out")
            #expect(result.code == 64 && result.errors.contains(words), "\(result.errors)")
        }
    }
}
