import FreshetCore
import FreshetEngine
import Hummingbird

/// The engine's status at one moment as JSON, and what changed since the one before it.
struct StatusDocument: Sendable {
    /// What tells it from every other document of its server.
    let number: Int
    /// What it says.
    let status: EngineStatus
    private let json: JSONValue
    private let previous: Int?
    private let change: ByteBuffer

    /// Encodes a status, and its difference to the document that most clients have.
    init(_ status: EngineStatus, number: Int, after previous: StatusDocument?) throws {
        self.number = number
        self.status = status
        self.previous = previous?.number
        json = try JSONValue(ByteBuffer(encoding: status))
        change = previous.map { [json] in Self.patch(from: $0.json, to: json) } ?? ByteBuffer()
    }

    /// Whether a status says what this document says; only the clock has moved.
    func says(_ status: EngineStatus) -> Bool {
        var status = status
        status.time = self.status.time
        return status == self.status
    }

    /// The whole document as a server-sent event of the name `status`.
    var whole: ByteBuffer { Self.event("status", json) }

    /// What a client that has another document is to change, as a server-sent event of the name `patch`.
    func change(since sent: StatusDocument) -> ByteBuffer {
        sent.number == previous ? change : Self.patch(from: sent.json, to: json)
    }

    private static func patch(from old: JSONValue, to new: JSONValue) -> ByteBuffer {
        event("patch", .array(JSONPatch.operations(from: old, to: new)))
    }

    private static func event(_ name: StaticString, _ data: JSONValue) -> ByteBuffer {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("event: ")
        writer.raw(name)
        writer.raw("\ndata: ")
        writer.value(data)
        writer.raw("\n\n")
        return writer.buffer
    }
}
