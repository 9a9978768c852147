import FreshetCore

/// Cuts text into the numbered tokens that a language model reads, exactly as the model was trained with.
///
/// A text goes through the steps of its model's files: special tokens are found in it, the rest is normalized, cut into words,
/// and the words into tokens. Everything works on bytes and Unicode scalars: Swift's strings call `é` and `e` with an accent
/// equal, and vocabularies do not. What a file says about padding and truncation is ignored; batches are packed.
public struct Tokenizer: Sendable {
    let rawTokens: AddedTokens
    let normalizedTokens: AddedTokens
    let normalizer: TextNormalizer
    let preTokenizer: PreTokenizer
    let model: any TokenModel
    /// The special tokens around a text, such as `[CLS]` and `[SEP]`.
    let frame: (before: [Int32], after: [Int32])
    /// One more than the largest number of a token: the rows that a model's table of embeddings must have.
    public let vocabularySize: Int

    init(
        model: any TokenModel,
        normalizer: TextNormalizer = TextNormalizer(),
        preTokenizer: PreTokenizer = PreTokenizer(),
        addedTokens: [AddedTokens.Token] = [],
        frame: (before: [Int32], after: [Int32]) = ([], [])
    ) {
        self.model = model
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.frame = frame
        rawTokens = AddedTokens(addedTokens.filter { !$0.isNormalized })
        normalizedTokens = AddedTokens(
            addedTokens.filter(\.isNormalized).map { token in
                var token = token
                token.content = Array(normalizer.normalized(token.content[...]))
                return token
            }
        )
        let added = addedTokens.map { Int($0.id) + 1 }.max() ?? 0
        vocabularySize = max(model.vocabulary.size, added)
    }

    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: any text; an empty one has only the special tokens.
    ///   - addsSpecialTokens: whether the special tokens are put around it.
    ///   - limit: how many tokens there are at most, special ones included; those of the beginning stay.
    /// - Returns: the numbers of the tokens.
    public func encode(_ text: String, addsSpecialTokens: Bool = true, limit: Int = .max) -> [Int32] {
        let (before, after) = addsSpecialTokens ? frame : ([], [])
        let room = max(limit - before.count - after.count, 0)
        var ids = before
        appendTokens(of: Array(text.utf8)[...], to: &ids, limit: limit == .max ? .max : before.count + room)
        ids += after
        return ids.count <= limit ? ids : Array(ids.prefix(limit))
    }

    private func appendTokens(of text: ArraySlice<UInt8>, to ids: inout [Int32], limit: Int) {
        reading: for part in rawTokens.parts(of: text) {
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text):
                let isFirst = text.startIndex == 0
                for part in normalizedTokens.parts(of: normalizer.normalized(text)) {
                    switch part {
                    case .token(let id): ids.append(id)
                    case .text(let text):
                        for word in preTokenizer.words(in: text, isFirst: isFirst && text.startIndex == 0) {
                            model.appendTokens(of: word, to: &ids)
                            if ids.count >= limit { break reading }
                        }
                    }
                }
            }
            if ids.count >= limit { break }
        }
        if ids.count > limit { ids.removeSubrange(limit...) }
    }
}
