import FreshetCore

/// Numbers and times from the bytes of a field.
package enum NumberText {
    /// A whole number with an optional sign, or `nil`.
    package static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let first = text.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let digits = isNegative || first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.count <= 18 else { return nil }
        var number: Int64 = 0
        for byte in digits {
            guard byte &- 0x30 < 10 else { return nil }
            number = number &* 10 &+ Int64(byte &- 0x30)
        }
        return isNegative ? -number : number
    }

    /// A decimal number with an optional fraction and exponent, correctly rounded.
    ///
    /// - Returns: `nil` when the text is something else, or the number is too large or too small for a `Double`.
    package static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var position = 0
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { position += 1 }
        while position < text.count, text[position] &- 0x30 < 10 {
            mantissa = mantissa &* 10 &+ UInt64(text[position] &- 0x30)
            digits += 1
            position += 1
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            while position < text.count, text[position] &- 0x30 < 10 {
                mantissa = mantissa &* 10 &+ UInt64(text[position] &- 0x30)
                digits += 1
                scale -= 1
                position += 1
            }
        }
        guard digits > 0 else { return nil }
        guard position == text.count, digits <= 15, scale >= -22 else { return slowDouble(text) }
        // A mantissa below 2^53 over a power of ten up to 10^22: both are exact, so one rounding is all there is.
        let magnitude = Double(mantissa) / powersOfTen[-scale]
        return isNegative ? -magnitude : magnitude
    }

    private static let powersOfTen: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    /// Exponents, long mantissas, and everything that is not a number.
    private static func slowDouble(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let isPlain = text.allSatisfy { $0 &- 0x30 < 10 || "+-.eE".utf8.contains($0) }
        guard isPlain, let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { return nil }
        // A mantissa with a digit other than 0 that comes out as 0 was too small.
        let mantissa = text.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
        guard number != 0 || mantissa.allSatisfy({ !(0x31...0x39).contains($0) }) else { return nil }
        return number
    }
}
