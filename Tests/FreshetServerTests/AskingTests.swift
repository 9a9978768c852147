import Foundation
import FreshetCore
import FreshetEngine
import FreshetRecommendation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreshetServer

/// Filters, details, pages and batches over HTTP.
@Suite struct AskingTests {
    /// A shop of 30 lamps and cups, of which lamps cost 0 to 14, and a few visitors.
    private static func fill(_ client: TestClient) async throws {
        let items = (0..<30).map { number in
            #"{"id":"i\#(number)","title":"thing \#(number)","categories":["\#(number < 15 ? "lamps" : "cups")"],"#
                + #""attributes":{"price":\#(number % 15),"sold_in":["\#(number % 2 == 0 ? "ch" : "de")"]}}"#
        }
        #expect(try await client.send(.post, "/v1/items", "[\(items.joined(separator: ","))]").status == 200)
        let events = (0..<30).flatMap { item in
            (0..<4).map { #"{"user":"u\#(($0 + item) % 6)","item":"i\#(item)"}"# }
        }
        #expect(try await client.send(.post, "/v1/events", "[\(events.joined(separator: ","))]").status == 202)
        let user = #"{"id":"u1","attributes":{"budget":5,"country":"ch"}}"#
        #expect(try await client.send(.put, "/v1/users/u1", user).status < 300)
    }

    private static func server() async throws -> TestServer {
        try await TestServer(engine: { $0.recommender.policies.newItemShare = 0 })
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private static func ids(_ numbers: some Sequence<Int>) -> Set<String> { Set(numbers.map { "i\($0)" }) }

    @Test func distancesAreFromThePlaceOfTheQuestion() async throws {
        try await Self.server().test { client in
            let items = [("a", 59.91, 10.75), ("b", 60.39, 5.32)].map {
                #"{"id":"\#($0.0)","title":"lamp","tags":["\#($0.0)"],"attributes":{"latitude":\#($0.1),"longitude":\#($0.2)}}"#
            }
            #expect(try await client.send(.post, "/v1/items", "[\(items.joined(separator: ","))]").status == 200)
            let place = #""place":{"latitude":60,"longitude":10.5},"filter":"distance_km < 100""#
            #expect(try await client.send(.post, "/v1/recommendations", "{\(place)}").items == ["a"])
            #expect(try await client.send(.post, "/v1/rankings", "{\"items\":[\"b\",\"a\"],\(place)}").items == ["a"])
            #expect(try await client.send(.post, "/v1/search", "{\"query\":\"lamp\",\(place)}").items == ["a"])
            let labels = try await client.send(.post, "/v1/recommendations/labels", "{\"of\":\"tags\",\(place)}")
            #expect(labels.text.contains(#""name":"a""#) && !labels.text.contains(#""name":"b""#), "\(labels.text)")
            let list = "/v1/items/a/similar?place=60.4,5.3&filter=" + Self.encoded("distance_km < 100")
            #expect(try await client.send(.get, list).items == ["b"])
        }
    }

    @Test func theContextIsKeptWithTheAnswer() async throws {
        let server = try await Self.server()
        try await server.test { client in
            #expect(try await client.send(.post, "/v1/items", #"{"id":"b","title":"lamp"}"#).status == 200)
            let context = #""context":{"device":"phone","tabs":3,"on":true}"#
            let bodies = [
                ("/v1/recommendations", "{\(context)}"), ("/v1/rankings", "{\"items\":[\"b\"],\(context)}"),
                ("/v1/search", "{\"query\":\"lamp\",\(context)}"), ("/v1/baskets", "{\"items\":[\"b\"],\(context)}"),
            ]
            for (path, body) in bodies {
                let answer = try await client.send(.post, path, body)
                #expect(answer.status == 200, "\(answer.text)")
                let id = try #require(answer.json["recommendation_id"] as? String)
                let kept = try await server.engine.impression(id)?.context
                #expect(kept == ["device": .text("phone"), "tabs": .number(3), "on": .flag(true)], "\(path)")
            }
            let many = (0..<33).map { "\"a\($0)\":1" }.joined(separator: ",")
            let long = String(repeating: "x", count: 251)
            let empty = Array(repeating: #""""#, count: 100).joined(separator: ",")
            let refused = [
                "5", "{\"many\":[\(empty)]}", "{\(many)}", "{\"device\":\"\(long)\"}", #"{"":1}"#, #"{"a":{"b":1}}"#,
            ]
            for context in refused {
                let answer = try await client.send(.post, "/v1/recommendations", "{\"context\":\(context)}")
                #expect(answer.status == 400 && answer.text.contains("/context"), "\(answer.text)")
            }
        }
    }

    @Test func placesAreOnTheEarth() async throws {
        try await Self.server().test { client in
            for place in [
                #"{"latitude":91,"longitude":0}"#, #"{"latitude":0,"longitude":-181}"#, #"{"latitude":0}"#, "5",
                "[1,2]",
                #"{"latitude":"0","longitude":0}"#, #"{"latitude":0,"longitude":0,"altitude":3}"#,
            ] {
                let answer = try await client.send(.post, "/v1/recommendations", "{\"place\":\(place)}")
                #expect(answer.status == 400 && answer.text.contains("/place"), "\(answer.text)")
            }
            for place in ["91,0", "0", "0,0,0", "a,b", "0,nan", ""] {
                #expect(try await client.send(.get, "/v1/popular?place=\(place)").status == 400, "\(place)")
            }
            let items = #"[{"id":"x","attributes":{"latitude":91}},{"id":"y","attributes":{"latitude":"far"}}]"#
            let put = try await client.send(.post, "/v1/items", items)
            #expect(put.json["accepted"] as? Int == 1 && put.text.contains("-90 to 90"), "\(put.text)")
        }
    }

    @Test func filtersEveryListByAnExpression() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            let filter = "category = 'lamps' and attributes.price <= user.budget and user.country in attributes.sold_in"
            let expected = Self.ids([0, 2, 4])
            let body = #"{"user":"u1","count":30,"filter":"\#(filter)"}"#
            #expect(Set(try await client.send(.post, "/v1/recommendations", body).items) == expected)
            let object =
                #"{"user":"u1","count":30,"filter":{"categories":["lamps"],"expression":"attributes.price < 2"}}"#
            #expect(Set(try await client.send(.post, "/v1/recommendations", object).items) == Self.ids([0, 1]))
            let ranking = #"{"user":"u1","items":["i1","i2","i17","unknown"],"filter":"\#(filter)"}"#
            #expect(try await client.send(.post, "/v1/rankings", ranking).items == ["i2"])
            let popular = "/v1/popular?count=30&user=u1&filter=\(Self.encoded(filter))"
            #expect(Set(try await client.send(.get, popular).items) == expected)
            let similar = "/v1/items/i3/similar?count=30&user=u1&filter=\(Self.encoded(filter))"
            #expect(Set(try await client.send(.get, similar).items) == expected)
            // The user's attributes are those of now.
            let change = #"{"attributes":{"budget":2}}"#
            #expect(
                try await client.send(.patch, "/v1/users/u1", change, type: "application/merge-patch+json").status < 300
            )
            #expect(Set(try await client.send(.post, "/v1/recommendations", body).items) == Self.ids([0, 2]))
        }
    }

