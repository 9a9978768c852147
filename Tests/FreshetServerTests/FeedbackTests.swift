import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// `GET /v1/feedback`.
@Suite("Feedback over HTTP")
struct FeedbackTests {
    @Test func answersWithRows() async throws {
        try await TestServer().test { client in
            let all = try await client.send(.get, "/v1/feedback")
            #expect(all.status == 200 && all.text == #"{"rows":[]}"#)
            let some = try await client.send(.get, "/v1/feedback?by=scenario,version&from=2026-11-01&to=2026-11-30")
            #expect(some.status == 200)
        }
    }

    /// As a table where that is asked for first, with the days that it is about.
    @Test(arguments: [
        ("/v1/feedback?by=scenario", "scenario,answers,served"),
        ("/v1/feedback/comparison?by=scenario,variant", "scenario,variant,answers,answers_before,"),
    ])
    func answersWithTables(path: String, begins: String) async throws {
        try await TestServer().test { client in
            for accept in ["text/csv", "text/csv;q=0.9, */*", "text/html , text/csv"] {
                let table = try await client.send(.get, path, headers: [.accept: accept])
                #expect(table.status == 200 && table.text.hasPrefix(begins) && table.text.hasSuffix("\n"), "\(accept)")
                #expect(table.headers[.contentType] == "text/csv; charset=utf-8")
                #expect(table.headers[.vary]?.contains("Accept") == true)
                #expect(table.headers[.contentDisposition]?.contains(".csv") == true)
            }
            for accept in ["application/json, text/csv", "*/*", ""] {
                let document = try await client.send(.get, path, headers: [.accept: accept])
                #expect(document.json["rows"] is [Any], "\(accept)")
                #expect(document.headers[.vary]?.contains("Accept") == true)
            }
        }
    }

    @Test func comparesTwoPeriods() async throws {
        try await TestServer().test { client in
            let path = "/v1/feedback/comparison?from=2026-11-24&to=2026-11-30"
            let week = try await client.send(.get, path)
            #expect(week.json["now"] as? [String: String] == ["from": "2026-11-24", "to": "2026-11-30"])
            #expect(week.json["before"] as? [String: String] == ["from": "2026-11-17", "to": "2026-11-23"])
            for (query, says) in [
                ("&before_from=2026-11-20&before_to=2026-11-24", "2026-11-24"), ("&by=day", "'day'"),
                ("&before_to=2026-11-01&before_from=2026-11-02", "before_from"),
                ("&before=2026-11-01", "not a parameter"),
            ] {
                let answer = try await client.send(.get, path + query)
                #expect(answer.status == 400 && answer.text.contains(says), "\(answer.text)")
            }
        }
    }

    @Test(arguments: [
        ("by=versoin", "version"), ("by=scenario,scenario", "twice"), ("from=yesterday", "must be a date"),
        ("from=2026-11-02&to=2026-11-01", "before"),
        ("day=2026-11-01", "not a parameter"),
    ])
    func whatIsAskedWronglyIsRefused(query: String, says: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.get, "/v1/feedback?" + query)
            #expect(answer.status == 400 && answer.text.contains(says), "\(answer.text)")
        }
    }
}
