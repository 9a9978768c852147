import FreshetCore

/// The words, pairs of words and parts of words of a text as numbered features: a hash of each.
///
/// Parts of words find `headphone` in `headphones`, and what is misspelled. Chinese, Japanese and Korean give n-grams of
/// characters anyway; symbols and emoji are words of their own.
struct TextFeatures: Sendable {
    /// The lengths of the parts of words, in scalars, with a mark on both ends.
    private static let partLengths = 3...5
    /// A word longer than that has no more parts: an hour-long text without a blank is one word.
    private static let longestWord = 40

    private let tokenizer = WordTokenizer()

    /// The features of a text with how much each counts, in no order, some several times.
    func forEach(in text: String, _ body: (_ hash: UInt64, _ weight: Float) -> Void) {
        let words = tokenizer.tokens(in: text)
        var previous: UInt64?
        for word in words {
            let hash = Self.hash(word.utf8, kind: 1)
            body(hash, 1)
            if let previous { body(Self.mixed(previous, hash), 0.5) }
            previous = hash
            forEachPart(of: word) { body($0, 0.4) }
        }
        for scalar in text.unicodeScalars where scalar.value > 0xFF && Self.isSymbol(scalar) {
            body(Self.hash(String(scalar).utf8, kind: 3), 1)
        }
    }

    private func forEachPart(of word: String, _ body: (UInt64) -> Void) {
        let marked = [0x3C] + Array(word.utf8.prefix(4 * Self.longestWord)) + [0x3E]
        // Where every scalar begins, and the end.
        let starts = marked.indices.filter { marked[$0] & 0xC0 != 0x80 } + [marked.count]
        for length in Self.partLengths where length < starts.count {
            for first in 0..<(starts.count - length) {
                body(Self.hash(marked[starts[first]..<starts[first + length]], kind: 2))
            }
        }
    }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .otherSymbol, .mathSymbol, .currencySymbol: true
        default: false
        }
    }

    private static func hash(_ bytes: some Sequence<UInt8>, kind: UInt64) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325 ^ kind) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
        (first &* 0x9E37_79B9_7F4A_7C15 ^ second) &* 0xBF58_476D_1CE4_E5B9
    }
}
