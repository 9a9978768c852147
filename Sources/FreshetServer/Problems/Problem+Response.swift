import HTTPTypes
import Hummingbird

extension Problem {
    /// The media type of problem documents.
    static let mediaType = "application/problem+json"

    /// The document as an answer; `trace` names this occurrence, and stands in the log too.
    func response(trace: String) -> Response {
        var headers: HTTPFields = [.contentType: Self.mediaType]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        if kind == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"freshet\"" }
        if kind == .unsupportedCoding { headers[.acceptEncoding] = "gzip" }
        if !allowed.isEmpty { headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ") }
        return Response(status: kind.status, headers: headers, body: ResponseBody(byteBuffer: document(trace: trace)))
    }

    /// The document itself.
    func document(trace: String) -> ByteBuffer {
        var writer = JSONWriter(capacity: 384)
        writer.raw("{")
        writer.name("type")
        writer.string(kind.type)
        writer.raw(",")
        writer.name("title")
        writer.string(kind.title)
        writer.raw(",")
        writer.name("status")
        writer.integer(kind.status.code)
        writer.raw(",")
        writer.name("detail")
        writer.string(detail)
        writer.raw(",")
        writer.name("instance")
        writer.string("urn:freshet:trace:\(trace)")
        writeErrors(&writer)
        writer.raw("}")
        return writer.buffer
    }

    /// At most a hundred of each: enough to see what is wrong.
    private func writeErrors(_ writer: inout JSONWriter) {
        guard !faults.isEmpty || !rejected.isEmpty else { return }
        writer.raw(",")
        writer.name("errors")
        if rejected.isEmpty {
            writer.array(faults.prefix(100)) { writer, fault in
                writer.raw("{")
                writer.name("pointer")
                writer.string(fault.pointer)
                writer.raw(",")
                writer.name("detail")
                writer.string(fault.detail)
                writer.raw("}")
            }
        } else {
            writer.array(rejected.prefix(100)) { $0.rejection($1) }
        }
    }
}

extension JSONWriter {
    /// Writes `{"index": …, "error": …}`.
    mutating func rejection(_ rejection: Problem.Rejection) {
        raw("{")
        name("index")
        integer(rejection.index)
        raw(",")
        name("error")
        string(rejection.error)
        raw("}")
    }
}
