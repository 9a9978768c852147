import FreshetCore

/// The words that exports write where there is nothing.
enum MissingText {
    private static let words: [StaticString] = [
        "na", "n/a", "#n/a", "<na>", "null", "(null)", "none", "undefined", "nan", "nil", "\\n",
    ]

    /// Whether a field says nothing: it is empty, blank, or one of the words, in any case of letters.
    static func isMissing(_ text: Bytes) -> Bool {
        guard text.count <= 9 else { return false }
        guard let first = text.first(where: { $0 != 0x20 }) else { return true }
        // All words begin with one of few letters, so most ids are done here.
        switch first | 0x20 {
        case UInt8(ascii: "n"), UInt8(ascii: "u"), UInt8(ascii: "("), UInt8(ascii: "<"), UInt8(ascii: "#"),
            UInt8(ascii: "\\") | 0x20:
            return words.contains { word in
                word.utf8CodeUnitCount == text.count
                    && text.indices.allSatisfy { lower(text[$0]) == word.utf8Start[$0] }
            }
        default: return false
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
