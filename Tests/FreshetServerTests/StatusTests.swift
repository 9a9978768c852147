import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// State, settings, models and probes.
@Suite struct StatusTests {
    @Test func tellsItsState() async throws {
        try await TestServer().test { client in
            let status = try await client.send(.get, "/v1/status")
            #expect(status.status == 200 && status.json["live"] as? String == "0.0")
            #expect((status.json["log"] as? [String: Any])?["events_per_second"] != nil)
            let settings = try await client.send(.get, "/v1/settings")
            let entries = try #require(settings.json["settings"] as? [[String: Any]])
            #expect(entries.map { $0["key"] as? String } == ["engine", "server"])
            #expect((entries[1]["value"] as? [String: Any])?["host"] as? String == "127.0.0.1")
            #expect(try await client.send(.get, "/health/ready").json["status"] as? String == "ready")
        }
    }

    @Test func refusesToPromoteWhatIsNotThere() async throws {
        try await TestServer().test { client in
            let models = try await client.send(.get, "/v1/models")
            #expect(models.json["live"] as? String == "0.0")
            #expect(try await client.send(.get, "/v1/decisions?limit=5").text == #"{"decisions":[]}"#)
            #expect(try await client.send(.post, "/v1/models/9.9/promote").status == 404)
            #expect(try await client.send(.post, "/v1/models/nine/promote").status == 400)
            #expect(try await client.send(.post, "/v1/models/9.9/rollback").status == 409)
            #expect(try await client.send(.post, "/v1/models/0.0/rollback").status == 409)
        }
    }
}
