import Foundation
import Testing

@testable import freshet

@Suite struct EncodeTests {
    private let folder: TemporaryFolder

    /// A tiny BERT of the other tests with a vocabulary.
    init() throws {
        folder = try TemporaryFolder()
        try folder.addTinyModel()
        try folder.write((0..<30).map { "w\($0 + 4) w9" }.joined(separator: "\n") + "\n", to: "texts.txt")
    }

    private func encode(_ arguments: String...) throws -> Executable.Result {
        try Executable.run(["encode", "--encoder", "./model", "--threads", "1", "-q"] + arguments, in: folder)
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }

    @Test func writesNumpysForm() throws {
        let result = try encode("--texts", "texts.txt", "--output", "out.npy")
        #expect(result.code == 0, "\(result.errors)")
        let file = try bytes("out.npy")
        let header = Int(file[8]) | Int(file[9]) << 8
        #expect((10 + header) % 64 == 0 && file.count == 10 + header + 30 * 32 * 4)
        #expect(String(decoding: file[10..<10 + header], as: UTF8.self).contains("'shape': (30, 32)"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.npy.part")))
    }

    /// What a stopped run left is not encoded again, and a row that was cut short is.
    @Test func goesOnWhereItStopped() throws {
        #expect(try encode("--texts", "texts.txt", "--output", "whole.npy").code == 0)
        let whole = try bytes("whole.npy")
        let rows = whole.suffix(30 * 32 * 4)
        let texts = (0..<30).map { "w\($0 + 4) w9" }
        let part = try ResumableRows(path: folder.path("out.npy.part"), width: 32, of: texts, by: "model")
        var marked = [Float](repeating: 7, count: 10 * 32)
        marked[0] = 8
        try part.append(marked)
        try (try bytes("out.npy.part") + Data([1, 2, 3])).write(to: URL(fileURLWithPath: folder.path("out.npy.part")))
        #expect(try encode("--texts", "texts.txt", "--output", "out.npy").code == 0)
        let resumed = try bytes("out.npy").suffix(30 * 32 * 4)
        #expect(resumed.prefix(4) == [Float(8)].withUnsafeBytes { Data($0) })
        #expect(resumed.suffix(20 * 32 * 4) == rows.suffix(20 * 32 * 4))

        // Rows of other texts are not taken.
        try ResumableRows(path: folder.path("new.npy.part"), width: 32, of: ["other"], by: "model").append(marked)
        #expect(try encode("--texts", "texts.txt", "--output", "new.npy").code == 0)
        #expect(try bytes("new.npy") == whole)
    }

    @Test func encodesACatalogue() throws {
        try folder.write("item\ttitle\na\tw5 w6\nb\tw7\n", to: "items.tsv")
        let result = try encode("--catalogue", "items.tsv", "--output", "out.safetensors")
        #expect(result.code == 0, "\(result.errors)")
        let header = String(decoding: try bytes("out.safetensors").dropFirst(8).prefix(300), as: UTF8.self)
        #expect(header.contains("\"vectors\":{") && header.contains("[2,32]") && header.contains("\"ids\":{"))
    }

    @Test func encodesInBytes() throws {
        #expect(try encode("--texts", "texts.txt", "--output", "exact.npy").code == 0)
        let result = try encode("--precision", "int8", "--texts", "texts.txt", "--output", "rounded.npy")
        #expect(result.code == 0, "\(result.errors)")
        let (exact, rounded) = (try bytes("exact.npy"), try bytes("rounded.npy"))
        #expect(exact.count == rounded.count && exact != rounded)
    }

    @Test func measuresAModel() throws {
        let command = ["models", "measure", "./model", "--texts", "texts.txt", "--seconds", "0.01", "--json"]
        let exact = try Executable.run(command, in: folder).json()
        #expect(exact["likeness"] as? Double == 1 && exact["tokensPerText"] as? Double == 4)
        let rounded = try Executable.run(command + ["--precision", "int8"], in: folder).json()
        #expect(rounded["model"] as? String == "model@int8" && (rounded["textsPerSecond"] as? Double ?? 0) > 0)
        let likeness = try #require(rounded["likeness"] as? Double)
        #expect(likeness > 0.99 && likeness < 1)
        try folder.write("\n\n", to: "empty.txt")
        let nothing = try Executable.run(["models", "measure", "./model", "--texts", "empty.txt"], in: folder)
        #expect(nothing.code == 1 && nothing.errors.contains("no texts"))
    }

    @Test func writesTokens() throws {
        try folder.write("\"w4\\nw5\"\n\"\"\n", to: "texts.jsonl")
        #expect(try encode("--texts", "texts.jsonl", "--tokens", "--output", "tokens.txt").code == 0)
        #expect(try folder.read("tokens.txt") == "2 4 5 3\n2 3\n")
    }

    @Test(
        arguments: [
            (["--output", "out.npy"], 64),
            (["--texts", "texts.txt", "--catalogue", "x", "--output", "out.npy"], 64),
            (["--texts", "texts.txt", "--output", "out.bin"], 64),
            (["--texts", "none.txt", "--output", "out.npy"], 1),
        ] as [([String], Int32)]
    )
    func saysWhatIsWrong(arguments: [String], code: Int32) throws {
        let result = try Executable.run(["encode", "--encoder", "./model"] + arguments, in: folder)
        #expect(result.code == code && !result.isCrash, "\(result.errors)")
    }

    @Test func aHybridReadsACatalogue() throws {
        try folder.write(TinyData.training, to: "train.tsv")
        try folder.write("item\ttitle\nnew\tw5 w6\nitem-1\tw5 w6\nitem-2\tw7\n", to: "items.tsv")
        let result = try Executable.run(
            ["train", "--data", "train.tsv", "--catalogue", "items.tsv", "--encoder", "./model", "--model", "content"]
                + ["--output", "out", "--threads", "1"],
            in: folder
        )
        #expect(result.code == 0, "\(result.errors)")
        let lists = try folder.freshet("recommend", "--snapshot", "out", "--all-users", "--count", "100")
        #expect(lists.output.contains("new"), "\(lists.output.prefix(300))")
        let blind = try Executable.run(
            ["train", "--data", "train.tsv", "--catalogue", "items.tsv", "--encoder", "none", "--model", "content"]
                + ["--output", "blind"],
            in: folder
        )
        #expect(blind.code == 64 && blind.errors.contains("--catalogue"))
    }
}
