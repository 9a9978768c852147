import FreshetTensor

/// Puts a text in other words, roughly: some words are dropped, others replaced by words of other texts.
public struct TextNoise: Sendable {
    /// The chance that a word is dropped.
    public var dropped = 0.3
    /// The chance that another is put in a word's place.
    public var replaced = 0.2
    private let words: [String]

    /// Takes the words that replace others from a collection; a word of many texts comes more often.
    public init(wordsOf texts: [String]) {
        words = texts.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    }

    /// A text in other words; one word of it at least stays.
    public func disturbed(_ text: String, using random: inout RandomSource) -> String {
        let own = text.split(whereSeparator: \.isWhitespace).map(String.init)
        var result: [String] = []
        for word in own {
            let chance = Double(random.uniform())
            if chance < dropped { continue }
            let isReplaced = chance < dropped + replaced && !words.isEmpty
            result.append(isReplaced ? words[random.below(words.count)] : word)
        }
        return result.isEmpty ? own.first ?? "" : result.joined(separator: " ")
    }
}
