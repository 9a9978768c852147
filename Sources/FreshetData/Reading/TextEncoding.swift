/// How the characters of a text file stand as bytes.
public enum TextEncoding: String, Sendable, Codable, CaseIterable {
    /// UTF-8, with or without a byte-order mark.
    case utf8 = "utf-8"
    /// UTF-16, the less significant byte first.
    case utf16LittleEndian = "utf-16le"
    /// UTF-16, the more significant byte first.
    case utf16BigEndian = "utf-16be"
    /// Windows-1252, which holds ISO-8859-1.
    case windows1252 = "windows-1252"

    /// The encoding of a text by its first bytes, and how many of them are a byte-order mark.
    ///
    /// Without a mark, text with a zero in most pairs of bytes is UTF-16; text that is no UTF-8, and has no more
    /// characters of it than faults, is Windows-1252.
    static func detect(_ prefix: [UInt8], isWhole: Bool) -> (encoding: TextEncoding, mark: Int) {
        if prefix.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if prefix.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if prefix.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        let pairs = prefix.count / 2
        let zeros = (0..<pairs).reduce(into: (even: 0, odd: 0)) { zeros, pair in
            if prefix[2 * pair] == 0 { zeros.even += 1 }
            if prefix[2 * pair + 1] == 0 { zeros.odd += 1 }
        }
        if pairs > 1, zeros.odd * 10 >= pairs * 7, zeros.even * 10 < pairs { return (.utf16LittleEndian, 0) }
        if pairs > 1, zeros.even * 10 >= pairs * 7, zeros.odd * 10 < pairs { return (.utf16BigEndian, 0) }
        let faults = faults(in: prefix, isWhole: isWhole)
        return (faults.invalid > faults.characters ? .windows1252 : .utf8, 0)
    }

    /// How many characters of more than one byte a text has as UTF-8, and how many bytes are part of none.
    private static func faults(in prefix: [UInt8], isWhole: Bool) -> (characters: Int, invalid: Int) {
        var (characters, invalid, position) = (0, 0, 0)
        while position < prefix.count {
            guard prefix[position] >= 0x80 else {
                position += 1
                continue
            }
            let length = prefix[position] >= 0xF0 ? 4 : prefix[position] >= 0xE0 ? 3 : 2
            guard position + length <= prefix.count else {
                // A character may be cut off where the prefix ends.
                return isWhole ? (characters, invalid + prefix.count - position) : (characters, invalid)
            }
            if String(validating: prefix[position..<position + length], as: UTF8.self) != nil {
                characters += 1
                position += length
            } else {
                invalid += 1
                position += 1
            }
        }
        return (characters, invalid)
    }

    /// The characters of Windows-1252 from 0x80 to 0x9F; five of them stand for nothing and are kept as they are.
    private static let upperControls: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// The character of a byte in Windows-1252.
    static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return Unicode.Scalar(upperControls[Int(byte) - 0x80]) ?? Unicode.Scalar(byte)
    }
}

/// Text in UTF-8, or else in Windows-1252, in which every byte is a character.
func decodeText(_ bytes: Bytes) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(TextEncoding.windows1252(byte)) }
    return text
}
