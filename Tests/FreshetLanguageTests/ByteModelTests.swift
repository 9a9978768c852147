import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLanguage

/// Models whose numbers are bytes.
@Suite struct ByteModelTests {
    private static let names = ["bert-tiny", "distilbert-tiny", "roberta-tiny", "xlm-roberta-tiny", "gpt2-tiny"]

    private func tokens(for configuration: LanguageModelConfiguration) -> PackedTokens {
        let tokens = PackedTokens(for: configuration)
        tokens.append([5, 9, 2, 7, 7, 30, 41, 8])
        tokens.append([3])
        tokens.append([11, 12, 13])
        return tokens
    }

    /// The numbers of the last layer, taken while their pass still holds them.
    private func states(_ model: LanguageModel, _ tokens: PackedTokens) -> [Float] {
        let tape = Tape()
        return withExtendedLifetime(tape) { model.states(of: tokens, on: tape).array }
    }

    private func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
        let dot = { (x: ArraySlice<Float>, y: ArraySlice<Float>) in zip(x, y).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }

    /// The order and the transposition of every matrix must be right for this.
    @Test(arguments: names) func bytesSayNearlyTheSame(name: String) throws {
        let exact = try LanguageModel(folder: Fixture.path(name))
        let bytes = try LanguageModel(folder: Fixture.path(name), precision: .int8)
        #expect(exact.precision == .float32 && bytes.precision == .int8)
        let tokens = tokens(for: exact.configuration)
        let (a, b) = (states(exact, tokens), states(bytes, tokens))
        let C = exact.configuration.width
        #expect(a != b && a.count == tokens.count * C)
        for row in 0..<tokens.count {
            let range = row * C..<(row + 1) * C
            #expect(cosine(a[range], b[range]) > 0.99, "token \(row) of \(name)")
        }
    }

    /// Read from its files column by column, or rounded after it was read.
    @Test(arguments: names) func roundingAModelIsReadingItInBytes(name: String) throws {
        let read = try LanguageModel(folder: Fixture.path(name), precision: .int8)
        let rounded = try LanguageModel(folder: Fixture.path(name)).rounded()
        let tokens = tokens(for: read.configuration)
        #expect(states(read, tokens) == states(rounded, tokens))
        #expect(read.parameters.parameters.isEmpty && rounded.parameters.parameters.isEmpty)
    }

    @Test func aCausalModelInBytesSaysWhatComesNext() throws {
        let exact = try LanguageModel(folder: Fixture.path("gpt2-tiny"))
        let bytes = exact.rounded()
        let tokens = tokens(for: exact.configuration)
        let logits = [exact, bytes].map { model in
            let tape = Tape()
            return withExtendedLifetime(tape) {
                model.logits(of: model.states(of: tokens, on: tape), on: tape).array
            }
        }
        #expect(logits[0].count == tokens.count * exact.configuration.vocabulary)
        #expect(cosine(logits[0][...], logits[1][...]) > 0.99)
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        let folder = try TemporaryFolder()
        for name in ["embeddings.word_embeddings.weight", "encoder.layer.1.output.dense.weight"] {
            var checkpoint = try Checkpoint.mapped(from: Fixture.path("bert-tiny/model.safetensors"))
            let shape = try #require(checkpoint.arrays[name]?.shape)
            var numbers = try #require(checkpoint.arrays[name]?.floats())
            numbers[numbers.count - 1] = .nan
            checkpoint.arrays[name] = StoredArray(numbers, shape: shape)
            try checkpoint.write(to: folder.path("model.safetensors"))
            try String(contentsOfFile: Fixture.path("bert-tiny/config.json"), encoding: .utf8).write(
                toFile: folder.path("config.json"),
                atomically: true,
                encoding: .utf8
            )
            let error = #expect(throws: FreshetError.self) {
                try LanguageModel(folder: folder.path, precision: .int8)
            }
            #expect(error?.message.contains(name) == true && error?.message.contains("not finite") == true)
        }
    }

    /// Vectors of different precisions are never mixed: their names differ.
    @Test func theNameOfAnEncoderSaysHowExactItIs() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Fixture.path("bert-tiny"), toPath: folder.path("published"))
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + (4..<200).map { "w\($0)" }
        try folder.write(words.joined(separator: "\n"), to: "published/vocab.txt")
        let store = ModelStore(folder: folder.path("models"))
        try store.add(folder.path("published"), as: "tiny")

        #expect(try store.encoder(named: "tiny").name == "tiny")
        #expect(try store.encoder(named: "tiny", precision: .int8).name == "tiny@int8")
        let bytes = try store.encoder(named: "tiny@int8")
        #expect(bytes.name == "tiny@int8" && bytes.model.precision == .int8)
        #expect(try store.encoder(named: folder.path("published") + "@int8").name == "published@int8")
        #expect(try EncoderChoice(precision: .int8, in: store).name == "tiny@int8")
        try store.check("tiny@int8")
        let error = #expect(throws: FreshetError.self) { try store.encoder(named: "tiny@int2") }
        #expect(error?.kind == .usage)
    }
}