    @Test func saysWhereAnExpressionIsWrong() async throws {
        try await Self.server().test { client in
            for (body, pointer) in [
                (#"{"filter":"tags ! 'a'"}"#, "/filter"),
                (#"{"filter":{"expression":"tags ! 'a'"}}"#, "/filter/expression"),
            ] {
                let answer = try await client.send(.post, "/v1/recommendations", body)
                let errors = answer.json["errors"] as? [[String: Any]] ?? []
                #expect(answer.status == 400 && errors.first?["pointer"] as? String == pointer)
                #expect((errors.first?["detail"] as? String)?.contains("at character 6") == true, "\(answer.text)")
            }
            let answer = try await client.send(.get, "/v1/popular?filter=price")
            #expect(answer.status == 400 && answer.text.contains("attributes.price"), "\(answer.text)")
        }
    }

    @Test func aScenarioHasAFilterOfItsOwn() async throws {
        let test = try await TestServer(engine: { settings in
            var policies = settings.recommender.policies
            policies.filter = try? FilterExpression("attributes.price >= user.budget and category = 'cups'")
            settings.recommender.scenarios["dear"] = policies
        })
        try await test.test { client in
            try await Self.fill(client)
            let body = #"{"user":"u1","count":30,"scenario":"dear"}"#
            #expect(Set(try await client.send(.post, "/v1/recommendations", body).items) == Self.ids(20..<30))
            #expect(try await client.send(.get, "/v1/popular?count=30&user=u1&scenario=dear").items.count == 10)
        }
    }

    @Test func carriesTheDetailsThatWereAskedFor() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            let body = #"{"user":"u1","count":3,"fields":["title","attributes.price","categories"]}"#
            let answer = try await client.send(.post, "/v1/recommendations", body)
            let items = answer.json["items"] as? [[String: Any]] ?? []
            #expect(items.count == 3)
            for item in items {
                let number = Int((item["id"] as? String ?? "").dropFirst()) ?? -1
                #expect(item["title"] as? String == "thing \(number)")
                #expect(item["attributes"] as? [String: Int] == ["price": number % 15], "\(answer.text)")
                #expect(item["categories"] as? [String] == [number < 15 ? "lamps" : "cups"])
                #expect(item["tags"] == nil && item["available"] == nil)
            }
            let popular = try await client.send(.get, "/v1/popular?count=1&fields=title,available")
            let first = (popular.json["items"] as? [[String: Any]])?.first
            #expect(first?["title"] != nil && first?["available"] as? Bool == true)
            let plain = try await client.send(.post, "/v1/recommendations", #"{"user":"u1","count":1}"#)
            #expect((plain.json["items"] as? [[String: Any]])?.first?["title"] == nil)
            let wrong = try await client.send(.post, "/v1/recommendations", #"{"fields":["text"]}"#)
            #expect(wrong.status == 400 && wrong.text.contains("/fields"))
        }
    }

    @Test func pagesBringNothingTwice() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            var seen: [String] = []
            var cursor: String?
            for page in 0..<10 {
                let token = cursor.map { #","cursor":"\#($0)""# } ?? ""
                let answer = try await client.send(.post, "/v1/recommendations", #"{"user":"u1","count":8\#(token)}"#)
                #expect(answer.status == 200, "\(answer.text)")
                seen += answer.items
                // What happens between two pages moves the order, and repeats nothing.
                _ = try await client.send(.post, "/v1/events", #"{"user":"u1","item":"i\#(page * 3)"}"#)
                cursor = answer.json["next"] as? String
                if cursor == nil { break }
            }
            #expect(seen.count == 30 && Set(seen).count == 30, "\(seen)")
            let wrong = try await client.send(.post, "/v1/recommendations", #"{"cursor":"AAAAAAAAAAAA"}"#)
            #expect(wrong.status == 400 && wrong.text.contains("cursor"))
        }
    }

    @Test func answersManyUsersAtOnce() async throws {
        try await Self.server().test { client in
            try await Self.fill(client)
            let body = #"{"users":["u1","u2","stranger"],"count":4,"filter":"category = 'cups'","fields":["title"]}"#
            let batch = try await client.send(.post, "/v1/recommendations/batch", body)
            let answers = batch.json["answers"] as? [[String: Any]] ?? []
            #expect(answers.map { $0["user"] as? String } == ["u1", "u2", "stranger"], "\(batch.text)")
            #expect(Set(answers.compactMap { $0["recommendation_id"] as? String }).count == 3)
            for answer in answers {
                let items = answer["items"] as? [[String: Any]] ?? []
                #expect(items.count == 4 && items.allSatisfy { $0["title"] != nil })
                let single = #"{"user":"\#(answer["user"] ?? "")","count":4,"filter":"category = 'cups'"}"#
                let own = try await client.send(.post, "/v1/recommendations", single)
                #expect(items.compactMap { $0["id"] as? String } == own.items)
            }
            for (body, pointer) in [
                (#"{"users":[]}"#, "/users"), (#"{}"#, "/users"), (#"{"users":["a"],"user":"b"}"#, "/user"),
                (#"{"users":["a",""]}"#, "/users/1"),
            ] {
                let refused = try await client.send(.post, "/v1/recommendations/batch", body)
                #expect(refused.status == 400 && refused.text.contains("\"\(pointer)\""), "\(refused.text)")
            }
        }
    }

    /// Three circles of users, each with items of its own, a brand and a tag.
    private static func fillCircles(_ client: TestClient) async throws {
        let items = (0..<12).map { number in
            #"{"id":"i\#(number)","categories":["c\#(number % 3)"],"tags":["t\#(number % 3)"],"#
                + #""attributes":{"brand":"b\#(number % 3)","price":\#(number)}}"#
        }
        _ = try await client.send(.post, "/v1/items", "[\(items.joined(separator: ","))]")
        // User u of circle u % 3 had three of the four items of the circle.
        let events = (0..<12).flatMap { user in
            (0..<4).filter { $0 != user / 3 }.map { #"{"user":"u\#(user)","item":"i\#($0 * 3 + user % 3)"}"# }
        }
        _ = try await client.send(.post, "/v1/events", "[\(events.joined(separator: ","))]")
    }

    private static func users(_ answer: TestClient.Answer) -> [String] {
        (answer.json["users"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
    }

    @Test func findsUsersWhoDidTheSameThings() async throws {
        try await Self.server().test { client in
            try await Self.fillCircles(client)
            let answer = try await client.send(.get, "/v1/users/u1/similar?count=5")
            #expect(Set(Self.users(answer)) == ["u4", "u7", "u10"], "\(answer.text)")
            // The same three items as u4 has: the most alike there can be.
            for item in [1, 7, 10] {
                _ = try await client.send(.post, "/v1/events", #"{"user":"twin","item":"i\#(item)"}"#)
            }
            #expect(Self.users(try await client.send(.get, "/v1/users/u4/similar?count=1")) == ["twin"])
            _ = try await client.send(.delete, "/v1/users/twin")
            #expect(try await !Self.users(client.send(.get, "/v1/users/u4/similar?count=9")).contains("twin"))
            #expect(try await client.send(.get, "/v1/users/nobody/similar").status == 404)
            #expect(try await client.send(.get, "/v1/users/u1/similar?count=0").status == 400)
        }
    }

    @Test func findsUsersForAnItem() async throws {
        try await Self.server().test { client in
            try await Self.fillCircles(client)
            // Of circle 2 user u8 alone did not have item 8.
            let answer = try await client.send(.get, "/v1/items/i8/users?count=3")
            #expect(Self.users(answer).first == "u8", "\(answer.text)")
            #expect(Set(Self.users(answer)).isDisjoint(with: ["u2", "u5", "u11"]), "they had it")
            #expect(try await client.send(.get, "/v1/items/nothing/users").status == 404)
        }
    }

    @Test(arguments: [("categories", "c1"), ("tags", "t1"), ("attributes.brand", "b1")])
    func recommendsLabels(of: String, best: String) async throws {
        try await Self.server().test { client in
            try await Self.fillCircles(client)
            let body = #"{"of":"\#(of)","user":"u1","count":2,"items":2}"#
            let answer = try await client.send(.post, "/v1/recommendations/labels", body)
            let labels = answer.json["labels"] as? [[String: Any]] ?? []
            #expect(labels.count == 2 && labels.first?["name"] as? String == best, "\(answer.text)")
            let items = labels.first?["items"] as? [String] ?? []
            #expect(items.count == 2 && Set(items).isSubset(of: ["i1", "i4", "i7", "i10"]))
            let filtered = #"{"of":"\#(of)","user":"u1","filter":"category != 'c1'"}"#
            let others = try await client.send(.post, "/v1/recommendations/labels", filtered)
            #expect((others.json["labels"] as? [[String: Any]])?.contains { $0["name"] as? String == best } == false)
            for wrong in [#"{"of":"brand"}"#, "{}"] {
                let refused = try await client.send(.post, "/v1/recommendations/labels", wrong)
                #expect(refused.status == 400 && refused.text.contains("\"/of\""), "\(refused.text)")
            }
        }
    }
}
