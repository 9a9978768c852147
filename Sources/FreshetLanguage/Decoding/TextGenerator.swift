import FreshetCore
import FreshetTensor

/// Goes on with a text by a causal model, and says how likely texts are to follow it.
///
/// One thread uses it.
public final class TextGenerator {
    /// What the model is called.
    public let name: String
    private let tokenizer: Tokenizer
    private let words: TokenDecoder
    private let decoder: CausalDecoder

    /// Takes a model with its tokenizer.
    /// - Throws: `FreshetError` of kind `usage` for one that is not causal.
    public init(_ encoder: TextEncoder) throws {
        decoder = try CausalDecoder(encoder.model)
        words = try TokenDecoder(encoder.tokenizer)
        (name, tokenizer) = (encoder.name, encoder.tokenizer)
    }

    /// How many tokens a text may have with what follows it.
    public var capacity: Int { decoder.count + decoder.room }

    /// The tokens of a text.
    public func tokens(of text: String) -> [Int32] { tokenizer.encode(text, addsSpecialTokens: false) }

    /// What follows a text.
    ///
    /// - Parameters:
    ///   - prompt: the text; where it is too long, its end.
    ///   - settings: how much follows, and how it is chosen.
    /// - Returns: what follows, without the first of the stops.
    /// - Throws: `FreshetError` of kind `usage` for settings out of range.
    public func text(after prompt: String, _ settings: GenerationSettings) throws -> String {
        try settings.validate()
        let prompt = tokens(of: prompt)
        // A long prompt and a long text share what there is.
        let most = min(settings.maximumTokens, max(capacity - max(prompt.count, 1), capacity / 2))
        begin(prompt, leaving: most)
        var sampler = TokenSampler(settings, vocabulary: decoder.logits.count)
        var made: [Int32] = []
        while made.count < most {
            let token = sampler.next(decoder.logits)
            if token == words.end { break }
            made.append(token)
            if !settings.stops.isEmpty, let text = text(of: made, before: settings.stops) { return text }
            if made.count < most { decoder.read(CollectionOfOne(token)) }
        }
        return words.text(of: made)
    }

    /// How likely texts are to follow another, as ``CausalDecoder/likelihoods(of:)`` says; the other is read once.
    ///
    /// - Parameters:
    ///   - candidates: the tokens of the texts.
    ///   - prompt: the tokens of the other; where they are too many, the last of them.
    /// - Returns: a number for each.
    public func likelihoods(of candidates: [[Int32]], after prompt: [Int32]) -> [Double] {
        let longest = min(candidates.map(\.count).max() ?? 0, capacity - 1)
        begin(prompt, leaving: longest)
        return decoder.likelihoods(of: candidates.map { Array($0.prefix(longest)) })
    }

    /// Reads a text anew, its end where it leaves no room for what follows.
    private func begin(_ tokens: [Int32], leaving room: Int) {
        decoder.rewind(to: 0)
        // A text that begins with nothing follows the end of another.
        decoder.read((tokens.isEmpty ? [words.end ?? 0] : tokens).suffix(capacity - room))
    }

    private func text(of tokens: [Int32], before stops: [String]) -> String? {
        let text = words.text(of: tokens)
        return stops.compactMap { text.firstRange(of: $0)?.lowerBound }.min().map { String(text[..<$0]) }
    }
}
