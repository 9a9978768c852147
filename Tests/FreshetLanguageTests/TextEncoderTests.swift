import Foundation
import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct TextEncoderTests {
    private static let texts = [
        "red heart lamp", "", "garden spade", "我爱北京", "red heart lamp", "handle", "!!", "a b c d e f g",
    ]

    @Test(arguments: [1, 3]) func aVectorDoesNotDependOnTheOthers(threads: Int) throws {
        let encoder = try Fixture.encoder()
        let pool = ThreadPool(threads: threads)
        let together = encoder.vectors(of: Self.texts, on: pool)
        #expect(together.count == Self.texts.count * encoder.width)
        for (row, text) in Self.texts.enumerated() {
            let alone = encoder.vectors(of: [text], on: pool)
            let vector = together[row * encoder.width..<(row + 1) * encoder.width]
            for (a, b) in zip(vector, alone) { #expect(abs(a - b) < 1e-5) }
            #expect(abs(alone.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        #expect(encoder.vectors(of: [], on: pool).isEmpty)
    }

    @Test func poolsTheFirstAndTheLastToken() throws {
        let pool = ThreadPool(threads: 1)
        let texts = ["red heart", "red spade"]
        for pooling in [TextEncoder.Pooling.first, .last] {
            let encoder = try Fixture.encoder(pooling: pooling)
            let tokens = PackedTokens(for: encoder.model.configuration)
            tokens.append(encoder.tokens(of: texts[0]))
            let tape = Tape()
            let states = tape.normalizeRows(encoder.model.states(of: tokens, on: tape)).array
            let row = pooling == .first ? 0 : tokens.count - 1
            let vector = encoder.vectors(of: texts, on: pool).prefix(4)
            for (a, b) in zip(vector, states[row * 4..<row * 4 + 4]) { #expect(abs(a - b) < 1e-5) }
        }
    }

    /// A causal model without special tokens finds nothing in an empty text.
    @Test func aTextWithoutTokensHasZeros() throws {
        let encoder = try Fixture.encoder(.gpt2, pooling: .last, tokenizer: "bytefallback", vocabulary: 500)
        let vectors = encoder.vectors(of: ["", "a"], on: ThreadPool(threads: 1))
        #expect(vectors.prefix(4).allSatisfy { $0 == 0 } && vectors.suffix(4).contains { $0 != 0 })
    }

    @Test func longTextsAreCut() throws {
        let encoder = try Fixture.encoder()
        #expect(encoder.tokens(of: String(repeating: "red ", count: 100_000)).count == 40)
        let text = String(repeating: "red ", count: 1000)
        let vectors = encoder.vectors(of: [text], on: ThreadPool(threads: 1))
        #expect(vectors.allSatisfy { $0.isFinite })
    }

    /// Ten megabytes: words, one word without an end, no letters at all, nothing but blanks.
    @Test(arguments: ["red ", "x", "!?", "😀", "\n"]) func readsTheBeginningOfHugeTexts(piece: String) throws {
        let encoder = try Fixture.encoder()
        let huge = String(repeating: piece, count: 10_000_000 / piece.utf8.count)
        let beginning = String(repeating: piece, count: 2000)
        #expect(encoder.tokens(of: huge) == encoder.tokens(of: beginning))
        let vectors = encoder.vectors(of: [huge, "red"], on: ThreadPool(threads: 1))
        #expect(vectors.allSatisfy(\.isFinite) && vectors.suffix(4).contains { $0 != 0 })
    }

    @Test func refusesTheTokenizerOfAnotherModel() throws {
        for vocabulary in [200, 1000] {
            let error = #expect(throws: FreshetError.self) { try Fixture.encoder(vocabulary: vocabulary) }
            #expect(error?.message.contains("do not belong together") == true)
        }
    }

    /// What a folder says of pooling, length and normalisation counts.
    @Test func readsAFolder() throws {
        let folder = try TemporaryFolder()
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(atPath: Fixture.path("bert-tiny/\(name)"), toPath: folder.path(name))
        }
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + (4..<200).map { "w\($0)" }
        try folder.write(words.joined(separator: "\n"), to: "vocab.txt")
        let plain = try TextEncoder(folder: folder.path)
        #expect(plain.pooling == .mean && plain.isNormalized && plain.maximumLength == 64)

        try folder.write(#"[{"type":"sentence_transformers.models.Transformer"}]"#, to: "modules.json")
        try folder.write(#"{"max_seq_length":16}"#, to: "sentence_bert_config.json")
        try FileManager.default.createDirectory(atPath: folder.path("1_Pooling"), withIntermediateDirectories: true)
        try folder.write(#"{"pooling_mode_cls_token":true}"#, to: "1_Pooling/config.json")
        let sentence = try TextEncoder(folder: folder.path)
        #expect(sentence.pooling == .first && !sentence.isNormalized && sentence.maximumLength == 16)
        try folder.write(#"{"pooling_mode_max_tokens":true}"#, to: "1_Pooling/config.json")
        #expect(throws: FreshetError.self) { try TextEncoder(folder: folder.path) }
    }
}
