import FreshetCore
import FreshetTensor

/// Changes a text a little each time that it is seen in training, so that it is not learned by heart: some words are left out,
/// others hidden.
struct TokenNoise: Sendable {
    private let deletion: Float
    private let dropout: Float
    /// What stands for a hidden token.
    private let mask: Int32
    /// How many special tokens stand around a text.
    private let frame: (before: Int, after: Int)

    /// What a training asks for; `nil` where it leaves texts as they are.
    /// - Throws: `FreshetError` of kind `usage` where the model has no token for what is hidden.
    init?(_ settings: TextTraining.Settings, _ tokenizer: Tokenizer) throws {
        guard settings.wordDeletion > 0 || settings.wordDropout > 0 else { return nil }
        (deletion, dropout) = (settings.wordDeletion, settings.wordDropout)
        mask = settings.wordDropout > 0 ? try tokenizer.requiredMask() : 0
        frame = (tokenizer.frame.before.count, tokenizer.frame.after.count)
    }

    /// The tokens of a text with some left out and some hidden; one of its own at least stays.
    func disturbed(_ tokens: [Int32], using random: inout RandomSource) -> [Int32] {
        guard tokens.count > frame.before + frame.after + 1 else { return tokens }
        let own = tokens.dropFirst(frame.before).dropLast(frame.after)
        var kept = own.filter { _ in random.uniform() >= deletion }
        if kept.isEmpty { kept = [own[own.startIndex + random.below(own.count)]] }
        let hidden = kept.map { random.uniform() < dropout ? mask : $0 }
        return tokens.prefix(frame.before) + hidden + tokens.suffix(frame.after)
    }
}

extension Tokenizer {
    /// What stands for a masked token in the models that have one.
    var mask: Int32? {
        ["[MASK]", "<mask>"].lazy.compactMap { model.vocabulary.id(of: $0.utf8) ?? rawTokens.id(of: $0) }.first
    }

    /// The same where there has to be one.
    /// - Throws: `FreshetError` of kind `usage`.
    func requiredMask() throws -> Int32 {
        guard let mask else {
            throw FreshetError(
                .usage,
                "The model has no token for a word that is hidden, such as [MASK].",
                remedy: "Take a model that learned masked words, such as BERT or RoBERTa."
            )
        }
        return mask
    }
}
