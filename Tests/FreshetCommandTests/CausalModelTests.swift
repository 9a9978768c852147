import Foundation
import Testing

@testable import freshet

/// What a causal model is for: going on with texts, ranking titles, composing answers.
@Suite struct CausalModelTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.addTinyCausalModel()
    }

    private func generate(_ arguments: String...) throws -> Executable.Result {
        try Executable.run(["models", "generate"] + arguments, in: folder)
    }

    @Test func goesOnWithAText() throws {
        let greedy = try generate("./gpt2", "--prompt", "the lamp", "--tokens", "20", "--json")
        #expect(greedy.code == 0, "\(greedy.errors)")
        let report = try greedy.json()
        #expect(report["model"] as? String == "gpt2" && report["prompt"] as? String == "the lamp")
        #expect(try generate("./gpt2", "--prompt", "the lamp", "--tokens", "20", "--json").output == greedy.output)
        let drawn = { (seed: String) in
            try generate("./gpt2@int8", "--prompt", "the lamp", "--temperature", "2", "--top-k", "0", "--seed", seed)
                .output
        }
        let first = try drawn("1")
        #expect(try drawn("1") == first)
        #expect(try drawn("2") != first)
    }

    @Test func measuresHowFastItMakesTokens() throws {
        try folder.write("the lamp\na spade\n", to: "texts.txt")
        let command = [
            "models", "measure", "./gpt2", "--texts", "texts.txt", "--seconds", "0.01", "--precision", "int8",
        ]
        let result = try Executable.run(command + ["--json"], in: folder)
        #expect(result.code == 0, "\(result.errors)")
        let generation = try #require(try result.json()["generation"] as? [String: Any])
        let (rate, bytes) = (generation["tokensPerSecond"] as? Double ?? 0, generation["bytesPerToken"] as? Int ?? 0)
        // Two layers of 12 C² weights and a table of 200 tokens, whose panels are filled up to 16.
        #expect(bytes == 2 * 12 * 32 * 32 + 208 * 32)
        let bandwidth = try #require(generation["memoryBandwidth"] as? Double)
        let share = try #require(generation["shareOfBandwidth"] as? Double)
        #expect(rate > 0 && abs(share - rate * Double(bytes) / bandwidth) < 1e-9)
    }

    @Test func ranksByLikelihood() throws {
        try folder.write(TinyData.training, to: "train.tsv")
        let items = (0..<TinyData.items).map { "item-\($0)\tthe \(String(repeating: "lamp ", count: $0 % 4)) no \($0)" }
        try folder.write("item\ttitle\n" + items.joined(separator: "\n") + "\n", to: "items.tsv")
        let listed = (0..<6).map { "item-\($0)" }
        try folder.write(
            "user0\t\(listed.joined(separator: ","))\nnobody\t\(listed.joined(separator: ","))\n",
            to: "recs.tsv"
        )
        func rank(_ arguments: String...) throws -> [[String]] {
            let command = [
                "models", "rank", "./gpt2", "--data", "train.tsv", "--catalogue", "items.tsv", "--recommendations",
                "recs.tsv", "--output", "out.tsv", "-q",
            ]
            let result = try Executable.run(command + arguments, in: folder)
            #expect(result.code == 0, "\(result.errors)")
            let lines = String(decoding: try folder.bytes("out.tsv"), as: UTF8.self).split(separator: "\n")
            return lines.map { $0.split(separator: "\t")[1].split(separator: ",").map(String.init) }
        }
        let all = try rank()
        #expect(all.count == 2 && Set(all[0]) == Set(listed) && all[0] != listed && all[1] == listed)
        let some = try rank("--depth", "3")
        #expect(Set(some[0][..<3]) == Set(listed[..<3]) && some[0][3...] == listed[3...])
        #expect(some[0][..<3].elementsEqual(all[0].filter { listed[..<3].contains($0) }))
        let untitled = try Executable.run(
            ["models", "rank", "./gpt2", "--data", "train.tsv", "--recommendations", "recs.tsv", "--output", "no.tsv"],
            in: folder
        )
        #expect(untitled.code == 64 && untitled.errors.contains("--catalogue"), "\(untitled.errors)")
    }

    /// The model's weights are drawn: what it says is in no note, so the best note stands, and below the threshold nothing.
    @Test func composesNothingThatIsNotKnown() throws {
        let lines = (0..<8).map { "where is thing number \($0) in this shop,It is on shelf \($0 + 10)." }
        try folder.write("question,answer\n" + lines.joined(separator: "\n") + "\n", to: "questions.csv")
        let made = try folder.freshet(
            "replies",
            "index",
            "--data",
            "questions.csv",
            "--encoder",
            "tfidf",
            "--reliability",
            "0.1",
            "--output",
            "out"
        )
        #expect(made.code == 0, "\(made.errors)")
        func ask(_ question: String, _ composer: String) throws -> [String: Any] {
            let result = try folder.freshet(
                "replies",
                "ask",
                "--replies",
                "out",
                "--question",
                question,
                "--composer",
                composer,
                "--json"
            )
            #expect(result.code == 0, "\(result.errors)")
            return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])[0]
        }
        let known = try ask("where is thing number 3 in this shop", "./gpt2")
        #expect(known["askAPerson"] as? Bool == false)
        #expect(known["answer"] as? String == "It is on shelf 13." && known["composer"] == nil, "\(known)")
        let strange = try ask("qqq zzz", "./gpt2")
        #expect(strange["askAPerson"] as? Bool == true && strange["answer"] == nil)
        #expect(try ask("where is thing number 3 in this shop", "none")["answer"] == nil)
    }

    @Test func saysWhatIsWrong() throws {
        try folder.addTinyModel()
        let both = try generate("./model", "--prompt", "w4")
        #expect(both.code == 64 && both.errors.contains("causal"), "\(both.errors)")
        let cold = try generate("./gpt2", "--prompt", "a", "--temperature", "-1")
        #expect(cold.code == 64 && cold.errors.contains("temperature"), "\(cold.errors)")
        let none = try generate("./gpt2", "--prompt", "a", "--tokens", "0")
        #expect(none.code == 64 && !none.isCrash, "\(none.errors)")
    }
}
