import Foundation

/// How the fields of a table's rows are parted and quoted.
public struct TableDialect: Sendable, Equatable {
    /// What stands between two fields.
    public enum Separator: Sendable, Equatable {
        /// A byte, such as a comma or a tab.
        case byte(UInt8)
        /// Two colons, as in MovieLens.
        case doubleColon
        /// One blank or several.
        case blanks
    }

    /// What stands between two fields.
    public var separator: Separator
    /// Whether `\"` stands for a quote in a quoted field, beside `""`.
    public var escapesByBackslash = false

    /// Whether fields have quotes within their quotes, from a program that quoted what had been quoted.
    public var unwrapsTwice = false

    /// Whether fields may stand in quotes, and a quoted field may go over several lines.
    ///
    /// Tables by tabs, by `::` and by blanks have one row a line; there a quote that does not close is a character.
    var quotesLineEnds: Bool {
        guard case .byte(let byte) = separator else { return false }
        return byte != 0x09
    }
}

/// Cuts the rows of a table into fields, quoted as in RFC 4180: `"a, b"`, with `""` for a quote.
///
/// A quote counts only where a field begins; elsewhere it is a character like any other.
struct FieldCutter {
    /// The fields of the last record, valid as long as the record and until the next is cut.
    private(set) var fields: [UnsafeBufferPointer<UInt8>] = []
    private let dialect: TableDialect
    private let scratch = ScratchBuffer()

    /// Cuts rows of a dialect.
    init(_ dialect: TableDialect) { self.dialect = dialect }

    /// Cuts a record into ``fields``; a field whose quotes do not close stays as it is.
    mutating func cut(_ record: UnsafeBufferPointer<UInt8>) {
        fields.removeAll(keepingCapacity: true)
        switch dialect.separator {
        case .byte(let byte): cut(record, at: byte)
        case .doubleColon:
            var parts = SeparatedFields(record, separator: ":", width: 2)
            while let field = parts.next() { fields.append(field) }
        case .blanks:
            var parts = SeparatedFields(blanksIn: record)
            while let field = parts.next() { fields.append(field) }
        }
    }

    /// A field without quotes around it, where the dialect has them twice.
    private func unwrapped(_ field: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard dialect.unwrapsTwice, field.count >= 2, field.first == UInt8(ascii: "\""),
            field.last == UInt8(ascii: "\"")
        else { return field }
        return UnsafeBufferPointer(rebasing: field[1..<field.count - 1])
    }

    private mutating func cut(_ record: UnsafeBufferPointer<UInt8>, at separator: UInt8) {
        guard let base = record.baseAddress else {
            fields.append(record)
            return
        }
        scratch.clear(capacity: record.count)
        var start = 0
        while true {
            var end = start
            if start < record.count, base[start] == UInt8(ascii: "\""),
                let quoted = quotedField(in: record, at: start, separator: separator)
            {
                let content = UnsafeBufferPointer(start: base + start + 1, count: quoted.end - start - 2)
                fields.append(
                    quoted.hasEscapes ? unwrapped(scratch.unquote(content, dialect.escapesByBackslash)) : content
                )
                end = quoted.end
            } else {
                while end < record.count, base[end] != separator { end += 1 }
                fields.append(UnsafeBufferPointer(start: base + start, count: end - start))
            }
            guard end < record.count else { return }
            start = end + 1
        }
    }

    /// The quoted field that begins at a place, or `nil` when it is not followed by a separator or the end.
    private func quotedField(
        in record: UnsafeBufferPointer<UInt8>,
        at start: Int,
        separator: UInt8
    ) -> (end: Int, hasEscapes: Bool)? {
        var position = start + 1
        var hasEscapes = false
        while position < record.count {
            if dialect.escapesByBackslash, record[position] == UInt8(ascii: "\\") {
                hasEscapes = true
                position += 2
                continue
            }
            guard record[position] == UInt8(ascii: "\"") else {
                position += 1
                continue
            }
            guard position + 1 < record.count, record[position + 1] == UInt8(ascii: "\"") else {
                let end = position + 1
                return end == record.count || record[end] == separator ? (end, hasEscapes) : nil
            }
            hasEscapes = true
            position += 2
        }
        return nil
    }

    // MARK: Records

    /// Where a record that begins with the window ends.
    enum RecordEnd: Equatable {
        /// The bytes before its line end.
        case found(length: Int)
        /// A quoted field goes on behind the window.
        case open
        /// A quoted field is followed by something other than a separator or a line end.
        case malformed
    }

    /// Looks for the end of a record, which is the first line end outside quotes.
    ///
    /// - Parameters:
    ///   - window: what is known of the record and what follows it.
    ///   - dialect: how fields are parted and quoted.
    ///   - isFinal: whether nothing comes behind the window, whose end is then the end of a record too.
    /// - Returns: where the record ends, as far as the window tells.
    static func recordEnd(
        in window: UnsafeBufferPointer<UInt8>,
        _ dialect: TableDialect,
        isFinal: Bool
    ) -> RecordEnd {
        guard case .byte(let separator) = dialect.separator else { preconditionFailure("a table without quotes") }
        var position = 0
        while position < window.count {
            if window[position] == UInt8(ascii: "\"") {
                guard let end = closingQuote(in: window, from: position + 1, dialect) else { return .open }
                position = end + 1
                if position < window.count, window[position] == 0x0D { position += 1 }
                guard position < window.count else { break }
                guard window[position] == separator || window[position] == 0x0A else { return .malformed }
            } else {
                while position < window.count, window[position] != separator, window[position] != 0x0A {
                    position += 1
                }
                guard position < window.count else { break }
            }
            if window[position] == 0x0A { return .found(length: position) }
            position += 1
        }
        return isFinal ? .found(length: window.count) : .open
    }

    private static func closingQuote(
        in window: UnsafeBufferPointer<UInt8>,
        from start: Int,
        _ dialect: TableDialect
    ) -> Int? {
        var position = start
        while position < window.count {
            if dialect.escapesByBackslash, window[position] == UInt8(ascii: "\\") {
                position += 2
                continue
            }
            if window[position] == UInt8(ascii: "\"") {
                guard position + 1 < window.count, window[position + 1] == UInt8(ascii: "\"") else { return position }
                position += 1
            }
            position += 1
        }
        return nil
    }
}
