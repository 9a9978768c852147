/// Whether bytes are UTF-8, eight at a time where they are plain ASCII.
package enum UTF8Check {
    /// Whether they are.
    package static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(text)
        var position = 0
        while raw.count - position >= 8 {
            let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { return String(validating: text, as: UTF8.self) != nil }
            position += 8
        }
        return raw[position...].allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
    }
}
