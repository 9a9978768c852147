/// Fields of tables, quoted as in RFC 4180: `"a, b"`, with `""` for a quote.
///
/// A quote counts only where a field begins; elsewhere it is a character like any other.
struct QuotedFields {
    /// The fields of the last record, valid as long as the record and until the next is cut.
    private(set) var fields: [UnsafeBufferPointer<UInt8>] = []
    private let separator: UInt8
    private let scratch = ScratchBuffer()

    /// Cuts at a separator.
    init(separator: UInt8) { self.separator = separator }

    /// Cuts a record into ``fields``; a field whose quotes do not close stays as it is.
    mutating func cut(_ record: UnsafeBufferPointer<UInt8>) {
        fields.removeAll(keepingCapacity: true)
        scratch.clear(capacity: record.count)
        var start = 0
        while true {
            let end: Int
            if let quoted = Self.quotedField(in: record, at: start, separator: separator) {
                let content = UnsafeBufferPointer(rebasing: record[start + 1..<quoted.end - 1])
                fields.append(quoted.hasDoubledQuotes ? scratch.undouble(content) : content)
                end = quoted.end
            } else {
                end = record[start...].firstIndex(of: separator) ?? record.count
                fields.append(UnsafeBufferPointer(rebasing: record[start..<end]))
            }
            guard end < record.count else { return }
            start = end + 1
        }
    }

    /// The quoted field that begins at a place, or `nil` when none does or it is not followed by a separator or the end.
    private static func quotedField(
        in record: UnsafeBufferPointer<UInt8>,
        at start: Int,
        separator: UInt8
    ) -> (end: Int, hasDoubledQuotes: Bool)? {
        guard start < record.count, record[start] == UInt8(ascii: "\"") else { return nil }
        var position = start + 1
        var hasDoubledQuotes = false
        while position < record.count {
            guard record[position] == UInt8(ascii: "\"") else {
                position += 1
                continue
            }
            guard position + 1 < record.count, record[position + 1] == UInt8(ascii: "\"") else {
                let end = position + 1
                return end == record.count || record[end] == separator ? (end, hasDoubledQuotes) : nil
            }
            hasDoubledQuotes = true
            position += 2
        }
        return nil
    }

    /// Where a record that begins with the window ends.
    enum RecordEnd {
        /// Behind so many bytes stands its line end.
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
    ///   - separator: the byte between fields.
    ///   - isFinal: whether nothing comes behind the window, whose end is then the end of a record too.
    /// - Returns: where the record ends, as far as the window tells.
    static func recordEnd(
        in window: UnsafeBufferPointer<UInt8>,
        separator: UInt8,
        isFinal: Bool
    ) -> RecordEnd {
        var position = 0
        while position < window.count {
            if window[position] == UInt8(ascii: "\"") {
                guard let end = closingQuote(in: window, from: position + 1) else { return .open }
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

    private static func closingQuote(in window: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start
        while position < window.count {
            if window[position] == UInt8(ascii: "\"") {
                guard position + 1 < window.count, window[position + 1] == UInt8(ascii: "\"") else { return position }
                position += 1
            }
            position += 1
        }
        return nil
    }
}
