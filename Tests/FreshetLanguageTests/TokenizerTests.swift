import Foundation
import FreshetCore
import Testing

@testable import FreshetLanguage

/// Our tokens against those of the `tokenizers` library, as `Fixtures/make_tokenizers.py` wrote them.
@Suite struct TokenizerTests {
    private func fixture(_ name: String) throws -> (tokenizer: Tokenizer, cases: [JSONDocument]) {
        let document = try JSONDocument.read(Fixture.path("\(name).json"))
        let file = try #require(document["tokenizer"])
        return (try TokenizerFile.tokenizer(file), try #require(document["cases"]?.elements))
    }

    private func ids(_ list: JSONDocument?) -> [Int32]? { list?.elements?.compactMap(\.id) }

    /// The files ask for padding to 8 and truncation to 5, which must not happen.
    @Test(arguments: ["wordpiece", "bytes", "unigram", "bytefallback", "pieces"])
    func equalsTheReference(name: String) throws {
        let (tokenizer, cases) = try fixture(name)
        #expect(cases.count > 200)
        for entry in cases {
            let text = try #require(entry["text"]?.text)
            #expect(tokenizer.encode(text) == ids(entry["ids"]), "\(text.unicodeScalars.map(\.value))")
            #expect(
                tokenizer.encode(text, addsSpecialTokens: false) == ids(entry["bare"]),
                "\(text.unicodeScalars.map(\.value))"
            )
        }
    }

    @Test func readsVocabularyLines() throws {
        let (tokenizer, cases) = try fixture("wordpiece")
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Fixture.path("wordpiece-vocab.txt"), toPath: folder.path("vocab.txt"))
        let lines = try Tokenizer(folder: folder.path)
        #expect(lines.vocabularySize == tokenizer.vocabularySize)
        for entry in cases { #expect(lines.encode(entry["text"]?.text ?? "") == ids(entry["ids"])) }
    }

    /// `vocab.json` with `merges.txt` is the same tokenizer in the older form.
    @Test func readsVocabularyAndMerges() throws {
        let document = try JSONDocument.read(Fixture.path("bytes.json"))
        let folder = try TemporaryFolder()
        try folder.writeBytePairs(try #require(document["tokenizer"]?["model"]), adding: ["<mask>": 400])
        let tokenizer = try Tokenizer(folder: folder.path)
        for entry in try #require(document["cases"]?.elements) {
            #expect(tokenizer.encode(entry["text"]?.text ?? "") == ids(entry["ids"]))
        }
    }

    /// GPT-2's numbers follow from the merges: 256 bytes in their order, then one a merge, then the end of a text.
    @Test func numbersMergesAsGPT2() throws {
        let folder = try TemporaryFolder()
        try folder.write("#version: 0.2\nĠ t\nh e\nĠt he\n", to: "merges.txt")
        let tokenizer = try Tokenizer(folder: folder.path)
        #expect(tokenizer.encode("the the<|endoftext|>!") == [83, 257, 258, 259, 0])
        #expect(tokenizer.vocabularySize == 260)
        #expect(tokenizer.encode("é\n") == [127, 102, 198])
        #expect(tokenizer.encode("") == [])
    }

    /// `é` in one scalar and in two are equal strings to Swift, and two tokens to a vocabulary.
    @Test func keepsApartWhatUnicodeCallsEquivalent() throws {
        let tokens: [(token: [UInt8], id: Int32)] = ["[UNK]", "caf\u{E9}", "cafe\u{301}"].enumerated().map {
            (token: [UInt8]($0.element.utf8), id: Int32($0.offset))
        }
        let tokenizer = Tokenizer(
            model: WordPiece(vocabulary: Vocabulary(tokens), unknown: 0),
            preTokenizer: PreTokenizer(steps: [.bert])
        )
        #expect(tokenizer.encode("caf\u{E9} cafe\u{301}") == [1, 2])
    }

    @Test func keepsTheBeginningOfALongText() throws {
        let (tokenizer, _) = try fixture("wordpiece")
        let whole = tokenizer.encode("the garden spade's handle isn't broken")
        #expect(whole.count > 8)
        #expect(tokenizer.encode("the garden spade's handle isn't broken", limit: 8) == whole.prefix(7) + [whole.last!])
        #expect(tokenizer.encode("the garden", limit: 2) == [2, 3])
        #expect(tokenizer.encode("the garden", limit: 1) == [2])
        #expect(tokenizer.encode("the garden", addsSpecialTokens: false, limit: 0) == [])
    }

    /// A word of 100,000 characters, a megabyte of words: every step must be linear, or nearly so.
    @Test func readsHugeTexts() throws {
        let huge = String(repeating: "ab", count: 50_000)
        let (bytes, _) = try fixture("bytes")
        #expect(bytes.encode(huge).count > 10_000)
        let (pieces, _) = try fixture("wordpiece")
        #expect(pieces.encode(huge) == [2, 1, 3])
        let megabytes = String(repeating: "red heart lamp ", count: 70_000)
        #expect(pieces.encode(megabytes, limit: 128).count == 128)
    }

    @Test(arguments: ["!!! ... ???", "\u{0}\u{1}\u{2}", "   ", "👨‍👩‍👧", "\u{FFFD}\u{FFFD}"])
    func readsTextsWithoutLetters(text: String) throws {
        for name in ["wordpiece", "bytes", "unigram"] {
            let ids = try fixture(name).tokenizer.encode(text)
            #expect(ids.count >= 2 && ids.allSatisfy { 0..<500 ~= $0 })
        }
    }
}
