import FreshetCore
import FreshetEngine
import NIOCore
import Testing

@testable import FreshetServer

/// What a client of the status stream is sent.
@Suite struct StatusStreamTests {
    @Test func sendsTheWholeThenWhatChangedThenNothing() async throws {
        let test = try await TestServer()
        let broadcaster = StatusBroadcaster(engine: test.engine, maximum: 2, registry: test.registry)
        var client = try #require(broadcaster.subscribe())
        var document = try Self.data(of: client.next(), "status")
        #expect(document["log"]?["events"] == 0)
        #expect(try client.next() == ByteBuffer(string: ":\n\n"))

        _ = try await test.engine.accept([Event(user: "a", item: "b", time: 1_700_000_000)])
        // A client that comes later starts from the newest; the first is told the difference.
        var second = try #require(broadcaster.subscribe())
        let whole = try Self.data(of: second.next(), "status")
        guard case .array(let patch) = try Self.data(of: client.next(), "patch") else {
            Issue.record("no patch")
            return
        }
        document = document.patched(patch)
        #expect(document["log"]?["events"] == 1 && document == whole)
        #expect(broadcaster.subscribe() == nil)
    }

    /// A client that was passed over twice gets both changes at once.
    @Test func slowClientsMissNothing() async throws {
        let test = try await TestServer()
        let broadcaster = StatusBroadcaster(engine: test.engine, maximum: 2, registry: test.registry)
        var slow = try #require(broadcaster.subscribe())
        let document = try Self.data(of: slow.next(), "status")
        for user in ["a", "b"] {
            _ = try await test.engine.accept([Event(user: user, item: "x", time: 1_700_000_000)])
            _ = try broadcaster.freshDocument()
        }
        guard case .array(let patch) = try Self.data(of: slow.next(), "patch") else {
            Issue.record("no patch")
            return
        }
        #expect(document.patched(patch)["log"]?["users"] == 2)
    }

    @Test func theClockAloneIsNoNews() throws {
        var status = SampleStatus.status
        let document = try StatusDocument(status, number: 1, after: nil)
        status.time += 1000
        #expect(document.says(status))
        status.log.events += 1
        #expect(!document.says(status))
    }

    /// A point more on the curve must not cost the curve.
    @Test func changesCostLittle() throws {
        var status = SampleStatus.status
        let document = try StatusDocument(status, number: 1, after: nil)
        status.time += 1000
        var point = status.curve[status.curve.count - 1]
        point.offset += 100
        status.curve.append(point)
        status.curve.removeFirst()
        let change = try StatusDocument(status, number: 2, after: document).change(since: document)
        #expect(change.readableBytes * 20 < document.whole.readableBytes, "\(change.readableBytes)")
    }

    private static func data(of message: ByteBuffer, _ event: String) throws -> JSONValue {
        let lines = String(buffer: message).split(separator: "\n")
        #expect(lines.first == "event: \(event)")
        return try JSONValue(ByteBuffer(string: String(try #require(lines.last).dropFirst(6)))).sorted
    }
}
