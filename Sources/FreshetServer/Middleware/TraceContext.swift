/// The trace that a request belongs to (W3C Trace Context, https://www.w3.org/TR/trace-context/).
enum TraceContext {
    /// The trace id of a `traceparent` header, or a new one.
    static func trace(of header: String?) -> String { header.flatMap(parse) ?? random() }

    /// The trace id of `00-<32 hexadecimal digits>-<16>-<2>`; `nil` for anything else, or zeros only.
    static func parse(_ header: String) -> String? {
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", parts[1].utf8.count == 32,
            parts[2].utf8.count == 16, parts[3].utf8.count == 2, parts[0] != "00" || parts.count == 4,
            parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(isHexadecimal) }), parts[1].contains(where: { $0 != "0" }),
            parts[2].contains(where: { $0 != "0" })
        else { return nil }
        return String(parts[1])
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func random() -> String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            var generator = SystemRandomNumberGenerator()
            for half in 0..<2 {
                var bits = UInt64.random(in: 1...UInt64.max, using: &generator)
                for place in 0..<16 {
                    let digit = UInt8(bits & 15)
                    buffer[half * 16 + place] = digit < 10 ? 0x30 + digit : 0x57 + digit
                    bits >>= 4
                }
            }
            return 32
        }
    }
}
