/// Cuts text into words, in lower case and with their diacritics; Chinese, Japanese and Korean into character n-grams.
///
/// A word is a run of letters and digits; an apostrophe between two of them belongs to it (`don't`). The scripts that
/// write no blanks between words, or put particles onto them, give every n-gram of a run instead, which finds the words
/// without a dictionary: `東京都` is `東`, `京`, `都`, `東京`, `京都`.
public struct WordTokenizer: Sendable, Equatable, Codable {
    /// The shortest and the longest n-gram of Chinese, Japanese and Korean.
    public var gramLengths: ClosedRange<Int>

    /// Creates a tokenizer.
    public init(gramLengths: ClosedRange<Int> = 1...2) {
        precondition(gramLengths.lowerBound >= 1, "n-grams of \(gramLengths)")
        self.gramLengths = gramLengths
    }

    /// The tokens of a text in reading order; the n-grams of a run come shortest first.
    public func tokens(in text: String) -> [String] {
        var text = text
        return text.withUTF8 { Self.asciiTokens(in: $0) } ?? anyTokens(in: text)
    }

    /// The tokens of a text of nothing but ASCII, read byte by byte, a tenth of the work; `nil` for any other text.
    private static func asciiTokens(in text: UnsafeBufferPointer<UInt8>) -> [String]? {
        guard text.allSatisfy({ $0 < 0x80 }) else { return nil }
        var tokens: [String] = []
        var word: [UInt8] = []
        var hasApostrophe = false
        for byte in text {
            // Letters in lower case; digits have the bit already.
            let lower = byte | 0x20
            switch byte {
            case 0x61...0x7A, 0x41...0x5A, 0x30...0x39:
                if hasApostrophe { word.append(0x27) }
                word.append(lower)
                hasApostrophe = false
            case 0x27 where !word.isEmpty && !hasApostrophe:
                hasApostrophe = true
            default:
                if !word.isEmpty { tokens.append(String(decoding: word, as: UTF8.self)) }
                word.removeAll(keepingCapacity: true)
                hasApostrophe = false
            }
        }
        if !word.isEmpty { tokens.append(String(decoding: word, as: UTF8.self)) }
        return tokens
    }

    private func anyTokens(in text: String) -> [String] {
        var tokens: [String] = []
        var word = ""
        var run: [Character] = []
        var apostrophe: Character?
        for character in text.lowercased() {
            let kind = Kind(of: character)
            if kind != .ideograph { flush(&run, into: &tokens) }
            switch kind {
            case .wordPart:
                if let mark = apostrophe, !word.isEmpty { word.append(mark) }
                word.append(character)
                apostrophe = nil
            case .apostrophe where !word.isEmpty && apostrophe == nil:
                apostrophe = "'"
            case .ideograph:
                Self.flush(&word, into: &tokens)
                run.append(character)
                apostrophe = nil
            case .apostrophe, .other:
                Self.flush(&word, into: &tokens)
                apostrophe = nil
            }
        }
        Self.flush(&word, into: &tokens)
        flush(&run, into: &tokens)
        return tokens
    }

    private static func flush(_ word: inout String, into tokens: inout [String]) {
        guard !word.isEmpty else { return }
        tokens.append(word)
        word = ""
    }

    private func flush(_ run: inout [Character], into tokens: inout [String]) {
        guard !run.isEmpty else { return }
        for length in gramLengths where length <= run.count {
            for start in 0...(run.count - length) { tokens.append(String(run[start..<start + length])) }
        }
        run.removeAll(keepingCapacity: true)
    }
}

/// What a character is to a tokenizer.
private enum Kind {
    case wordPart
    case ideograph
    case apostrophe
    case other

    init(of character: Character) {
        guard let scalar = character.unicodeScalars.first else {
            self = .other
            return
        }
        switch scalar.value {
        case 0x61...0x7A, 0x30...0x39: self = .wordPart
        case 0x27, 0x2019: self = .apostrophe
        case 0..<0x80: self = .other
        // Jamo, Japanese kana, Bopomofo, Han with its extensions, Hangul and half-width kana.
        case 0x1100...0x11FF, 0x3005...0x3007, 0x3041...0x30FA, 0x30FC...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFF66...0xFFDC, 0x20000...0x323AF:
            self = .ideograph
        default:
            self = scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? .wordPart : .other
        }
    }
}
