import Foundation
import FreshetCore
import FreshetEngine
import FreshetRecommendation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreshetServer

/// Rows of a page, what is trending, and what a segment wants.
@Suite struct ShelvesTests {
    /// Red users take red things, blue ones blue things.
    private static func fill(_ client: TestClient) async throws {
        let items = (0..<24).map { number in
            #"{"id":"\#(number % 2 == 0 ? "red" : "blue")\#(number)","title":"thing \#(number)","categories":["c\#(number % 2)"]}"#
        }
        #expect(try await client.send(.post, "/v1/items", "[\(items.joined(separator: ","))]").status == 200)
        let events = (0..<12).flatMap { user in
            (0..<6).map { event in
                let number = 2 * ((user + 5 * event) % 12) + user % 2
                return #"{"user":"u\#(user)","item":"\#(user % 2 == 0 ? "red" : "blue")\#(number)","type":"purchase"}"#
            }
        }
        #expect(try await client.send(.post, "/v1/events", "[\(events.joined(separator: ","))]").status == 202)
        let users = (0..<12).map { #"{"id":"u\#($0)","attributes":{"colour":"\#($0 % 2 == 0 ? "red" : "blue")"}}"# }
        #expect(try await client.send(.post, "/v1/users", "[\(users.joined(separator: ","))]").status == 200)
    }

    private static func server() async throws -> TestServer {
        try await TestServer(engine: { $0.recommender.policies.newItemShare = 0 })
    }

    @Test func shelvesAreFilledAndKept() async throws {
        let server = try await Self.server()
        try await server.test { client in
            try await Self.fill(client)
            let body = #"{"user":"u2","shelves":3,"count":4,"include_seen":true,"fields":["title"]}"#
            let answer = try await client.send(.post, "/v1/shelves", body)
            let shelves = answer.json["shelves"] as? [[String: Any]] ?? []
            try #require(answer.status == 200 && shelves.count >= 2, "\(answer.text)")
            #expect(shelves[0]["kind"] as? String == "for_you" && shelves[1]["kind"] as? String == "because")
            #expect((shelves[1]["title"] as? String)?.hasPrefix("Because you bought thing") == true)
            let items = shelves.flatMap { ($0["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String } }
            #expect(Set(items).count == items.count && answer.text.contains(#""title":"thing"#))
            let ids = Set(shelves.compactMap { $0["recommendation_id"] as? String })
            #expect(ids.count == shelves.count)
            for id in ids { #expect(try await server.engine.impression(id)?.user == "u2") }
        }
    }

    @Test func aSegmentGetsWhatItsUsersWant() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            for colour in ["red", "blue"] {
                let segment = #"{"filter":"user.colour = '\#(colour)'"}"#
                #expect(try await client.send(.put, "/v1/segments/\(colour)", segment).status == 200)
                let path = "/v1/segments/\(colour)/recommendations"
                let answer = try await client.send(.post, path, #"{"count":5,"include_seen":true}"#)
                #expect(answer.status == 200 && answer.json["users"] as? Int == 6, "\(answer.text)")
                #expect(answer.items.count == 5 && answer.items.allSatisfy { $0.hasPrefix(colour) }, "\(answer.text)")
            }
            #expect(try await client.send(.put, "/v1/segments/none", #"{"filter":"user.colour = 'x'"}"#).status == 200)
            let none = try await client.send(.post, "/v1/segments/none/recommendations", "{}")
            #expect(none.json["users"] as? Int == 0 && none.items.isEmpty)
            #expect(try await client.send(.post, "/v1/segments/nobody/recommendations", "{}").status == 404)
        }
    }

    @Test func whatIsTrendingIsFilteredLikeAnyList() async throws {
        try await Self.server().test { client in
            let now = Int(Date().timeIntervalSince1970)
            func events(_ item: String, _ count: Int, daysAgo: Int) -> String {
                (0..<count).map {
                    #"{"user":"u\#($0)","item":"\#(item)","time":\#(now - daysAgo * 86_400 - $0)}"#
                }.joined(separator: ",")
            }
            let old = (1..<8).map { events("classic", 12, daysAgo: $0) }
            let all = old + [events("classic", 12, daysAgo: 0), events("hit", 12, daysAgo: 0)]
            #expect(try await client.send(.post, "/v1/events", "[\(all.joined(separator: ","))]").status == 202)
            let trending = try await client.send(.get, "/v1/trending")
            #expect(trending.items == ["hit"], "\(trending.text)")
            #expect(try await client.send(.get, "/v1/trending?count=0").status == 400)
            #expect(try await client.send(.get, "/v1/trending?category=a").items.isEmpty)
        }
    }

    @Test(arguments: [
        (#"{"shelves":0}"#, "/shelves"), (#"{"shelves":21}"#, "/shelves"), (#"{"rows":3}"#, "/rows"),
        (#"{"user":""}"#, "/user"),
    ]) func namesTheMistake(body: String, pointer: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/shelves", body)
            #expect(answer.status == 400 && answer.text.contains("\"\(pointer)\""), "\(answer.text)")
        }
    }
}
