import Foundation
import FreshetCore

/// SentencePiece's table of what becomes of characters: a trie of byte strings (a double array, Aoe 1989) and texts.
struct CharacterMap: Sendable {
    /// A grapheme of fewer bytes is looked up as a whole first.
    private static let longestGrapheme = 6

    private let units: [UInt32]
    /// The replacements, each ended by a zero.
    private let texts: [UInt8]

    /// Reads the table: the trie's size in bytes, the trie, the texts.
    init(_ bytes: [UInt8]) throws {
        let size = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4, size % 4 == 0, size > 0, size <= bytes.count - 4 else {
            throw FreshetError(
                .invalidData,
                "The tokenizer's character map is damaged: \(bytes.count) bytes, a trie of \(size)."
            )
        }
        units = stride(from: 4, to: 4 + size, by: 4).map { start in
            bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        texts = Array(bytes[(4 + size)...])
    }

    func applied(to text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for grapheme in String(decoding: text, as: UTF8.self) {
            let bytes = Array(grapheme.utf8)[...]
            if bytes.count < Self.longestGrapheme, let replacement = replacement(of: bytes) {
                result += replacement
                continue
            }
            bytes.forEachScalar { _, _, place in result += replacement(of: bytes[place]) ?? bytes[place] }
        }
        return result[...]
    }

    /// What stands for the shortest key at the start of some bytes.
    private func replacement(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var place = Self.offset(units[0])
        for byte in bytes {
            if byte == 0 { return nil }
            place ^= Int(byte)
            guard units.indices.contains(place) else { return nil }
            let unit = units[place]
            guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
            place ^= Self.offset(unit)
            guard unit & 0x100 != 0 else { continue }
            guard units.indices.contains(place) else { return nil }
            let start = Int(units[place] & 0x7FFF_FFFF)
            guard texts.indices.contains(start) else { return nil }
            return texts[start..<(texts[start...].firstIndex(of: 0) ?? texts.endIndex)]
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }
}
