/// The pieces of a filter expression.
enum FilterToken: Equatable {
    /// A name or a word of the language.
    case word(String)
    /// A text in quotes.
    case text(String)
    case number(Double)
    /// A moment, in seconds since 1970.
    case time(Double)
    /// `= != < <= > >= ( ) , . -`
    case symbol(String)
    case end

    /// How it is named in a message.
    var words: String {
        switch self {
        case .word(let word): "'\(word)'"
        case .text(let text): "\"\(text)\""
        case .number(let number): "\(number)"
        case .time: "a time"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end"
        }
    }
}

/// Cuts a filter expression into its pieces.
struct FilterTokens {
    private let text: String
    private let bytes: [UInt8]
    private var next = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// The next piece and the byte that it begins at.
    mutating func token() throws(FilterSyntaxError) -> (token: FilterToken, place: Int) {
        while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
        let start = next
        guard next < bytes.count else { return (.end, start) }
        let byte = bytes[next]
        if Self.isDigit(byte) { return (try numberOrTime(), start) }
        if Self.isLetter(byte) { return (.word(taken { Self.isLetter($0) || Self.isDigit($0) }), start) }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return (.text(try quoted(byte)), start) }
        return (.symbol(try symbol()), start)
    }

    /// An error at a byte.
    func error(_ message: String, at place: Int) -> FilterSyntaxError {
        FilterSyntaxError(message, at: place, of: text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte >= 0x80 }

    private mutating func taken(while isPart: (UInt8) -> Bool) -> String {
        let start = next
        while next < bytes.count, isPart(bytes[next]) { next += 1 }
        return String(decoding: bytes[start..<next], as: UTF8.self)
    }

    /// `12.5`, `1e6`, `2024-05-01`, `2024-05-01T12:00:00+02:00`.
    private mutating func numberOrTime() throws(FilterSyntaxError) -> FilterToken {
        let start = next
        let digits = taken(while: Self.isDigit)
        if digits.utf8.count == 4, next + 1 < bytes.count, bytes[next] == UInt8(ascii: "-"),
            Self.isDigit(bytes[next + 1])
        {
            next = start
            let written = taken { Self.isDigit($0) || Self.isLetter($0) || [0x2B, 0x2D, 0x2E, 0x3A].contains($0) }
            guard let milliseconds = Timestamp.milliseconds(from: written) else {
                throw error("'\(written)' is not a time; write 2024-05-01 or 2024-05-01T12:00:00Z", at: start)
            }
            return .time(Double(milliseconds) / 1000)
        }
        if next + 1 < bytes.count, bytes[next] == UInt8(ascii: "."), Self.isDigit(bytes[next + 1]) {
            next += 1
            _ = taken(while: Self.isDigit)
        }
        if next < bytes.count, bytes[next] | 0x20 == UInt8(ascii: "e") {
            let sign = next + 1 < bytes.count && [0x2B, 0x2D].contains(bytes[next + 1]) ? 1 : 0
            if next + 1 + sign < bytes.count, Self.isDigit(bytes[next + 1 + sign]) {
                next += 1 + sign
                _ = taken(while: Self.isDigit)
            }
        }
        let written = String(decoding: bytes[start..<next], as: UTF8.self)
        guard let number = Double(written), number.isFinite else {
            throw error("'\(written)' is too large a number", at: start)
        }
        return .number(number)
    }

    /// A text in quotes of either kind, in which a backslash takes the next character as it is.
    private mutating func quoted(_ quote: UInt8) throws(FilterSyntaxError) -> String {
        let start = next
        next += 1
        var content: [UInt8] = []
        while next < bytes.count, bytes[next] != quote {
            if bytes[next] == UInt8(ascii: "\\") { next += 1 }
            guard next < bytes.count else { break }
            content.append(bytes[next])
            next += 1
        }
        guard next < bytes.count else { throw error("this quote is not closed", at: start) }
        next += 1
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func symbol() throws(FilterSyntaxError) -> String {
        let start = next
        let first = bytes[next]
        next += 1
        if next < bytes.count, bytes[next] == UInt8(ascii: "="), [0x21, 0x3C, 0x3D, 0x3E].contains(first) {
            next += 1
            // `==` is what programmers write for `=`.
            return first == UInt8(ascii: "=") ? "=" : String(UnicodeScalar(first)) + "="
        }
        guard [0x28, 0x29, 0x2C, 0x2D, 0x2E, 0x3C, 0x3D, 0x3E].contains(first) else {
            let character = UnicodeScalar(first)
            throw error("'\(character)' is not part of an expression; texts stand in quotes", at: start)
        }
        return String(UnicodeScalar(first))
    }
}
