import Foundation
import FreshetCore
import FreshetEngine
import FreshetRecommendation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreshetServer

/// Rules, segments and scenarios over HTTP.
@Suite struct RuleTests {
    /// Twenty lamps, dear and cheap, that everybody has looked at, lamp 0 most often.
    private static func fill(_ client: TestClient) async throws {
        let items = (0..<20).map { number in
            #"{"id":"i\#(number)","title":"lamp \#(number)","tags":["\#(number % 2 == 0 ? "sale" : "new")"],"#
                + #""attributes":{"price":\#(number)}}"#
        }
        #expect(try await client.send(.post, "/v1/items", "[\(items.joined(separator: ","))]").status == 200)
        let events = (0..<20).flatMap { item in
            (0..<(20 - item)).map { #"{"user":"u\#($0)","item":"i\#(item)"}"# }
        }
        #expect(try await client.send(.post, "/v1/events", "[\(events.joined(separator: ","))]").status == 202)
    }

    private static func server() async throws -> TestServer {
        try await TestServer(engine: { $0.recommender.policies.newItemShare = 0 })
    }

    private static func ask(_ client: TestClient, _ more: String = "") async throws -> [String] {
        try await client.send(.post, "/v1/recommendations", #"{"user":"stranger","count":5\#(more)}"#).items
    }

    private static let pin = #"{"then":{"pin":[{"item":"i19","position":1}]}}"#

    @Test func aRuleIsInForceAtOnceAndGoneAtOnce() async throws {
        let server = try await Self.server()
        try await server.test { client in
            try await Self.fill(client)
            let plain = try await Self.ask(client)
            #expect(plain.count == 5 && !plain.contains("i19"))
            let put = try await client.send(.put, "/v1/rules/promo", Self.pin)
            #expect(put.status == 200 && put.json["version"] as? Int == 1 && put.json["warnings"] == nil, "\(put.text)")
            let answer = try await client.send(.post, "/v1/recommendations", #"{"user":"stranger","count":5}"#)
            #expect(answer.items == ["i19"] + plain.prefix(4))
            let id = try #require(answer.json["recommendation_id"] as? String)
            #expect(try await server.engine.impression(id)?.rules == ["promo"])
            let list = try await client.send(.get, "/v1/rules").json["rules"] as? [[String: Any]] ?? []
            #expect(list.count == 1 && (list[0]["rule"] as? [String: Any])?["id"] as? String == "promo")
            #expect(try await client.send(.delete, "/v1/rules/promo").status == 204)
            #expect(try await Self.ask(client) == plain)
            #expect(try await client.send(.get, "/v1/rules/promo").status == 404)
            #expect(try await client.send(.delete, "/v1/rules/promo").status == 404)
            let versions = try await client.send(.get, "/v1/rules/promo/versions").json["versions"] as? [[String: Any]]
            #expect(versions?.compactMap { $0["version"] as? Int } == [2, 1] && versions?[0]["rule"] == nil)
        }
    }

    @Test func aDryRunShowsBothAnswersAndKeepsNothing() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            let plain = try await Self.ask(client)
            let body =
                #"{"rule":{"id":"promo","enabled":false,"then":{"pin":[{"item":"i19","position":2}],"hide":"title = 'lamp 0'"}},"user":"stranger","count":5}"#
            let answer = try await client.send(.post, "/v1/rules/dry-run", body)
            func items(_ name: String) -> [String] {
                (answer.json[name] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
            }
            #expect(items("before") == plain && answer.json["in_force"] as? Bool == true, "\(answer.text)")
            #expect(items("after")[1] == "i19" && !items("after").contains("i0"))
            #expect(try await Self.ask(client) == plain)
            let elsewhere =
                #"{"rule":{"when":{"scenario":"cart"},"then":{"hide":"attributes.price >= 0"}},"user":"stranger","count":5}"#
            let other = try await client.send(.post, "/v1/rules/dry-run", elsewhere)
            #expect(other.json["in_force"] as? Bool == false)
            #expect((other.json["warnings"] as? [String])?.first?.contains("leaves none") == true, "\(other.text)")
        }
    }

    @Test func aShareIsNamedAsEverythingElse() async throws {
        try await Self.server().test { client in
            func put(_ name: String) async throws -> TestClient.Answer {
                let share = #"{"filter":"tags = 'new'","\#(name)":0.5}"#
                return try await client.send(.put, "/v1/rules/new", #"{"then":{"share":[\#(share)]}}"#)
            }
            #expect(try await put("at_least").status == 200)
            #expect(try await client.send(.get, "/v1/rules/new").text.contains(#""at_least":0.5"#))
            let old = try await put("atLeast")
            #expect(old.status == 400 && old.text.contains("at_least"), "\(old.text)")
        }
    }

    @Test func whatMayNotBeMeantIsAWarning() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            let gone = try await client.send(.put, "/v1/rules/gone", #"{"then":{"pin":[{"item":"i99","position":1}]}}"#)
            #expect(gone.status == 200 && gone.text.contains("There is no item 'i99'"), "\(gone.text)")
            #expect(try await Self.ask(client).count == 5)
            let all = try await client.send(.put, "/v1/rules/all", #"{"then":{"hide":"attributes.price >= 0"}}"#)
            #expect(all.status == 200 && all.text.contains("leaves none"), "\(all.text)")
            #expect(try await Self.ask(client).isEmpty)
        }
    }

    @Test func segmentsAndScenariosChangeWithoutARestart() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            let rule = #"{"when":{"segment":"vip"},"then":{"filter":"tags in ('new')"}}"#
            let unknown = try await client.send(.put, "/v1/rules/vip", rule)
            #expect(unknown.status == 400 && unknown.text.contains("Unknown segment 'vip'"), "\(unknown.text)")
            let segment = #"{"filter":"user.plan = 'vip'"}"#
            #expect(try await client.send(.put, "/v1/segments/vip", segment).status == 200)
            #expect(try await client.send(.put, "/v1/rules/vip", rule).status == 200)
            #expect(try await client.send(.put, "/v1/users/ann", #"{"attributes":{"plan":"vip"}}"#).status < 300)
            func ask(_ user: String, _ scenario: String = "home") async throws -> [String] {
                let body = #"{"user":"\#(user)","count":9,"scenario":"\#(scenario)"}"#
                return try await client.send(.post, "/v1/recommendations", body).items
            }
            let odd = Set((0..<10).map { "i\(2 * $0 + 1)" })
            #expect(Set(try await ask("ann")).isSubset(of: odd))
            #expect(try await ask("bob").contains("i0"))
            #expect(try await client.send(.put, "/v1/segments/vip", #"{"filter":"user.plan = 'gold'"}"#).status == 200)
            #expect(try await ask("ann").contains("i0"))
            #expect(try await client.send(.delete, "/v1/segments/vip").status == 409)
            #expect(try await client.send(.delete, "/v1/rules/vip").status == 204)
            #expect(try await client.send(.delete, "/v1/segments/vip").status == 204)

            let policies = #"{"filter":"attributes.price > 9","new_item_share":0}"#
            #expect(try await client.send(.put, "/v1/scenarios/cart", policies).status == 200)
            #expect(Set(try await ask("bob", "cart")).isSubset(of: Set((10..<20).map { "i\($0)" })))
            #expect(try await ask("bob").contains("i0"))
            let list = try await client.send(.get, "/v1/scenarios").text
            #expect(list.contains(#""id":"cart""#) && list.contains("attributes.price > 9"))
            #expect(try await client.send(.delete, "/v1/scenarios/cart").status == 204)
            #expect(try await ask("bob", "cart").contains("i0"))
            #expect(try await client.send(.delete, "/v1/scenarios/cart").status == 404)
        }
    }

    @Test(arguments: [
        ("{}", "/then"), (#"{"then":{}}"#, "does nothing"),
        (#"{"then":{"pin":[{"item":"a"}]}}"#, "/then/pin/0/position"),
        (#"{"then":{"hide":"price <"}}"#, "/then/hide"),
        (#"{"then":{"boost":[{"filter":"title = 'a'"}]}}"#, "/then/boost/0/by"),
        (#"{"then":{"boost":[{"filter":"title = 'a'","by":0.5}]}}"#, "/then/boost/0/by"),
        (#"{"then":{"share":[{"filter":"title = 'a'","atleast":0.5}]}}"#, "/then/share/0/atleast"),
        (#"{"then":{"objective":{"profit":2}}}"#, "/then/objective/profit"),
        (#"{"when":{"scene":"home"},"then":{"hide":"title = 'a'"}}"#, "/when/scene"),
        (#"{"id":"other","then":{"hide":"title = 'a'"}}"#, "/id"),
        (#"{"from":20,"until":10,"then":{"hide":"title = 'a'"}}"#, "ends before it begins"),
        (#"{"when":{"segment":"nobody"},"then":{"hide":"title = 'a'"}}"#, "Unknown segment 'nobody'"),
    ]) func namesTheMistake(body: String, words: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.put, "/v1/rules/r", body)
            #expect(answer.status == 400 && answer.text.contains(words), "\(answer.text)")
            #expect(try await client.send(.get, "/v1/rules/r").status == 404)
        }
    }

    @Test func mistakesOfSegmentsAndScenariosAreNamed() async throws {
        try await TestServer().test { client in
            for (path, body, words) in [
                ("segments/s", "{}", "/filter"), ("segments/s", #"{"filter":"title = 'a'"}"#, "asks about items"),
                ("segments/s%20t", #"{"filter":"user.a = 1"}"#, "letters"),
                ("scenarios/s", #"{"diversty":1}"#, "/diversty"),
                ("scenarios/s", #"{"diversity":2}"#, "diversity is 2"),
                ("scenarios/s", #"{"filter":"price <"}"#, "/filter"),
                ("rules/a%20b", Self.pin, "letters"),
            ] {
                let answer = try await client.send(.put, "/v1/\(path)", body)
                #expect(answer.status == 400 && answer.text.contains(words), "\(path) \(body): \(answer.text)")
            }
        }
    }
}
