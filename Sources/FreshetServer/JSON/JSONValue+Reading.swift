import FreshetCore
import FreshetData
import Hummingbird

extension JSONValue {
    /// Reads a document by the rules for requests.
    /// - Throws: ``Problem`` of status 400 when it is not one JSON value.
    init(_ body: ByteBuffer) throws(Problem) {
        do {
            self = try body.withUnsafeReadableBytes { Self.parse($0.bindMemory(to: UInt8.self)) }.get()
        } catch {
            throw .malformed(error.description)
        }
    }

    /// Reads each line of a body of lines as a document; empty lines are passed over.
    static func lines(_ body: ByteBuffer) throws(Problem) -> [JSONValue] {
        let lines = body.withUnsafeReadableBytes { bytes in
            bytes.bindMemory(to: UInt8.self).split(separator: UInt8(ascii: "\n"))
                .filter { !$0.allSatisfy { $0 <= 0x20 } }.map { Self.parse(UnsafeBufferPointer(rebasing: $0)) }
        }
        var values: [JSONValue] = []
        for line in lines {
            do {
                values.append(try line.get())
            } catch {
                throw .malformed("line \(values.count + 1): \(error)")
            }
        }
        return values
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONFault> {
        Result { () throws(JSONFault) in try JSONValue(reading: bytes, rules: .requests) }
    }
}
