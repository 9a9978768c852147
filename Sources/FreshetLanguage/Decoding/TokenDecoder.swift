import FreshetCore

/// Puts a causal model's tokens together to text again.
struct TokenDecoder: Sendable {
    private static let names = ["<|endoftext|>", "</s>"]

    /// The bytes of each token; none of special ones.
    private let bytes: [[UInt8]]
    /// The token that ends a text, where the model has one.
    let end: Int32?

    /// Takes the tokens of a tokenizer.
    /// - Throws: `FreshetError` of kind `usage` for one that does not work on bytes, whose texts do not come back.
    init(_ tokenizer: Tokenizer) throws {
        let isOfBytes = tokenizer.preTokenizer.steps.contains { if case .byteLevel = $0 { true } else { false } }
        guard isOfBytes else {
            throw FreshetError(
                .usage,
                "Texts cannot be put together from the tokens of this model's tokenizer.",
                remedy: "Take a model with byte-level tokens, such as GPT-2."
            )
        }
        end =
            Self.names.lazy.compactMap {
                tokenizer.rawTokens.id(of: $0) ?? tokenizer.model.vocabulary.id(of: $0.utf8)
            }.first
        var meanings: [Unicode.Scalar: UInt8] = [:]
        for (byte, character) in ByteLevel.characters.enumerated() {
            if let scalar = String(decoding: character, as: UTF8.self).unicodeScalars.first {
                meanings[scalar] = UInt8(byte)
            }
        }
        var bytes = [[UInt8]](repeating: [], count: tokenizer.vocabularySize)
        let special = tokenizer.rawTokens.ids
        for (token, id) in tokenizer.model.vocabulary.trie.entries() where id != end && !special.contains(id) {
            bytes[Int(id)] = String(decoding: token, as: UTF8.self).unicodeScalars.compactMap { meanings[$0] }
        }
        self.bytes = bytes
    }

    /// The text of some tokens; bytes that are no character are left out.
    func text(of tokens: some Sequence<Int32>) -> String {
        var text: [UInt8] = []
        for token in tokens where bytes.indices.contains(Int(token)) { text += bytes[Int(token)] }
        return String(decoding: text, as: UTF8.self).filter { $0 != "\u{FFFD}" }
    }
}
