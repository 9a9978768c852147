/// How a text is cut into the words that a token never crosses: steps that are taken one after another.
struct PreTokenizer: Sendable {
    /// One step.
    enum Step: Sendable {
        /// At white space, which goes, and around every punctuation mark.
        case bert
        /// GPT-2's cut, and every byte as a character that can be printed.
        case byteLevel(ByteLevel)
        /// At white space, which goes.
        case whitespace
        /// Into runs of letters, digits, marks and underlines, and runs of anything else but white space.
        case words
        /// SentencePiece's cut: blanks become `▁`.
        case metaspace(Metaspace)
        /// Around every punctuation mark.
        case punctuation
        /// Around digits, each alone or in runs.
        case digits(each: Bool)
    }

    /// The steps in their order.
    var steps: [Step] = []

    /// The words of a text.
    /// - Parameters:
    ///   - text: the text, in UTF-8.
    ///   - isFirst: whether it is the beginning of the whole text.
    /// - Returns: the words in their order.
    func words(in text: ArraySlice<UInt8>, isFirst: Bool) -> [ArraySlice<UInt8>] {
        var words = text.isEmpty ? [] : [text]
        for step in steps {
            var next: [ArraySlice<UInt8>] = []
            for (index, word) in words.enumerated() {
                // A word after blanks that went is not the beginning.
                let isFirst = isFirst && index == 0 && word.startIndex == text.startIndex
                Self.cut(word, step, isFirst: isFirst, into: &next)
            }
            words = next
        }
        return words
    }

    private static func cut(
        _ text: ArraySlice<UInt8>,
        _ step: Step,
        isFirst: Bool,
        into words: inout [ArraySlice<UInt8>]
    ) {
        switch step {
        case .bert: cutAlone(text, into: &words, alone: { $0.contains(.punctuation) }, dropped: { $0.contains(.blank) })
        case .byteLevel(let byteLevel): byteLevel.cut(text, into: &words)
        case .whitespace: cutAlone(text, into: &words, alone: { _ in false }, dropped: { $0.contains(.blank) })
        case .words:
            cutRuns(text, into: &words) { scalar, traits in
                traits.contains(.blank) ? nil : isWordPart(scalar, traits) ? 1 : 0
            }
        case .metaspace(let metaspace): metaspace.cut(text, isFirst: isFirst, into: &words)
        case .punctuation: cutAlone(text, into: &words, alone: { $0.contains(.punctuation) }, dropped: { _ in false })
        case .digits(let each): cutDigits(text, each: each, into: &words)
        }
    }

    /// Numbers of every age, which is where this step differs from regular expressions.
    private static func cutDigits(_ text: ArraySlice<UInt8>, each: Bool, into words: inout [ArraySlice<UInt8>]) {
        var number = 1
        cutRuns(text, into: &words) { scalar, _ in
            switch scalar.properties.generalCategory {
            case .decimalNumber, .letterNumber, .otherNumber:
                if each { number += 1 }
                return number
            default: return 0
            }
        }
    }

    /// What regular expressions call `\w`.
    private static func isWordPart(_ scalar: Unicode.Scalar, _ traits: ScalarTraits) -> Bool {
        if scalar.value < 0x80 { return traits.contains(.letter) || traits.contains(.number) || scalar == "_" }
        let properties = scalar.properties
        guard (properties.age?.major ?? .max) <= 16 else { return false }
        if properties.isAlphabetic || scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        switch properties.generalCategory {
        case .decimalNumber, .nonspacingMark, .spacingMark, .enclosingMark, .connectorPunctuation: return true
        default: return false
        }
    }

    private static func cutAlone(
        _ text: ArraySlice<UInt8>,
        into words: inout [ArraySlice<UInt8>],
        alone: (ScalarTraits) -> Bool,
        dropped: (ScalarTraits) -> Bool
    ) {
        var start = text.startIndex
        func close(at end: Int) { if end > start { words.append(text[start..<end]) } }
        text.forEachScalar { _, traits, place in
            let (isAlone, isDropped) = (alone(traits), dropped(traits))
            guard isAlone || isDropped else { return }
            close(at: place.lowerBound)
            if !isDropped { words.append(text[place]) }
            start = place.upperBound
        }
        close(at: text.endIndex)
    }

    /// Runs of scalars of one kind; those of no kind are dropped.
    private static func cutRuns(
        _ text: ArraySlice<UInt8>,
        into words: inout [ArraySlice<UInt8>],
        kind: (Unicode.Scalar, ScalarTraits) -> Int?
    ) {
        var start = text.startIndex
        var current: Int?
        text.forEachScalar { scalar, traits, place in
            let next = kind(scalar, traits)
            guard next != current else { return }
            if current != nil { words.append(text[start..<place.lowerBound]) }
            start = place.lowerBound
            current = next
        }
        if current != nil { words.append(text[start...]) }
    }
}

/// SentencePiece's cut: every blank becomes `▁`, and a word begins with it.
struct Metaspace: Sendable, Equatable {
    /// Where a `▁` is put before a text that begins with none.
    enum Prefix: String, Sendable {
        case always, first, never
    }

    /// What stands for a blank.
    var replacement = Array("▁".utf8)
    /// Where one is put before a text.
    var prefix = Prefix.always
    /// Whether words are cut before every one of them.
    var cuts = true

    func cut(_ text: ArraySlice<UInt8>, isFirst: Bool, into words: inout [ArraySlice<UInt8>]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 8)
        let startsWithBlank = text.first == 0x20 || text.starts(with: replacement)
        if !startsWithBlank && (prefix == .always || prefix == .first && isFirst) { bytes += replacement }
        for byte in text {
            if byte == 0x20 { bytes += replacement } else { bytes.append(byte) }
        }
        let whole = bytes[...]
        guard cuts else { return words.append(whole) }
        var start = 0
        var index = 0
        while index < whole.endIndex {
            if index > start && whole[index] == replacement[0] && whole[index...].starts(with: replacement) {
                words.append(whole[start..<index])
                start = index
            }
            index += 1
        }
        if start < whole.endIndex { words.append(whole[start...]) }
    }
}
