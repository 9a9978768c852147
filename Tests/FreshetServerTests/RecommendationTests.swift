import Foundation
import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// Recommendations and what stands beside them.
@Suite struct RecommendationTests {
    private static func fill(_ client: TestClient) async throws {
        let events = ["ann shoe", "ann hat", "bob shoe", "bob tea", "eve shoe"].map { $0.split(separator: " ") }
        let body = events.map { #"{"user":"\#($0[0])","item":"\#($0[1])"}"# }.joined(separator: ",")
        _ = try await client.send(.post, "/v1/events", "[\(body)]")
    }

    @Test func recommends() async throws {
        try await TestServer().test { client in
            try await Self.fill(client)
            let answer = try await client.send(.post, "/v1/recommendations", #"{"user":"eve","count":2}"#)
            #expect(answer.status == 200, "\(answer.text)")
            let decoded = try JSONDecoder().decode(Recommendation.self, from: Data(answer.text.utf8))
            #expect(!decoded.id.isEmpty && decoded.model == ModelVersion(0) && !decoded.items.isEmpty)
            #expect(try await client.send(.post, "/v1/recommendations", "{}").status == 200)
            let session = #"{"events":[{"item":"hat","type":"cart","time":"2024-01-01T00:00:00Z"}],"explain":true}"#
            #expect(try await client.send(.post, "/v1/recommendations", session).status == 200)
        }
    }

    @Test func saysWhatAnItemNeedsOnlyWhenAsked() async throws {
        try await TestServer().test { client in
            try await Self.fill(client)
            let plain = try await client.send(.post, "/v1/recommendations", #"{"user":"eve","count":2}"#)
            #expect(!plain.text.contains("because_without"))
            let body = #"{"user":"eve","count":2,"counterfactual":true}"#
            let answer = try await client.send(.post, "/v1/recommendations", body)
            #expect(answer.status == 200, "\(answer.text)")
            let decoded = try JSONDecoder().decode(Recommendation.self, from: Data(answer.text.utf8))
            #expect(!decoded.items.isEmpty && decoded.items.allSatisfy { $0.counterfactual != nil })
        }
    }

    @Test func ranks() async throws {
        try await TestServer().test { client in
            try await Self.fill(client)
            let answer = try await client.send(.post, "/v1/rankings", #"{"user":"zed","items":["tea","shoe"]}"#)
            #expect(answer.status == 200 && Set(answer.items) == ["tea", "shoe"])
        }
    }

    @Test func searchesByWords() async throws {
        try await TestServer().test { client in
            try await Self.fill(client)
            for (id, title) in [("hat", "Straw hat"), ("shoe", "Running shoe"), ("tea", "Green tea")] {
                let item = #"{"title":"\#(title)"}"#
                #expect(try await client.send(.put, "/v1/items/\(id)", item).status < 300)
            }
            let answer = try await client.send(.post, "/v1/search", #"{"query":"straw","user":"ann"}"#)
            #expect(answer.status == 200 && answer.items == ["hat"], "\(answer.text)")
            #expect(try await client.send(.post, "/v1/search", #"{"query":"violin"}"#).items.isEmpty)
            let missing = try await client.send(.post, "/v1/search", #"{"user":"ann"}"#)
            #expect(missing.status == 400 && missing.text.contains("/query"))
            let long = String(repeating: "x", count: 2_001)
            #expect(try await client.send(.post, "/v1/search", #"{"query":"\#(long)"}"#).status == 400)
        }
    }

    @Test func findsSimilarAndPopular() async throws {
        try await TestServer().test { client in
            try await Self.fill(client)
            #expect(try await client.send(.get, "/v1/popular?count=1").items == ["shoe"])
            let similar = try await client.send(.get, "/v1/items/shoe/similar?count=2").items
            #expect(Set(similar) == ["hat", "tea"])
            #expect(try await client.send(.get, "/v1/items/unknown/similar").status == 404)
            #expect(try await client.send(.get, "/v1/popular?count=0").status == 400)
            #expect(try await client.send(.get, "/v1/popular?category=a&category=b").status == 200)
        }
    }

    @Test(arguments: [
        (#"{"count":0}"#, "/count"), (#"{"count":1.5}"#, "/count"), (#"{"user":""}"#, "/user"),
        (#"{"user":5}"#, "/user"),
        (#"{"events":[{"type":"view"}]}"#, "/events/0/item"), (#"{"events":{}}"#, "/events"),
        (#"{"filter":{"tags":[1]}}"#, "/filter/tags"), (#"{"filter":5}"#, "/filter"),
        (#"{"exclude":[""]}"#, "/exclude/0"),
        (#"{"diversity":2}"#, "/diversity"), (#"{"explain":"yes"}"#, "/explain"), ("[]", ""),
        (#"{"counterfactual":1}"#, "/counterfactual"),
        (#"{"filter":{"attributes":{"a/b":{}}}}"#, "/filter/attributes/a~1b"),
    ]) func namesTheMistake(body: String, pointer: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/recommendations", body)
            #expect(answer.status == 400)
            let errors = answer.json["errors"] as? [[String: Any]] ?? []
            #expect(errors.compactMap { $0["pointer"] as? String } == [pointer], "\(answer.text)")
        }
    }

    @Test func writesAnswersThatFoundationReads() throws {
        let reasons = [Reason(text: "because \"you\"\n bought\u{1}\\é東", item: "a/b", weight: 0.25)]
        let items = [
            RecommendedItem(id: "é \u{7f}", score: 1e-7, reasons: reasons), RecommendedItem(id: "b", score: -3),
            RecommendedItem(id: "c", score: 3.4028235e38),
        ]
        let answer = Recommendation(id: "r", model: ModelVersion(3, update: 17), items: items)
        var writer = JSONWriter()
        writer.recommendation(answer)
        let text = String(buffer: writer.buffer)
        #expect(try JSONDecoder().decode(Recommendation.self, from: Data(text.utf8)) == answer, "\(text)")
    }

    /// A number that is none must not pass for 0, which is a score like any other.
    @Test func writesNoNumberWhereThereIsNone() {
        var writer = JSONWriter()
        writer.itemList([RecommendedItem(id: "a", score: .nan)])
        #expect(String(buffer: writer.buffer) == #"{"items":[{"id":"a","score":null}]}"#)
    }
}
