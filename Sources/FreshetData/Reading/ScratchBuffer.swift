/// Room for the texts of one line that cannot be a view of it, since they were escaped or quoted.
///
/// What it returns stays valid until ``clear(capacity:)``: it never grows in between, because an unescaped text is never
/// longer than the escaped one.
final class ScratchBuffer {
    private var bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
    private var used = 0

    deinit { bytes.deallocate() }

    /// Forgets everything and reserves room for the texts of a line of this many bytes.
    func clear(capacity: Int) {
        used = 0
        guard capacity > bytes.count else { return }
        bytes.deallocate()
        bytes = .allocate(capacity: max(capacity, bytes.count * 2))
    }

    /// A checked JSON string without its escapes.
    func unescape(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        collect {
            var position = 0
            while position < text.count {
                let byte = text[position]
                position += 1
                guard byte == UInt8(ascii: "\\") else {
                    append(byte)
                    continue
                }
                let escape = text[position]
                position += 1
                switch escape {
                case UInt8(ascii: "b"): append(0x08)
                case UInt8(ascii: "f"): append(0x0C)
                case UInt8(ascii: "n"): append(0x0A)
                case UInt8(ascii: "r"): append(0x0D)
                case UInt8(ascii: "t"): append(0x09)
                case UInt8(ascii: "u"): position += appendScalar(in: text, at: position)
                default: append(escape)
                }
            }
        }
    }

    /// The content of a quoted field of a table, in which doubled quotes stand for one, and so may a backslash and a quote.
    func unquote(_ text: UnsafeBufferPointer<UInt8>, _ escapesByBackslash: Bool) -> UnsafeBufferPointer<UInt8> {
        collect {
            var position = 0
            while position < text.count {
                if escapesByBackslash, text[position] == UInt8(ascii: "\\"), position + 1 < text.count,
                    text[position + 1] == UInt8(ascii: "\"") || text[position + 1] == UInt8(ascii: "\\")
                {
                    position += 1
                    append(text[position])
                    position += 1
                } else {
                    append(text[position])
                    position += text[position] == UInt8(ascii: "\"") ? 2 : 1
                }
            }
        }
    }

    /// A word and a text behind it.
    func joining(_ word: StaticString, _ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        collect {
            for offset in 0..<word.utf8CodeUnitCount { append(word.utf8Start[offset]) }
            for byte in text { append(byte) }
        }
    }

    private func collect(_ body: () -> Void) -> UnsafeBufferPointer<UInt8> {
        let start = used
        body()
        return UnsafeBufferPointer(rebasing: UnsafeBufferPointer(bytes)[start..<used])
    }

    private func append(_ byte: UInt8) {
        bytes[used] = byte
        used += 1
    }

    /// Adds the scalar of `\uXXXX` or of a surrogate pair.
    /// - Returns: how many bytes of the text it took after the `u`.
    private func appendScalar(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        var value = JSONCursor.codeUnit(in: text, at: position) ?? 0
        var length = 4
        if value & 0xFC00 == 0xD800, let low = JSONCursor.codeUnit(in: text, at: position + 6) {
            value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
            length = 10
        }
        guard let scalar = Unicode.Scalar(value) else { preconditionFailure("an unchecked surrogate \(value)") }
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
        return length
    }
}
