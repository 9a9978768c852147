import FreshetCore

/// The tokens of a model and their numbers.
struct Vocabulary: Sendable {
    /// The numbers by token.
    private(set) var trie: ByteTrie
    /// One more than the largest number.
    private(set) var size = 0
    /// How many tokens there are.
    private(set) var count = 0

    /// Creates a vocabulary of tokens with their numbers; of two equal tokens the first counts.
    init(_ tokens: some Collection<(token: [UInt8], id: Int32)>) {
        trie = ByteTrie(capacity: tokens.count * 4)
        for (token, id) in tokens { add(token, id) }
    }

    /// Adds a token unless it is there.
    mutating func add(_ token: [UInt8], _ id: Int32) {
        guard trie.insert(token, id) else { return }
        size = max(size, Int(id) + 1)
        count += 1
    }

    /// The number of a token, or `nil`.
    func id(of token: some Sequence<UInt8>) -> Int32? {
        let id = trie.value(of: token)
        return id < 0 ? nil : id
    }

    /// The number of a token that has to be there.
    func requiredID(of token: String) throws -> Int32 {
        guard let id = id(of: token.utf8) else {
            throw FreshetError(.invalidData, "The tokenizer's vocabulary has no token '\(token)'.")
        }
        return id
    }
}

/// Cuts a word into tokens.
protocol TokenModel: Sendable {
    /// The tokens.
    var vocabulary: Vocabulary { get }
    /// Adds the tokens of a word.
    func appendTokens(of word: ArraySlice<UInt8>, to ids: inout [Int32])
}
