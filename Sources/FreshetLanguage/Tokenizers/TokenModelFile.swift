import Foundation
import FreshetCore

/// Base 64.
enum Base64 {
    static func decoded(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }
}

/// Reads the part of `tokenizer.json` that cuts words into tokens.
enum TokenModelFile {
    static func model(_ model: JSONDocument) throws -> any TokenModel {
        switch model["type"]?.text ?? guessedType(of: model) {
        case "WordPiece": return try wordPiece(model)
        case "BPE": return try bytePairs(model)
        case "Unigram": return try unigram(model)
        case let type: throw TokenizerFile.unsupported("a model of type '\(type)'")
        }
    }

    /// Old files do not say the type.
    private static func guessedType(of model: JSONDocument) -> String {
        model["merges"] != nil ? "BPE" : model["vocab"]?.elements != nil ? "Unigram" : "WordPiece"
    }

    private static func vocabulary(_ model: JSONDocument) throws -> Vocabulary {
        guard let members = model["vocab"]?.members, !members.isEmpty else {
            throw TokenizerFile.damage("its model has no vocabulary.")
        }
        return Vocabulary(
            try members.map { member in
                guard let id = member.value.id else {
                    let name = String(decoding: member.name, as: UTF8.self)
                    throw TokenizerFile.damage("its vocabulary gives '\(name)' no number.")
                }
                return (token: member.name, id: id)
            }
        )
    }

    private static func wordPiece(_ model: JSONDocument) throws -> WordPiece {
        let vocabulary = try vocabulary(model)
        return WordPiece(
            vocabulary: vocabulary,
            unknown: try vocabulary.requiredID(of: model["unk_token"]?.text ?? "[UNK]"),
            continuingPrefix: model["continuing_subword_prefix"]?.bytes ?? Array("##".utf8),
            longestWord: model["max_input_chars_per_word"]?.id.map(Int.init) ?? 100
        )
    }

    private static func bytePairs(_ model: JSONDocument) throws -> BytePairEncoding {
        for field in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = model[field]?.text, !affix.isEmpty { throw TokenizerFile.unsupported("\(field) '\(affix)'") }
        }
        let vocabulary = try vocabulary(model)
        return try BytePairEncoding(
            vocabulary: vocabulary,
            merges: try (model["merges"]?.elements ?? []).map(merge),
            unknown: try model["unk_token"]?.text.map(vocabulary.requiredID),
            fusesUnknown: model["fuse_unk"]?.truth ?? false,
            byteTokens: byteTokens(model, vocabulary),
            takesWholeWords: model["ignore_merges"]?.truth ?? false
        )
    }

    /// Two tokens: as an array, or in older files as a text with a blank between them.
    private static func merge(_ merge: JSONDocument) throws -> (left: [UInt8], right: [UInt8]) {
        let parts = merge.elements?.compactMap(\.bytes) ?? merge.bytes?.split(separator: 0x20).map(Array.init) ?? []
        guard parts.count == 2 else { throw TokenizerFile.damage("a merge is not two tokens.") }
        return (parts[0], parts[1])
    }

    private static func unigram(_ model: JSONDocument) throws -> Unigram {
        let entries = try (model["vocab"]?.elements ?? []).map { entry in
            guard let token = entry.elements?.first?.bytes, let score = entry.elements?.last?.double else {
                throw TokenizerFile.damage("a token of its vocabulary lacks its text or its score.")
            }
            return (token: token, score: score)
        }
        guard let unknown = model["unk_id"]?.id, entries.indices.contains(Int(unknown)) else {
            throw TokenizerFile.damage("it says no number of the unknown token.")
        }
        let vocabulary = Vocabulary(entries.enumerated().map { (token: $1.token, id: Int32($0)) })
        return Unigram(
            vocabulary: vocabulary,
            scores: entries.map(\.score),
            unknown: unknown,
            byteTokens: byteTokens(model, vocabulary)
        )
    }

    /// The tokens `<0x00>` to `<0xFF>`, where the file wants them and has them all.
    private static func byteTokens(_ model: JSONDocument, _ vocabulary: Vocabulary) -> [Int32]? {
        guard model["byte_fallback"]?.truth == true else { return nil }
        let tokens = (0..<256).compactMap { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.id(of: "<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8)
        }
        return tokens.count == 256 ? tokens : nil
    }
}
