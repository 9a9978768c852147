import FreshetCore
import Hummingbird

/// Writes JSON straight into a buffer, without an intermediate form.
///
/// A caller opens and closes objects and arrays itself and puts the commas; what is written is RFC 8259 as long as it
/// does.
struct JSONWriter {
    /// What has been written.
    private(set) var buffer: ByteBuffer

    /// Creates a writer with room for a number of bytes.
    init(capacity: Int = 256) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    /// Writes text that is JSON already.
    mutating func raw(_ text: StaticString) { buffer.writeStaticString(text) }

    /// Writes a string with its quotes and escapes.
    mutating func string(_ text: String) {
        buffer.writeInteger(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for position in bytes.indices {
                let byte = bytes[position]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start..<position])))
                escape(byte)
                start = position + 1
            }
            buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start...])))
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case 0x0A: buffer.writeStaticString("\\n")
        case 0x0D: buffer.writeStaticString("\\r")
        case 0x09: buffer.writeStaticString("\\t")
        default:
            buffer.writeStaticString("\\u00")
            for digit in [byte >> 4, byte & 15] { buffer.writeInteger(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }

    /// Writes a whole number.
    mutating func integer(_ number: some BinaryInteger) { buffer.writeString(String(number)) }

    /// Writes a moment as a number of seconds with up to three decimals.
    mutating func time(_ time: Timestamp) { buffer.writeString(time.decimalSeconds) }

    /// Writes a number in the fewest digits that read back the same; what is not finite becomes `null`.
    mutating func number(_ number: some BinaryFloatingPoint & CustomStringConvertible) {
        guard number.isFinite else { return buffer.writeStaticStringVoid("null") }
        let text = number.description
        // Swift writes `5.0` and `1e-07`; both are JSON.
        buffer.writeString(text)
    }

    /// Writes `"name":`; the name must need no escapes.
    mutating func name(_ name: StaticString) {
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeStaticString(name)
        buffer.writeStaticString("\":")
    }

    /// Writes elements in brackets, with commas between them.
    mutating func array<Elements: Sequence>(
        _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        raw("[")
        var isFirst = true
        for element in elements {
            if !isFirst { raw(",") }
            isFirst = false
            write(&self, element)
        }
        raw("]")
    }

    /// Writes a value.
    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .bool(let flag): if flag { raw("true") } else { raw("false") }
        case .number(let number):
            if let whole = Int64(exactly: number) { integer(whole) } else { self.number(number) }
        case .string(let text): string(text)
        case .array(let values): array(values) { $0.value($1) }
        case .object(let members):
            raw("{")
            for (position, member) in members.enumerated() {
                if position > 0 { raw(",") }
                string(member.name)
                raw(":")
                self.value(member.value)
            }
            raw("}")
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeStaticStringVoid(_ text: StaticString) { writeStaticString(text) }
}
