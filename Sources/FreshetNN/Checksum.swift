import CZlib
import Foundation

/// CRC-32 sums (the polynomial of zlib), against damage, not against malice.
package enum Checksum {
    /// The sum of some bytes, going on from the sum of the bytes before them.
    package static func crc32(_ bytes: Data, after previous: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { crc32($0, after: previous) }
    }

    /// The sum of some bytes in memory, going on from the sum of the bytes before them.
    package static func crc32(_ bytes: UnsafeRawBufferPointer, after previous: UInt32) -> UInt32 {
        // Without a pointer zlib would start anew.
        guard let start = bytes.baseAddress else { return previous }
        return UInt32(truncatingIfNeeded: crc32_z(UInt(previous), start, bytes.count))
    }

    /// A sum in eight hexadecimal digits.
    package static func text(_ sum: UInt32) -> String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// A JSON text that carries the sum of itself and of what follows it.
///
/// The sum is the value of the key `checksum`, and counts with eight zeros in its own place. Quotes inside JSON strings
/// are escaped, so the key cannot be found anywhere but as a key.
package enum SelfChecksum {
    /// The key.
    package static let key = "checksum"
    /// The value while the sum is not known.
    package static let placeholder = "crc32:00000000"

    private static let digits = 8

    /// Puts the sum of the text and of what comes after it into its place.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - extend: makes the sum of the text that of all, if anything comes after.
    package static func seal(_ text: inout Data, extend: (UInt32) -> UInt32 = { $0 }) {
        guard let place = place(in: text) else { preconditionFailure("the text has no place for a checksum") }
        let sum = extend(Checksum.crc32(text))
        text.replaceSubrange(place, with: Data(Checksum.text(sum).utf8))
    }

    /// Whether the sum fits, or `nil` when the text carries none.
    package static func matches(_ text: Data, following part: Data = Data()) -> Bool? {
        guard let place = place(in: text) else { return nil }
        var blank = text
        blank.replaceSubrange(place, with: Data(repeating: UInt8(ascii: "0"), count: digits))
        let sum = Checksum.crc32(part, after: Checksum.crc32(blank))
        return Data(Checksum.text(sum).utf8) == text[place]
    }

    /// Where the digits stand; both ways in which Foundation writes a key and its value are looked for.
    private static func place(in text: Data) -> Range<Data.Index>? {
        for separator in [":", " : "] {
            let mark = Data("\"\(key)\"\(separator)\"crc32:".utf8)
            guard let found = text.range(of: mark), text.endIndex - found.upperBound >= digits else { continue }
            return found.upperBound..<(found.upperBound + digits)
        }
        return nil
    }
}
