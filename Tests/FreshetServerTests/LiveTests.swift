import AsyncHTTPClient
import Dispatch
import Foundation
import FreshetCore
import FreshetEngine
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

@testable import FreshetServer

/// The server over real connections: streams, shutdown, and clients that mean harm.
@Suite(.timeLimit(.minutes(10)), .serialized) struct LiveTests {
    /// Runs what blocks on a thread of its own.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
        }
    }

    @Test func deliversAndRecommends() async throws {
        try await LiveServer.run { port, _, _ in
            var event = HTTPClientRequest(url: "http://127.0.0.1:\(port)/v1/events")
            event.method = .POST
            event.headers.add(name: "content-type", value: "application/json")
            event.body = .bytes(ByteBuffer(string: #"[{"user":"a","item":"x"},{"user":"b","item":"y"}]"#))
            let accepted = try await HTTPClient.shared.execute(event, timeout: .seconds(10))
            #expect(accepted.status == .accepted)
            event.url = "http://127.0.0.1:\(port)/v1/recommendations"
            event.body = .bytes(ByteBuffer(string: #"{"user":"a"}"#))
            let answer = try await HTTPClient.shared.execute(event, timeout: .seconds(10))
            let body = try await answer.body.collect(upTo: 1 << 20)
            #expect(answer.status == .ok && String(buffer: body).contains("recommendation_id"))
        }
    }

    /// Somebody of whom nothing but a search is known is recommended what it looks for.
    @Test func aSearchSaysWhatANewcomerIsAfter() async throws {
        try await LiveServer.run { port, test, _ in
            func send(_ path: String, _ body: String) async throws -> (status: Int, text: String) {
                var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
                request.method = .POST
                request.headers.add(name: "content-type", value: "application/json")
                request.body = .bytes(ByteBuffer(string: body))
                let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
                return (Int(answer.status.code), String(buffer: try await answer.body.collect(upTo: 1 << 20)))
            }
            let kinds = ["kettle steel kitchen", "lamp desk light", "scarf wool winter", "hose garden lawn"]
            let items = (0..<40).map {
                #"{"id":"\#(kinds[$0 % 4].prefix(4))\#($0)","title":"\#(kinds[$0 % 4]) \#($0)"}"#
            }
            #expect(try await send("/v1/items", "[\(items.joined(separator: ","))]").status == 200)
            let views = (0..<40).map { #"{"user":"u\#($0 % 5)","item":"lamp\#($0 / 4 * 4 + 1)"}"# }
            #expect(try await send("/v1/events", "[\(views.joined(separator: ","))]").status == 202)
            let search = #"{"user":"new","type":"search","text":"red kettle","id":"s1"}"#
            #expect(try await send("/v1/events", search).text == #"{"accepted":1,"rejected":[],"offset":40}"#)
            #expect(try await send("/v1/events", search).text.contains(#""duplicates":1"#))
            var text = ""
            for _ in 0..<1500 where !text.contains(#"[{"id":"kett"#) {
                text = try await send("/v1/recommendations", #"{"user":"new","count":3}"#).text
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(text.contains(#"[{"id":"kett"#), "\(text)")
            #expect(try await test.engine.history(of: "new", limit: 9).map(\.text) == ["red kettle"])
        }
    }

    @Test func streamsTheStatusAndEndsWithTheServer() async throws {
        try await LiveServer.run({ $0.limits.statusStreams = 1 }) { port, test, group in
            let url = "http://127.0.0.1:\(port)/v1/status/stream"
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
            #expect(response.headers.first(name: "content-type") == "text/event-stream")
            let second = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
            #expect(second.status == .serviceUnavailable)
            var text = ""
            for try await part in response.body {
                let isFirst = text.isEmpty
                text += String(buffer: part)
                if isFirst { _ = try await test.engine.accept([Event(user: "a", item: "b", time: 1_700_000_000)]) }
                // The whole, then what changed; then the server is asked to stop: the stream has to end by itself.
                if text.contains("event: patch\ndata: [") { await group.triggerGracefulShutdown() }
            }
            #expect(text.hasPrefix("event: status\ndata: {"))
            #expect(text.components(separatedBy: "event: status").count == 2)
            // The server counts it as ended a moment after the client.
            for _ in 0..<100 where !test.registry.text().contains("freshet_http_status_streams 0") {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(test.registry.text().contains("freshet_http_status_streams 0"))
        }
    }

    /// A request that has begun to arrive when the shutdown begins is answered.
    @Test func finishesRequestsOnShutdown() async throws {
        try await LiveServer.run { port, _, group in
            let connection = try RawConnection(port: port)
            let body = #"{"user":"a","item":"b"}"#
            let head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.send("\(head)Content-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(5))
            try await Task.sleep(for: .milliseconds(200))
            await group.triggerGracefulShutdown()
            try await Task.sleep(for: .milliseconds(200))
            connection.send(String(body.dropFirst(5)))
            let answer = try await Self.blocking { connection.receive() }
            #expect(answer.text.hasPrefix("HTTP/1.1 202"), "\(answer.text)")
            #expect(answer.isClosed)
        }
    }

    /// A body that is too long: the answer comes at once, and the connection ends without reading the rest.
    @Test(arguments: ["Content-Length: 999999999", "Transfer-Encoding: chunked"])
    func refusesLongBodiesEarly(header: String) async throws {
        try await LiveServer.run({ $0.limits.bodyBytes = 4096 }) { port, _, _ in
            let connection = try RawConnection(port: port)
            let head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.send("\(head)\(header)\r\n\r\n")
            if header.hasPrefix("Transfer") {
                for _ in 0..<8 { connection.send("400\r\n" + String(repeating: " ", count: 1024) + "\r\n") }
            }
            let answer = try await Self.blocking { connection.receive() }
            #expect(answer.text.hasPrefix("HTTP/1.1 413") && answer.text.contains("/problems/content-too-large"))
            #expect(answer.isClosed)
        }
    }

    /// Slow loris: neither a head nor a body that trickles keeps a connection, wanted or not.
    @Test(arguments: ["", "/v1/events", "/nothing"]) func cutsOffWhatTrickles(path: String) async throws {
        let inTheHead = path.isEmpty
        try await LiveServer.run({
            $0.timeouts.idle = 0.5
            $0.timeouts.request = 1
        }) { port, _, _ in
            let connection = try RawConnection(port: port)
            connection.send("POST \(path)/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
            if !inTheHead { connection.send("Content-Length: 1000\r\n\r\n") }
            let trickle = Task {
                for _ in 0..<200 where !Task.isCancelled {
                    connection.send(inTheHead ? "X" : " ")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            let answer = try await Self.blocking { connection.receive() }
            trickle.cancel()
            #expect(answer.isClosed)
            // What still trickles when the server has closed resets the connection, which can take the answer with it.
            let start = inTheHead ? "" : "HTTP/1.1 \(path == "/nothing" ? 404 : 408)"
            #expect(answer.text.isEmpty || !inTheHead && answer.text.hasPrefix(start), "\(answer.text)")
        }
    }

    @Test func refusesLongHeads() async throws {
        try await LiveServer.run { port, _, _ in
            let connection = try RawConnection(port: port)
            connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n")
            let answer = try await Self.blocking { connection.receive() }
            #expect(answer.isClosed && !answer.text.hasPrefix("HTTP/1.1 200"))
        }
    }

    /// The framework's parser takes ASCII only, and its empty 400 would tell nobody why.
    @Test func saysToEncodeWhatIsNotASCII() async throws {
        try await LiveServer.run { port, _, _ in
            for path in ["/v1/popular?category=茶具", "/v1/items/茶具"] {
                let connection = try RawConnection(port: port)
                connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let answer = try await Self.blocking { connection.receive() }
                #expect(answer.text.hasPrefix("HTTP/1.1 400") && answer.isClosed, "\(answer.text)")
                #expect(answer.text.lowercased().contains("content-type: application/problem+json"))
                #expect(answer.text.contains("Percent-encode them as UTF-8"), "\(answer.text)")
            }
            let connection = try RawConnection(port: port)
            let path = "/v1/popular?category=%E8%8C%B6%E5%85%B7"
            connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let encoded = try await Self.blocking { connection.receive() }
            #expect(encoded.text.hasPrefix("HTTP/1.1 200"), "\(encoded.text)")
        }
    }

    /// On a connection that was used before, and where an answer is still under way.
    @Test func saysSoOnUsedConnectionsToo() async throws {
        try await LiveServer.run { port, _, _ in
            let connection = try RawConnection(port: port)
            connection.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let first = try await Self.blocking { connection.receive { $0.contains("}") } }
            #expect(first.text.hasPrefix("HTTP/1.1 200"), "\(first.text)")
            connection.send("GET /ü HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let second = try await Self.blocking { connection.receive() }
            #expect(second.text.contains("/problems/malformed-request") && second.isClosed, "\(second.text)")

            let pipelined = try RawConnection(port: port)
            pipelined.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /ü HTTP/1.1\r\n\r\n")
            let both = try await Self.blocking { pipelined.receive() }
            // The first answer is the first request's, whatever becomes of the second.
            #expect(!both.text.hasPrefix("HTTP/1.1 400") || !both.text.contains("200 OK"), "\(both.text)")
        }
    }

    @Test func answersOnlyToItsOwnNamesWhileOpen() async throws {
        try await LiveServer.run { port, _, _ in
            for (host, status) in [("evil.example", 421), ("127.0.0.1:\(port)", 200), ("localhost", 200)] {
                let connection = try RawConnection(port: port)
                connection.send("GET /v1/popular HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                let answer = try await Self.blocking { connection.receive() }
                #expect(answer.text.hasPrefix("HTTP/1.1 \(status)"), "\(host): \(answer.text)")
            }
        }
    }
}
