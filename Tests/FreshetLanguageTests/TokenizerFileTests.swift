import Foundation
import FreshetCore
import Testing

@testable import FreshetLanguage

/// Files that are missing, damaged or ask for what is not known: each a clear error.
@Suite struct TokenizerFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func anEmptyFolderHasNoTokenizer() {
        let error = #expect(throws: FreshetError.self) { try Tokenizer(folder: folder.path) }
        #expect(error?.kind == .invalidData && error?.remedy?.contains("tokenizer.json") == true)
    }

    @Test(arguments: [
        ("", "JSON"),
        ("{", "JSON"),
        ("{}", "no model"),
        (#"{"model":{"type":"WordLevel","vocab":{"a":0}}}"#, "WordLevel"),
        (#"{"model":{"type":"WordPiece","vocab":{}}}"#, "vocabulary"),
        (#"{"model":{"type":"WordPiece","vocab":{"a":0}}}"#, "[UNK]"),
        (#"{"model":{"type":"WordPiece","vocab":{"[UNK]":-1}}}"#, "[UNK]"),
        (#"{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}"#, "Merge 1"),
        (#"{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a"]}}"#, "merge"),
        (#"{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}}"#, "</w>"),
        (#"{"model":{"type":"Unigram","vocab":[["a"]],"unk_id":0}}"#, "score"),
        (#"{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":3}}"#, "unknown"),
        (#"{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":0},"normalizer":{"type":"Nmt"}}"#, "Nmt"),
        (
            #"{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":0},"normalizer":{"type":"Precompiled","precompiled_charsmap":"//8="}}"#,
            "character map"
        ),
        (
            #"{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":0},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"."}}}"#,
            "Split"
        ),
        (
            #"{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":0},"added_tokens":[{"content":"x"}]}"#,
            "added token"
        ),
        (
            #"{"model":{"type":"Unigram","vocab":[["a",-1]],"unk_id":0},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}]}}"#,
            "template"
        ),
        (String(repeating: "[", count: 100_000), "levels"),
    ])
    func saysWhatIsWrong(text: String, hint: String) throws {
        try folder.write(text, to: "tokenizer.json")
        let error = #expect(throws: FreshetError.self) { try Tokenizer(folder: folder.path) }
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("tokenizer.json") == true)
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
    }

    /// A character map whose trie leads out of itself.
    @Test func aHostileCharacterMapStaysInside() throws {
        let unit: UInt32 = 0x7FFF_FC00 | 0x100
        let trie = withUnsafeBytes(of: unit.littleEndian) { Array($0) }
        let map = try CharacterMap([4, 0, 0, 0] + trie + Array("x\0".utf8))
        #expect(Array(map.applied(to: Array("abc é".utf8)[...])) == Array("abc é".utf8))
    }

    @Test func mergesNeedTwoTokensALine() throws {
        try folder.write("a b\nc\n", to: "merges.txt")
        let error = #expect(throws: FreshetError.self) { try Tokenizer(folder: folder.path) }
        #expect(error?.message.contains("line 2") == true)
    }

    @Test func linesNeedTheSpecialTokens() throws {
        try folder.write("a\nb\n", to: "vocab.txt")
        let error = #expect(throws: FreshetError.self) { try Tokenizer(folder: folder.path) }
        #expect(error?.message.contains("[UNK]") == true)
    }
}
