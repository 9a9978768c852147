/// Tokens that are found in the text itself before anything cuts it, such as `[MASK]`.
struct AddedTokens: Sendable {
    /// One of them.
    struct Token: Sendable, Equatable {
        /// As it stands in the text.
        var content: [UInt8]
        /// Its number.
        var id: Int32
        /// Whether white space before it belongs to it.
        var takesBlanksBefore = false
        /// Whether white space after it belongs to it.
        var takesBlanksAfter = false
        /// Whether it counts only between characters that are not parts of words.
        var standsAlone = false
        /// Whether it is looked for in the normalized text.
        var isNormalized = false
    }

    /// A part of a text.
    enum Part: Equatable {
        case text(ArraySlice<UInt8>)
        case token(Int32)
    }

    private let tokens: [Token]
    private var trie = ByteTrie()
    private var firstBytes = [Bool](repeating: false, count: 256)

    /// Creates a finder of tokens; empty ones are never found.
    init(_ tokens: [Token]) {
        self.tokens = tokens
        for (index, token) in tokens.enumerated() where !token.content.isEmpty {
            _ = trie.insert(token.content, Int32(index))
            firstBytes[Int(token.content[0])] = true
        }
    }

    /// Their numbers.
    var ids: Set<Int32> { Set(tokens.map(\.id)) }

    /// The number of a token, or `nil`.
    func id(of token: String) -> Int32? { tokens.first { $0.content.elementsEqual(token.utf8) }?.id }

    /// Cuts a text at the tokens in it: the leftmost first, and of those the longest.
    func parts(of text: ArraySlice<UInt8>) -> [Part] {
        if tokens.isEmpty { return text.isEmpty ? [] : [.text(text)] }
        var parts: [Part] = []
        var (start, index) = (text.startIndex, text.startIndex)
        while index < text.endIndex {
            guard firstBytes[Int(text[index])], let (number, length) = trie.longestPrefix(of: text[index...]) else {
                index += 1
                continue
            }
            let token = tokens[Int(number)]
            var place = index..<(index + length)
            guard !token.standsAlone || Self.standsAlone(place, in: text) else {
                index = place.upperBound
                continue
            }
            if token.takesBlanksBefore {
                place = Self.blanksBefore(place.lowerBound, from: start, in: text)..<place.upperBound
            }
            if token.takesBlanksAfter { place = place.lowerBound..<Self.blanksAfter(place.upperBound, in: text) }
            if place.lowerBound > start { parts.append(.text(text[start..<place.lowerBound])) }
            parts.append(.token(token.id))
            (start, index) = (place.upperBound, place.upperBound)
        }
        if start < text.endIndex { parts.append(.text(text[start...])) }
        return parts
    }

    private static func blanksBefore(_ index: Int, from start: Int, in text: ArraySlice<UInt8>) -> Int {
        var first = index
        while first > start {
            var previous = first - 1
            while previous > start, text[previous] & 0xC0 == 0x80 { previous -= 1 }
            guard ScalarTraits.of(text.scalar(at: previous).scalar).contains(.blank) else { break }
            first = previous
        }
        return first
    }

    private static func blanksAfter(_ index: Int, in text: ArraySlice<UInt8>) -> Int {
        var end = index
        while end < text.endIndex {
            let (scalar, next) = text.scalar(at: end)
            guard ScalarTraits.of(scalar).contains(.blank) else { break }
            end = next
        }
        return end
    }

    private static func standsAlone(_ place: Range<Int>, in text: ArraySlice<UInt8>) -> Bool {
        func isWord(_ scalar: Unicode.Scalar) -> Bool {
            let traits = ScalarTraits.of(scalar)
            return traits.contains(.letter) || traits.contains(.number) || scalar == "_"
        }
        if place.upperBound < text.endIndex, isWord(text.scalar(at: place.upperBound).scalar) { return false }
        guard place.lowerBound > text.startIndex else { return true }
        var previous = place.lowerBound - 1
        while previous > text.startIndex, text[previous] & 0xC0 == 0x80 { previous -= 1 }
        return !isWord(text.scalar(at: previous).scalar)
    }
}
