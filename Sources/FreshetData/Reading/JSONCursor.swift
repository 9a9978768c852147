/// A place in a line of JSON, which moves from token to token.
package struct JSONCursor {
    /// A string between its quotes, checked but not unescaped.
    package struct Text {
        let bytes: UnsafeBufferPointer<UInt8>
        let hasEscapes: Bool

        /// The string, unescaped.
        package var string: String {
            guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
            let scratch = ScratchBuffer()
            scratch.clear(capacity: bytes.count)
            return String(decoding: scratch.unescape(bytes), as: UTF8.self)
        }
    }

    /// How strictly it reads.
    package let rules: JSONRules
    private let line: UnsafeBufferPointer<UInt8>
    /// How many bytes have been read.
    package private(set) var position = 0

    /// Begins at the start of a line.
    package init(_ line: UnsafeBufferPointer<UInt8>, rules: JSONRules = .files) {
        self.line = line
        self.rules = rules
    }

    /// Whether nothing is left.
    package var isAtEnd: Bool { position == line.count }
    /// The next byte; 0 at the end, which begins no token.
    package var next: UInt8 { position < line.count ? line[position] : 0 }

    /// Whether a byte is next.
    package func isNext(_ byte: UInt8) -> Bool { position < line.count && line[position] == byte }

    /// Moves past a byte when it is next.
    package mutating func take(_ byte: UInt8) -> Bool {
        guard isNext(byte) else { return false }
        position += 1
        return true
    }

    /// Moves past blanks.
    package mutating func skipBlanks() {
        while position < line.count, line[position] <= 0x20 {
            guard line[position] == 0x20 || line[position] == 0x09 || line[position] == 0x0A || line[position] == 0x0D
            else { return }
            position += 1
        }
    }

    /// A fault at this place.
    package func fault(_ reason: String) -> JSONFault { JSONFault(reason, at: position) }

    // MARK: Tokens

    /// Reads a string.
    package mutating func string() throws(JSONFault) -> Text {
        guard take(UInt8(ascii: "\"")) else { throw fault("no string") }
        let start = position
        var hasEscapes = false
        while position < line.count {
            let byte = line[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return Text(bytes: UnsafeBufferPointer(rebasing: line[start..<position - 1]), hasEscapes: hasEscapes)
            }
            guard byte >= 0x20 else { throw fault("a control character in a string") }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try skipEscape()
            } else {
                position += 1
            }
        }
        throw fault("a string without an end")
    }

    private mutating func skipEscape() throws(JSONFault) {
        position += 1
        guard position < line.count else { throw fault("a string without an end") }
        guard line[position] == UInt8(ascii: "u") else {
            guard "\"\\/bfnrt".utf8.contains(line[position]) else { throw fault("an unknown escape") }
            position += 1
            return
        }
        guard let unit = Self.codeUnit(in: line, at: position + 1) else { throw fault("an unknown escape") }
        position += 5
        guard unit & 0xF800 == 0xD800 else { return }
        // A surrogate: a high one, and then a low one.
        guard unit & 0x0400 == 0, isNext(UInt8(ascii: "\\")), position + 1 < line.count,
            line[position + 1] == UInt8(ascii: "u"), let low = Self.codeUnit(in: line, at: position + 2),
            low & 0xFC00 == 0xDC00
        else { throw fault("an unpaired surrogate") }
        position += 6
    }

    /// The code unit of four hexadecimal digits.
    static func codeUnit(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        var unit: UInt32 = 0
        for byte in text[start..<start + 4] {
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: unit = unit << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return unit
    }

    /// Reads a number and checks its form.
    package mutating func number() throws(JSONFault) -> UnsafeBufferPointer<UInt8> {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(0x30) { try skipDigits() }
        if take(UInt8(ascii: ".")) { try skipDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        return UnsafeBufferPointer(rebasing: line[start..<position])
    }

    private mutating func skipDigits() throws(JSONFault) {
        let start = position
        while position < line.count, line[position] &- 0x30 < 10 { position += 1 }
        guard position > start else { throw fault("a number without digits") }
    }

    /// Moves past a value of any kind.
    package mutating func skipValue(depth: Int) throws(JSONFault) {
        switch next {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try skipMembers(closing: UInt8(ascii: "}"), depth: depth + 1)
        case UInt8(ascii: "["): try skipMembers(closing: UInt8(ascii: "]"), depth: depth + 1)
        case UInt8(ascii: "t"): try skipWord("true")
        case UInt8(ascii: "f"): try skipWord("false")
        case UInt8(ascii: "n"): try skipWord("null")
        case UInt8(ascii: "-"), 0x30...0x39:
            let text = try number()
            // Too small a number is 0; too large a one is not a number at all.
            guard text.count < 300 && !text.contains(where: { $0 | 0x20 == 0x65 }) || isFinite(text) else {
                throw fault("a number out of range")
            }
        default: throw fault("no value")
        }
    }

    private func isFinite(_ number: UnsafeBufferPointer<UInt8>) -> Bool {
        Double(String(decoding: number, as: UTF8.self))?.isFinite ?? false
    }

    private mutating func skipMembers(closing: UInt8, depth: Int) throws(JSONFault) {
        try checkDepth(depth)
        position += 1
        skipBlanks()
        while !take(closing) {
            if closing == UInt8(ascii: "}") {
                _ = try string()
                skipBlanks()
                guard take(UInt8(ascii: ":")) else { throw fault("no colon") }
                skipBlanks()
            }
            try skipValue(depth: depth)
            try takeComma(before: closing)
        }
    }

    /// Refuses to go deeper than the rules allow.
    package func checkDepth(_ depth: Int) throws(JSONFault) {
        guard depth <= rules.maximumDepth else { throw fault("more than \(rules.maximumDepth) levels") }
    }

    /// Moves past what stands between two members: a comma, or nothing where a closing bracket follows.
    package mutating func takeComma(before closing: UInt8) throws(JSONFault) {
        skipBlanks()
        guard take(UInt8(ascii: ",")) else {
            guard isNext(closing) else { throw fault("no comma or closing bracket") }
            return
        }
        skipBlanks()
        guard rules.allowsTrailingComma || !isNext(closing) else { throw fault("a comma before a closing bracket") }
    }

    private mutating func skipWord(_ word: StaticString) throws(JSONFault) {
        let end = position + word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= line.count, line[position..<end].elementsEqual(expected) else { throw fault("an unknown word") }
        position = end
    }
}
