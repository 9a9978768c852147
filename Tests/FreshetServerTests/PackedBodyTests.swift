import Foundation
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// Bodies packed by gzip.
@Suite struct PackedBodyTests {
    /// The body `[{"user":"ann","item":"shoe"},{"user":"bob","item":"茶具"}]`.
    private static let events = data(
        "H4sIAAAAAAACA4uuViotTi1SslJKzMtT0lHKLEnNBXKKM/JTlWp14JJJ+UkIyRc92562bleqjQUAOYoN1j0AAAA="
    )
    /// The body `{"user":"ann","item":"shoe"}` and 100,000 blanks in 163 bytes.
    private static let bomb = data(
        "H4sIAAAAAAACA+3HsQ1AUBgGwFXkq01gG8WfUHgSj0rszhiKu+7uXL2OTJlby5j1rO1LX/bKMwAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAC/9QKnLR7VvIYBAA=="
    )

    private static func data(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    private static func send(
        _ body: [UInt8],
        _ coding: String,
        _ client: TestClient,
        to path: String = "/v1/events"
    ) async throws -> TestClient.Answer {
        let response = try await client.client.executeRequest(
            uri: path,
            method: .post,
            headers: [.contentType: "application/json", .contentEncoding: coding],
            body: ByteBuffer(bytes: body)
        )
        return .init(status: response.status.code, headers: response.headers, body: response.body)
    }

    @Test(arguments: ["gzip", "GZIP", "x-gzip"]) func unpacks(coding: String) async throws {
        let test = try await TestServer()
        try await test.test { client in
            let answer = try await Self.send(Self.events, coding, client)
            #expect(answer.status == 202 && answer.json["accepted"] as? Int == 2, "\(answer.text)")
            #expect(try await client.send(.get, "/v1/popular").items.contains("茶具"))
        }
    }

    @Test func takesWhatIsNotPacked() async throws {
        try await TestServer().test { client in
            let answer = try await Self.send(Array(#"{"user":"a","item":"b"}"#.utf8), "identity", client)
            #expect(answer.status == 202, "\(answer.text)")
        }
    }

    /// The limit holds for what comes out, the memory of all bodies too, and nothing of it stays taken.
    @Test func refusesBombsBySize() async throws {
        let test = try await TestServer {
            $0.limits.bodyBytes = 4096
            $0.limits.bodyBytesInFlight = 8192
        }
        try await test.test { client in
            for _ in 0..<5 {
                let answer = try await Self.send(Self.bomb, "gzip", client)
                #expect(answer.status == 413 || answer.status == 429, "\(answer.text)")
            }
            let sound = try await Self.send(Self.events, "gzip", client)
            #expect(sound.status == 202, "\(sound.text)")
            #expect(test.engine.status().log.events == 2)
        }
        let roomy = try await TestServer { $0.limits.bodyBytes = 200_000 }
        try await roomy.test { client in
            let answer = try await Self.send(Self.bomb, "gzip", client)
            #expect(answer.status == 202, "\(answer.text)")
        }
    }

    @Test func refusesWhatIsNoGzip() async throws {
        try await TestServer().test { client in
            for body in [Array(Self.events.dropLast(9)), Array("{}".utf8), [], Self.events.map { $0 ^ 1 }] {
                let answer = try await Self.send(body, "gzip", client)
                #expect(answer.status == 400 && answer.text.contains("gzip"), "\(answer.text)")
            }
            for coding in ["br", "gzip, gzip", "deflate"] {
                let answer = try await Self.send(Self.events, coding, client)
                #expect(answer.status == 415 && answer.headers[.acceptEncoding] == "gzip", "\(answer.text)")
                #expect(answer.text.contains("/problems/unsupported-coding"))
            }
        }
    }
}
