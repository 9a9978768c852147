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

    @Test(arguments: [
        ("by=versoin", "version"), ("from=yesterday", "must be a date"), ("from=2026-11-02&to=2026-11-01", "before"),
        ("day=2026-11-01", "not a parameter"),
    ])
    func whatIsAskedWronglyIsRefused(query: String, says: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.get, "/v1/feedback?" + query)
            #expect(answer.status == 400 && answer.text.contains(says), "\(answer.text)")
        }
    }
}
