/// WordPiece (Schuster and Nakajima, 2012; as in BERT): the longest token at the start of what is left, again and again.
struct WordPiece: TokenModel {
    let vocabulary: Vocabulary
    /// What stands for a word that cannot be built.
    let unknown: Int32
    /// A word of more scalars is unknown.
    let longestWord: Int
    /// Where the tokens stand in the trie that go on in a word, or `-1` when there are none.
    private let continuation: Int32

    init(vocabulary: Vocabulary, unknown: Int32, continuingPrefix: [UInt8] = Array("##".utf8), longestWord: Int = 100) {
        self.vocabulary = vocabulary
        self.unknown = unknown
        self.longestWord = longestWord
        continuation = vocabulary.trie.node(of: continuingPrefix)
    }

    func appendTokens(of word: ArraySlice<UInt8>, to ids: inout [Int32]) {
        let start = ids.count
        guard word.count <= longestWord || word.scalarCount <= longestWord else { return ids.append(unknown) }
        var rest = word
        var node = ByteTrie.root
        while !rest.isEmpty {
            guard node >= 0, let (id, length) = vocabulary.trie.longestPrefix(of: rest, from: node), length > 0 else {
                ids.removeSubrange(start...)
                return ids.append(unknown)
            }
            ids.append(id)
            rest = rest.dropFirst(length)
            node = continuation
        }
    }
}
