import Foundation
import Testing

@testable import freshet

@Suite struct TuneModelTests {
    private let folder: TemporaryFolder

    /// A tiny BERT of the other tests with a vocabulary, and a ring of items with names.
    init() throws {
        folder = try TemporaryFolder()
        try folder.addTinyModel()
        try folder.write(TinyData.training, to: "train.tsv")
        let items = (0..<TinyData.items).map { "item-\($0)\tw\($0 + 10) w\($0 + 50)" }
        try folder.write("item\ttitle\n" + items.joined(separator: "\n") + "\n", to: "items.tsv")
        try folder.write("w10 w50\nw11 w51\n", to: "texts.txt")
    }

    private func tune(_ arguments: String...) throws -> Executable.Result { try tune(words: arguments) }

    private func tune(words arguments: [String]) throws -> Executable.Result {
        let command = ["models", "tune", "./model", "--data", "train.tsv", "--threads", "1", "-q"]
        let output = arguments.contains("--output") ? [] : ["--output", "tuned"]
        return try Executable.run(command + output + arguments, in: folder)
    }

    /// What comes out is a model like any other, with other vectors.
    @Test func makesAModelOfEvents() throws {
        let result = try tune(
            "--catalogue",
            "items.tsv",
            "--tuning",
            "lora",
            "--epochs",
            "3",
            "--batch",
            "16",
            "--json"
        )
        #expect(result.code == 0, "\(result.errors)")
        let report = try result.json()
        let losses = try #require(report["losses"] as? [Double])
        #expect(losses.count == 3 && losses[2] < losses[0] && (report["pairs"] as? Int ?? 0) > 100)
        for encoder in ["model", "tuned"] {
            let encoded = try folder.freshet(
                "encode",
                "--encoder",
                "./\(encoder)",
                "--texts",
                "texts.txt",
                "--output",
                "\(encoder).npy",
                "-q"
            )
            #expect(encoded.code == 0, "\(encoded.errors)")
        }
        #expect(try folder.bytes("model.npy").count == folder.bytes("tuned.npy").count)
        #expect(try folder.bytes("model.npy") != folder.bytes("tuned.npy"))
    }

    /// Words of the catalogue that are hidden are told from the others; texts that are changed a little each time still teach.
    @Test func learnsTheWordsOfACatalogue() throws {
        let words = ["--catalogue", "items.tsv", "--objective", "masked-words", "--epochs", "30", "--batch", "8"]
        let result = try tune(words: words + ["--rate", "0.01", "--json"])
        #expect(result.code == 0, "\(result.errors)")
        let report = try result.json()
        let losses = try #require(report["losses"] as? [Double])
        #expect(losses.count == 30 && losses[29] < 0.8 * losses[0], "\(losses)")
        #expect(report["texts"] as? Int == TinyData.items && report["objective"] as? String == "masked-words")
        #expect(folder.exists("tuned/model.safetensors"))
        let noisy = [
            "--catalogue", "items.tsv", "--word-deletion", "0.2", "--word-dropout", "0.2", "--output", "noisy",
        ]
        #expect(try tune(words: noisy + ["--epochs", "1"]).code == 0)
        let wrong = try tune("--catalogue", "items.tsv", "--word-dropout", "1.5", "--output", "wrong")
        #expect(wrong.code == 64 && wrong.errors.contains("hidden"), "\(wrong.errors)")
    }

    @Test func saysWhatIsMissing() throws {
        let silent = try tune()
        #expect(silent.code == 64 && silent.errors.contains("catalogue"), "\(silent.errors)")
        let nothing = try tune("--catalogue", "items.tsv", "--tuning", "none")
        #expect(nothing.code == 64 && nothing.errors.contains("--tuning"), "\(nothing.errors)")
        #expect(!folder.exists("tuned/config.json"))
    }
}
