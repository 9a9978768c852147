import FreshetCore
import NIOCore

/// Writes events as lines of JSON without a coder in between.
enum EventEncoder {
    /// Adds one event and a line's end.
    static func append(_ event: Event, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"user\":")
        append(event.user, to: &buffer)
        if let text = event.text {
            buffer.writeStaticString(",\"text\":")
            append(text, to: &buffer)
        } else {
            buffer.writeStaticString(",\"item\":")
            append(event.item, to: &buffer)
        }
        buffer.writeStaticString(",\"type\":")
        append(event.type.rawValue, to: &buffer)
        if let value = event.value, value.isFinite {
            buffer.writeStaticString(",\"value\":")
            buffer.writeString("\(value)")
        }
        if let profit = event.profit, profit.isFinite {
            buffer.writeStaticString(",\"profit\":")
            buffer.writeString("\(profit)")
        }
        if let time = event.time {
            buffer.writeStaticString(",\"time\":")
            buffer.writeString(time.decimalSeconds)
        }
        if let id = event.id {
            buffer.writeStaticString(",\"id\":")
            append(id, to: &buffer)
        }
        if let recommendation = event.recommendationID {
            buffer.writeStaticString(",\"recommendation_id\":")
            append(recommendation, to: &buffer)
        }
        if let session = event.session {
            buffer.writeStaticString(",\"session\":")
            append(session, to: &buffer)
        }
        buffer.writeStaticString("}\n")
    }

    /// Adds a string with its quotes, escaped as RFC 8259 asks.
    static func append(_ text: String, to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: "\""))
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            buffer.writeString(text)
        } else {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    buffer.writeInteger(UInt8(ascii: "\\"))
                    buffer.writeInteger(byte)
                case ..<0x20:
                    buffer.writeStaticString("\\u00")
                    let digits = Array("0123456789abcdef".utf8)
                    buffer.writeBytes([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
                default: buffer.writeInteger(byte)
                }
            }
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }
}
