import Foundation
import FreshetCore
import FreshetEngine
import FreshetRecommendation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreshetServer

/// `POST /v1/baskets`.
@Suite struct BasketTests {
    private static func fill(_ client: TestClient) async throws {
        let events = ["ann:tea,milk,cup", "bob:tea,milk,cup", "eve:tea,lamp", "zed:lamp,bulb"].flatMap { line in
            let parts = line.split(separator: ":")
            return parts[1].split(separator: ",").map { #"{"user":"\#(parts[0])","item":"\#($0)"}"# }
        }
        #expect(try await client.send(.post, "/v1/events", "[\(events.joined(separator: ","))]").status == 202)
    }

    @Test func completesABasketAndKeepsTheImpression() async throws {
        let server = try await TestServer(engine: { $0.recommender.policies.newItemShare = 0 })
        try await server.test { client in
            try await Self.fill(client)
            let body = #"{"items":["tea","milk"],"count":1}"#
            let answer = try await client.send(.post, "/v1/baskets", body)
            #expect(answer.status == 200 && answer.items == ["cup"], "\(answer.text)")
            // Live: what goes together from now on counts at once.
            let events = (0..<9).flatMap { user in
                ["tea", "milk", "bulb"].map { #"{"user":"new\#(user)","item":"\#($0)"}"# }
            }
            #expect(try await client.send(.post, "/v1/events", "[\(events.joined(separator: ","))]").status == 202)
            #expect(try await client.send(.post, "/v1/baskets", body).items == ["bulb"])
            let filtered = #"{"items":["tea"],"user":"eve","exclude":["bulb","lamp"],"count":9,"include_seen":true}"#
            let list = try await client.send(.post, "/v1/baskets", filtered)
            #expect(Set(list.items) == ["milk", "cup"], "\(list.text)")
            let id = try #require(list.json["recommendation_id"] as? String)
            let impression = try #require(try await server.engine.impression(id))
            #expect(impression.items.map(\.item) == list.items && impression.user == "eve")
        }
    }

    @Test func unknownItemsCountForNothing() async throws {
        try await TestServer().test { client in
            try await Self.fill(client)
            let answer = try await client.send(.post, "/v1/baskets", #"{"items":["nobody knows"],"count":2}"#)
            #expect(answer.status == 200 && answer.items.count == 2, "\(answer.text)")
        }
    }

    @Test(arguments: [
        ("{}", "/items"), (#"{"items":[]}"#, "/items"), (#"{"items":"tea"}"#, "/items"),
        (#"{"items":[""]}"#, "/items/0"),
        (#"{"items":["a"],"count":0}"#, "/count"), (#"{"items":["a"],"filter":"price <"}"#, "/filter"),
        (#"{"items":["a"],"basket":1}"#, "/basket"),
    ]) func namesTheMistake(body: String, pointer: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/baskets", body)
            let errors = answer.json["errors"] as? [[String: Any]] ?? []
            #expect(
                answer.status == 400 && errors.compactMap { $0["pointer"] as? String } == [pointer],
                "\(answer.text)"
            )
        }
    }
}
