import Foundation
import FreshetCore
import Hummingbird

extension Response {
    /// An answer of JSON that was written by hand.
    static func json(_ writer: JSONWriter, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: writer.buffer))
    }

    /// An answer of one value.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        var writer = JSONWriter(capacity: 1024)
        writer.value(value)
        return .json(writer, status: status)
    }

    /// An answer that Foundation encodes, for what is asked seldom.
    static func encoded(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let buffer = try ByteBuffer(encoding: value)
        return Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: buffer)
        )
    }
}

extension ByteBuffer {
    /// The JSON of a value; numbers that are not finite, which JSON does not have, become words.
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        self.init(bytes: try encoder.encode(value))
    }
}
