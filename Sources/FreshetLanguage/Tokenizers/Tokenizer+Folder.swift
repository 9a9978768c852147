import Foundation
import FreshetCore
import FreshetNN

extension Tokenizer {
    /// Reads the tokenizer of a model's folder.
    ///
    /// The first of these that is there: `tokenizer.json`; `vocab.txt` (WordPiece); `vocab.json` with `merges.txt` (byte-level
    /// byte-pair encoding, as of GPT-2 and RoBERTa); `merges.txt` alone, from which GPT-2's numbers follow.
    /// - Throws: `FreshetError` when none is there, or what is there is damaged or needs a step that is not known.
    public init(folder: String) throws {
        let base = URL(fileURLWithPath: folder)
        func path(_ name: String) -> String? {
            let path = base.appendingPathComponent(name).path
            return FileManager.default.fileExists(atPath: path) ? path : nil
        }
        if let file = path("tokenizer.json") {
            self = try TokenizerFile.read(file)
        } else if let words = path("vocab.txt") {
            try self.init(vocabularyFile: words, settings: path("tokenizer_config.json"))
        } else if let merges = path("merges.txt") {
            try self.init(mergesFile: merges, vocabularyFile: path("vocab.json"))
        } else {
            throw FreshetError(
                .invalidData,
                "'\(folder)' has no tokenizer.",
                remedy:
                    "Put tokenizer.json there, or vocab.txt, or vocab.json and merges.txt, as its model was published with."
            )
        }
    }

    // MARK: WordPiece

    private init(vocabularyFile: String, settings: String?) throws {
        let lines = try Self.lines(of: vocabularyFile)
        let vocabulary = Vocabulary(lines.enumerated().map { (token: $1, id: Int32($0)) })
        let settings = try settings.map { try JSONDocument.read($0) }
        let lowercases = settings?["do_lower_case"]?.truth ?? true
        let bert = BertNormalizer(
            partsIdeographs: settings?["tokenize_chinese_chars"]?.truth ?? true,
            stripsAccents: settings?["strip_accents"]?.truth ?? lowercases,
            lowercases: lowercases
        )
        let special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
        let (unknown, start, end) = (
            try vocabulary.requiredID(of: "[UNK]"), try vocabulary.requiredID(of: "[CLS]"),
            try vocabulary.requiredID(of: "[SEP]")
        )
        self.init(
            model: WordPiece(vocabulary: vocabulary, unknown: unknown),
            normalizer: TextNormalizer(steps: [.bert(bert)]),
            preTokenizer: PreTokenizer(steps: [.bert]),
            addedTokens: special.compactMap { name in
                vocabulary.id(of: name.utf8).map { AddedTokens.Token(content: Array(name.utf8), id: $0) }
            },
            frame: ([start], [end])
        )
    }

    // MARK: Byte-level byte-pair encoding

    private init(mergesFile: String, vocabularyFile: String?) throws {
        let merges = try Self.lines(of: mergesFile).enumerated()
            .filter { line in !(line.offset == 0 && line.element.starts(with: "#version".utf8)) && !line.element.isEmpty
            }
            .map { line in
                let parts = line.element.split(separator: 0x20)
                guard parts.count == 2 else {
                    throw FreshetError(.invalidData, "'\(mergesFile)', line \(line.offset + 1): not two tokens.")
                }
                return (left: Array(parts[0]), right: Array(parts[1]))
            }
        let vocabulary = try vocabularyFile.map(Self.vocabulary) ?? Self.vocabulary(of: merges)
        let special: [AddedTokens.Token] = ["<|endoftext|>", "<s>", "</s>", "<unk>", "<pad>", "<mask>"].compactMap {
            name in
            vocabulary.id(of: name.utf8)
                .map { AddedTokens.Token(content: Array(name.utf8), id: $0, takesBlanksBefore: name == "<mask>") }
        }
        var frame: (before: [Int32], after: [Int32]) = ([], [])
        if let start = vocabulary.id(of: "<s>".utf8), let end = vocabulary.id(of: "</s>".utf8) {
            frame = ([start], [end])
        }
        self.init(
            model: try BytePairEncoding(
                vocabulary: vocabulary,
                merges: merges,
                unknown: vocabulary.id(of: "<unk>".utf8)
            ),
            preTokenizer: PreTokenizer(steps: [.byteLevel(ByteLevel())]),
            addedTokens: special,
            frame: frame
        )
    }

    private static func vocabulary(_ path: String) throws -> Vocabulary {
        guard let members = try JSONDocument.read(path).members else {
            throw FreshetError(.invalidData, "'\(path)' is not an object of tokens and numbers.")
        }
        return Vocabulary(
            try members.map { member in
                guard let id = member.value.id else {
                    let name = String(decoding: member.name, as: UTF8.self)
                    throw FreshetError(.invalidData, "'\(path)' gives token '\(name)' no number.")
                }
                return (token: member.name, id: id)
            }
        )
    }

    /// GPT-2's order: the bytes that can be printed, the others, every merge's result, the end of a text.
    private static func vocabulary(of merges: [(left: [UInt8], right: [UInt8])]) -> Vocabulary {
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        let bytes = printable + (0..<256).filter { !printable.contains($0) }
        let tokens =
            bytes.map { ByteLevel.characters[$0] } + merges.map { $0.left + $0.right } + [Array("<|endoftext|>".utf8)]
        return Vocabulary(tokens.enumerated().map { (token: $1, id: Int32($0)) })
    }

    /// The lines of a file as bytes, without their ends.
    private static func lines(of path: String) throws -> [[UInt8]] {
        var lines = try FileContents.read(path).split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            Array(line.last == 0x0D ? line.dropLast() : line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
