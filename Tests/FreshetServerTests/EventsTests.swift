import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// `POST /v1/events` in its three forms, and what is wrong with deliveries.
@Suite struct EventsTests {
    @Test func takesOneEventAndTheNextRequestSeesIt() async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/events", #"{"user":"ann","item":"shoe"}"#)
            #expect(answer.status == 202)
            #expect(answer.text == #"{"accepted":1,"rejected":[]}"#)
            let popular = try await client.send(.get, "/v1/popular")
            #expect(popular.items == ["shoe"])
        }
    }

    @Test func takesAnArrayAndListsWhatIsRefused() async throws {
        try await TestServer().test { client in
            let body = #"""
                [{"user":"ann","item":"shoe"}, {"user":7,"item":"shoe"}, {"user":"","item":"hat"}, {"item":"hat"},
                 {"user":"bob","item":"hat","time":99999999999}, {"user":"bob","item":"hat","user":"eve"}, 5]
                """#
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.status == 202)
            #expect(answer.json["accepted"] as? Int == 1)
            let rejected = answer.json["rejected"] as? [[String: Any]] ?? []
            #expect(rejected.compactMap { $0["index"] as? Int } == [1, 2, 3, 4, 5, 6])
            let errors = rejected.compactMap { $0["error"] as? String }
            #expect(errors[0].contains("'user'") && errors[4].contains("second time"))
        }
    }

    @Test func takesLines() async throws {
        try await TestServer().test { client in
            let body = "{\"user\":\"a\",\"item\":\"x\"}\r\n\n{broken\n{\"user\":\"b\",\"item\":\"y\",\"type\":\"cart\"}"
            let answer = try await client.send(.post, "/v1/events", body, type: "application/x-ndjson; charset=utf-8")
            #expect(answer.status == 202)
            #expect(answer.json["accepted"] as? Int == 2)
            #expect((answer.json["rejected"] as? [[String: Any]])?.first?["index"] as? Int == 1)
        }
    }

    @Test func countsAnEventOfOneIDOnce() async throws {
        let test = try await TestServer()
        try await test.test { client in
            let body = #"{"user":"ann","item":"shoe","id":"e1"}"#
            _ = try await client.send(.post, "/v1/events", body)
            let again = try await client.send(.post, "/v1/events", body)
            #expect(again.text == #"{"accepted":1,"duplicates":1,"rejected":[]}"#)
            #expect(test.engine.status().log.events == 1)
        }
    }

    @Test(arguments: [
        ("", 400), ("{", 400), ("[{\"user\":\"a\",\"item\":\"b\"},", 400), ("[1,2]", 400), ("nothing", 400),
        (#"{"user":"a","item":"b",}"#, 400), (#"{"user":"a","user":"a","item":"b"}"#, 400),
        (#"{"user":"a","item":"b"} {}"#, 400), (#"{"user":null,"item":"b"}"#, 400), ("[]", 202),
        (#"{"user":"","item":"b"}"#, 400), (#"{"user":"a\u0000","item":"b"}"#, 400),
        (
            #"{"user":"a","item":"b","x":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
                + "}", 400
        ),
    ]) func answersBodies(body: String, status: Int) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.status == status, "\(body): \(answer.text)")
            guard status == 400 else { return }
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.json["status"] as? Int == 400)
        }
    }

    @Test func refusesWhatIsNotUTF8() async throws {
        try await TestServer().test { client in
            let response = try await client.client.executeRequest(
                uri: "/v1/events",
                method: .post,
                headers: [.contentType: "application/json"],
                body: .init(bytes: Array(#"{"user":"a","item":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8))
            )
            #expect(response.status == .badRequest)
            #expect(String(buffer: response.body).contains("not UTF-8"))
        }
    }

    @Test func refusesTooManyTooLongAndOtherTypes() async throws {
        let test = try await TestServer {
            $0.limits.events = 3
            $0.limits.bodyBytes = 2000
        }
        try await test.test { client in
            let one = #"{"user":"a","item":"b"}"#
            let four = "[" + Array(repeating: one, count: 4).joined(separator: ",") + "]"
            let many = try await client.send(.post, "/v1/events", four)
            #expect(many.status == 400 && many.text.contains("more than 3 events"))
            #expect(test.engine.status().log.events == 0)
            let long = try await client.send(.post, "/v1/events", one + String(repeating: " ", count: 2000))
            #expect(long.status == 413)
            let form = try await client.send(.post, "/v1/events", one, type: "application/x-www-form-urlencoded")
            #expect(form.status == 415)
            let none = try await client.send(.post, "/v1/events", one, type: "")
            #expect(none.status == 415)
        }
    }

    @Test func saysBusyWithRetryAfter() async throws {
        var problem = try #require(Problem(EngineBusyError.make(seconds: 3)))
        #expect(problem.kind == .tooManyRequests && problem.retryAfter == 3)
        problem.retryAfter = 7
        #expect(problem.response(trace: "t").headers[.retryAfter] == "7")
    }
}
