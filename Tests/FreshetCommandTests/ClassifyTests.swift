import Foundation
import Testing

@testable import freshet

@Suite struct ClassifyTests {
    private let folder: TemporaryFolder

    /// Texts whose label is in their first word, and a tiny BERT of the other tests with a vocabulary.
    init() throws {
        folder = try TemporaryFolder()
        try folder.addTinyModel()
        let rows = (0..<40).map { "w\($0 % 2 + 4) w\($0 + 20) w9,\($0 % 2 == 0 ? "even" : "odd")" }
        try folder.write("text,label\n" + rows.joined(separator: "\n") + "\n", to: "texts.csv")
        try folder.write("w4 w100\n\nw5 w101\n", to: "new.txt")
    }

    private func train(_ arguments: String...) throws -> Executable.Result {
        let command = ["classify", "train", "--data", "texts.csv", "--output", "out", "--threads", "1", "-q", "--json"]
        return try Executable.run(command + arguments, in: folder)
    }

    @Test func theLightEncoderNeedsNoModel() throws {
        let trained = try train("--encoder", "light", "--held-out", "0.2")
        #expect(trained.code == 0, "\(trained.errors)")
        let report = try trained.json()
        #expect(report["encoder"] as? String == "light" && report["classes"] as? Int == 2)
        #expect((report["heldOut"] as? [String: Any])?["accuracy"] as? Double == 1)
        #expect(try folder.read("out/report.json").contains("\"macroF1\""))

        let measured = try folder.freshet("classify", "evaluate", "--classifier", "out", "--data", "texts.csv")
        #expect(measured.code == 0 && measured.output.contains("40 texts: accuracy 1.0000"), "\(measured.output)")
        let predicted = try folder.freshet("classify", "predict", "--classifier", "out", "--texts", "new.txt")
        let lines = predicted.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("even\t") && lines[2].hasPrefix("odd\t"), "\(predicted.output)")
        let both = try folder.freshet("classify", "predict", "--classifier", "out", "--texts", "new.txt", "--top", "2")
        #expect(both.output.split(separator: "\n").allSatisfy { $0.split(separator: "\t").count == 4 })
    }

    @Test func aModelIsTunedByAdapters() throws {
        let trained = try train(
            "--encoder",
            "./model",
            "--tuning",
            "lora",
            "--rank",
            "2",
            "--epochs",
            "30",
            "--rate",
            "0.01"
        )
        #expect(trained.code == 0, "\(trained.errors)")
        let report = try trained.json()
        let losses = try #require(report["losses"] as? [Double])
        #expect(losses.count == 30 && losses[29] < losses[0])
        #expect(report["tuning"] as? String == "lora, rank 2")
        let size = try folder.bytes("out/classifier.safetensors").count
        let whole = try folder.bytes("model/model.safetensors").count
        #expect(2 * size < whole, "\(size) of \(whole) bytes")
        let measured = try folder.freshet(
            "classify",
            "evaluate",
            "--classifier",
            "out",
            "--data",
            "texts.csv",
            "--json"
        )
        #expect((try measured.json()["accuracy"] as? Double ?? 0) > 0.9, "\(measured.output.prefix(200))")
        // Without its model the classifier is of no use, and says so.
        try FileManager.default.removeItem(atPath: folder.path("model"))
        let alone = try folder.freshet("classify", "predict", "--classifier", "out", "--texts", "new.txt")
        #expect(alone.code != 0 && !alone.isCrash && alone.errors.contains("model"))
    }

    @Test(
        arguments: [
            (["--encoder", "light", "--tuning", "all"], 64, "tuned"),
            (["--encoder", "nowhere"], 64, "nowhere"),
            (["--encoder", "light", "--text-column", "body"], 64, "body"),
            (["--encoder", "light", "--held-out", "1"], 64, "held-out"),
            (["--encoder", "light", "--epochs", "0"], 64, "epochs"),
            (["--encoder", "./model", "--tuning", "lora", "--matrices", "query,keys"], 64, "keys"),
            (["--encoder", "./model", "--tuning", "last", "--layers", "9"], 64, "9 layers"),
            (["--encoder", "light", "--label-column", "text"], 1, "labels"),
        ] as [([String], Int32, String)]
    )
    func saysWhatIsWrong(arguments: [String], code: Int32, hint: String) throws {
        let command = ["classify", "train", "--data", "texts.csv", "--output", "out", "-q"]
        let result = try Executable.run(command + arguments, in: folder)
        #expect(result.code == code && !result.isCrash && result.errors.contains(hint), "\(result.errors)")
        #expect(!folder.exists("out/classifier.safetensors"))
    }

    @Test func refusesAFolderThatIsNone() throws {
        let result = try folder.freshet("classify", "predict", "--classifier", "nowhere", "--texts", "new.txt")
        #expect(result.code == 1 && result.errors.contains("nowhere"))
    }

    @Test func helpShowsAnExample() throws {
        for command in ["train", "evaluate", "predict"] {
            let help = try folder.freshet("classify", command, "--help")
            #expect(help.code == 0 && help.output.contains("  freshet classify \(command) "), "\(help.output)")
        }
    }
}
