import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

/// Items and users: one by one, in bulk, as pages, and erased.
@Suite struct CatalogueTests {
    @Test func keepsAnItemOfAnyID() async throws {
        try await TestServer().test { client in
            // The id is `a/b%20c`: the slash and the percent sign are encoded.
            let path = "/v1/items/a%2Fb%2520c"
            let body =
                #"{"title":"Tea","categories":["drinks"],"attributes":{"price":2.5,"new":true},"available":true}"#
            let put = try await client.send(.put, path, body)
            #expect(put.status == 200, "\(put.text)")
            #expect(put.json["id"] as? String == "a/b%20c")
            let got = try await client.send(.get, path)
            #expect(got.status == 200 && got.json["title"] as? String == "Tea")
            #expect((got.json["attributes"] as? [String: Any])?["price"] as? Double == 2.5)
            #expect(got.text == put.text && got.text.contains(#""new":true"#))
            #expect(try await client.send(.delete, path).status == 204)
            #expect(try await client.send(.get, path).status == 404)
            #expect(try await client.send(.delete, path).status == 404)
        }
    }

    @Test func patchesByMerging() async throws {
        try await TestServer().test { client in
            #expect(try await client.send(.patch, "/v1/items/tea", #"{"title":"x"}"#).status == 404)
            let first = #"{"title":"Tea","text":"green","attributes":{"price":2,"size":"L"}}"#
            _ = try await client.send(.put, "/v1/items/tea", first)
            let patch = #"{"text":null,"available":false,"attributes":{"price":3}}"#
            let type = "application/merge-patch+json"
            let patched = try await client.send(.patch, "/v1/items/tea", patch, type: type)
            #expect(patched.status == 200, "\(patched.text)")
            let wanted = #"{"id":"tea","title":"Tea","attributes":{"price":3,"size":"L"},"available":false}"#
            #expect(patched.text == wanted)
            #expect(try await client.send(.get, "/v1/items/tea").text == wanted)
            #expect(try await client.send(.patch, "/v1/items/tea", #"{"id":"coffee"}"#).status == 409)
            #expect(try await client.send(.patch, "/v1/items/tea", #"{"available":"no"}"#).status == 400)
        }
    }

    @Test func listsPageByPage() async throws {
        try await TestServer().test { client in
            let ids = (10..<15).map { "item-\($0)" }
            let body = "[" + ids.map { #"{"id":"\#($0)","title":"T \#($0)"}"# }.joined(separator: ",") + "]"
            let put = try await client.send(.post, "/v1/items", body)
            #expect(put.text == #"{"accepted":5,"rejected":[]}"#)
            let first = try await client.send(.get, "/v1/items?limit=2")
            #expect(first.items == ["item-10", "item-11"] && first.json["next"] as? String == "item-11")
            let last = try await client.send(.get, "/v1/items?limit=3&cursor=item-11")
            #expect(last.items == ["item-12", "item-13", "item-14"] && last.json["next"] == nil)
            #expect(try await client.send(.get, "/v1/items?search=T+item-13").items == ["item-13"])
            for query in ["limit=0", "limit=x", "limit=1&limit=2", "page=2", "search=%ff"] {
                #expect(try await client.send(.get, "/v1/items?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test func listsWhatIsRefusedInBulk() async throws {
        try await TestServer().test { client in
            let lines = "{\"id\":\"a\"}\n{\"title\":\"no id\"}\n{\"id\":\"b\",\"tags\":[1]}"
            let answer = try await client.send(.post, "/v1/items", lines, type: "application/x-ndjson")
            #expect(answer.status == 200 && answer.json["accepted"] as? Int == 1)
            let rejected = answer.json["rejected"] as? [[String: Any]] ?? []
            #expect(rejected.compactMap { $0["index"] as? Int } == [1, 2])
            #expect(try await client.send(.post, "/v1/items", #"[{"title":"x"},{}]"#).status == 400)
            let single = try await client.send(.post, "/v1/items", #"{"id":"c","vectors":{"v":["x"]}}"#)
            #expect(single.status == 400)
            let errors = single.json["errors"] as? [[String: Any]]
            #expect(errors?.first?["pointer"] as? String == "/vectors/v")
        }
    }

    /// A misspelt title must not empty an item, nor a misspelt filter answer unfiltered.
    @Test(arguments: [
        ("PUT", "/v1/items/tea", #"{"titel":"x"}"#, "/titel", "title"),
        ("PATCH", "/v1/items/tea", #"{"Text":null}"#, "/Text", "text"),
        ("POST", "/v1/items", #"{"id":"a","catgories":[]}"#, "/catgories", "categories"),
        ("PUT", "/v1/users/ann", #"{"attribute":{}}"#, "/attribute", "attributes"),
        ("POST", "/v1/recommendations", #"{"fitler":{"tags":["x"]}}"#, "/fitler", "filter"),
        ("POST", "/v1/recommendations", #"{"filter":{"category":["x"]}}"#, "/filter/category", "categories"),
        ("POST", "/v1/recommendations", #"{"events":[{"item":"x"},{"item":"y","itme":1}]}"#, "/events/1/itme", "item"),
        ("POST", "/v1/recommendations", #"{"includeSeen":true}"#, "/includeSeen", "include_seen"),
        ("POST", "/v1/rankings", #"{"items":["x"],"user_id":"a"}"#, "/user_id", "user"),
        ("POST", "/v1/keys", #"{"name":"k","rights":["admin"],"expire":5}"#, "/expire", "expires"),
    ]) func refusesUnknownFields(
        method: String,
        path: String,
        body: String,
        pointer: String,
        meant: String
    ) async throws {
        try await TestServer().test { client in
            let before = #"{"id":"tea","title":"Tea","attributes":{"any name":1}}"#
            #expect(try await client.send(.post, "/v1/items", before).status == 200)
            let method = try #require(HTTPRequest.Method(method))
            let answer = try await client.send(method, path, body)
            #expect(answer.status == 400, "\(answer.text)")
            let errors = answer.json["errors"] as? [[String: Any]]
            #expect(errors?.count == 1 && errors?.first?["pointer"] as? String == pointer, "\(answer.text)")
            #expect(
                (errors?.first?["detail"] as? String)?.contains("did you mean '\(meant)'?") == true,
                "\(answer.text)"
            )
            #expect(try await client.send(.get, "/v1/items/tea").text == before)
        }
    }

    @Test func refusesUnknownFieldsOfSingleEntries() async throws {
        try await TestServer().test { client in
            let entries = [#"{"id":"a","tag":["x"]}"#, #"{"id":"b","tags":["x"]}"#]
            for (body, type) in [
                ("[\(entries.joined(separator: ","))]", "application/json"),
                (entries.joined(separator: "\n"), "application/jsonl"),
            ] {
                let answer = try await client.send(.post, "/v1/items", body, type: type)
                #expect(answer.status == 200 && answer.json["accepted"] as? Int == 1, "\(answer.text)")
                #expect(answer.text.contains(#""index":0"#) && answer.text.contains("did you mean 'tags'?"))
            }
            #expect(try await client.send(.get, "/v1/items/a").status == 404)
            let query = try await client.send(.get, "/v1/items?serach=x")
            #expect(query.status == 400 && query.text.contains("did you mean 'search'?"), "\(query.text)")
        }
    }

    @Test func erasesAUserAndKeepsTheReceipt() async throws {
        try await TestServer().test { client in
            _ = try await client.send(.put, "/v1/users/ann", #"{"attributes":{"city":"Oslo"}}"#)
            _ = try await client.send(.post, "/v1/events", #"{"user":"ann","item":"shoe","time":1700000000}"#)
            let history = try await client.send(.get, "/v1/users/ann/events")
            let wanted = #"{"events":[{"user":"ann","item":"shoe","type":"view","time":1700000000}]}"#
            #expect(history.text == wanted)
            let erased = try await client.send(.delete, "/v1/users/ann")
            #expect(erased.status == 200, "\(erased.text)")
            #expect(erased.json["session_events"] as? Int == 1)
            let receipt = try #require(erased.json["id"] as? String)
            #expect(try await client.send(.get, "/v1/erasures/\(receipt)").json["user"] as? String == "ann")
            #expect(try await client.send(.get, "/v1/users/ann").status == 404)
            #expect(try await client.send(.get, "/v1/users/ann/events").text == #"{"events":[]}"#)
            #expect(try await client.send(.delete, "/v1/users/ann").status == 404)
        }
    }

    @Test func joinsAVisitorToAnAccount() async throws {
        try await TestServer().test { client in
            let events = #"[{"user":"guest","item":"shoe","time":2},{"user":"ann","item":"hat","time":1}]"#
            _ = try await client.send(.post, "/v1/events", events)
            let body = #"{"from":"guest","into":"ann"}"#
            let merge = try await client.send(.post, "/v1/users/merge", body)
            #expect(merge.status == 200, "\(merge.text)")
            #expect(merge.text == #"{"user":"ann","events":1,"impressions":0,"changed":true}"#)
            let again = try await client.send(.post, "/v1/users/merge", body)
            #expect(again.text == #"{"user":"ann","events":0,"impressions":0,"changed":false}"#)
            for path in ["guest", "ann"] {
                let history = try await client.send(.get, "/v1/users/\(path)/events").json["events"] as? [[String: Any]]
                #expect(history?.map { $0["item"] as? String } == ["hat", "shoe"])
                #expect(history?.allSatisfy { $0["user"] as? String == "ann" } == true)
            }
            // The old name is the account's, whatever is asked of it.
            #expect(try await client.send(.patch, "/v1/users/guest", #"{"attributes":{"age":3}}"#).status == 200)
            #expect(try await client.send(.get, "/v1/users/ann").text == #"{"id":"ann","attributes":{"age":3}}"#)
            #expect(try await client.send(.delete, "/v1/users/guest").json["user"] as? String == "ann")
            #expect(try await client.send(.get, "/v1/users/ann").status == 404)
        }
    }

    @Test(arguments: [
        (#"{"from":"ann","into":"ann"}"#, 400), (#"{"from":"ann","into":"guest"}"#, 409),
        (#"{"from":"guest","into":"bob"}"#, 409), (#"{"from":"guest"}"#, 400), (#"{"from":"","into":"ann"}"#, 400),
        (#"{"from":"guest","into":"ann","to":"bob"}"#, 400), ("[]", 400),
    ]) func refusesJoiningWhatCannotBe(body: String, status: Int) async throws {
        try await TestServer().test { client in
            _ = try await client.send(.post, "/v1/users/merge", #"{"from":"guest","into":"ann"}"#)
            let answer = try await client.send(.post, "/v1/users/merge", body)
            #expect(answer.status == status, "\(answer.text)")
            // A user of that id is reached by another writing of it.
            #expect(try await client.send(.put, "/v1/users/%6Derge", "{}").json["id"] as? String == "merge")
        }
    }

    @Test func attributesOfUsersComeBackAsTheyWerePut() async throws {
        try await TestServer().test { client in
            let body = #"{"id":"ann","attributes":{"age":1,"member":true,"news":false,"tags":["a"]}}"#
            let put = try await client.send(.put, "/v1/users/ann", body)
            let got = try await client.send(.get, "/v1/users/ann")
            #expect(put.text == body && got.text == body)
        }
    }

    /// A boolean stays one in a filter; the numbers that stood for them before are found as well.
    @Test func filtersByBooleans() async throws {
        try await TestServer().test { client in
            let items =
                #"[{"id":"yes","attributes":{"x":true}},{"id":"no","attributes":{"x":false}},"#
                + #"{"id":"one","attributes":{"x":1}},{"id":"text","attributes":{"x":"true"}}]"#
            #expect(try await client.send(.post, "/v1/items", items).status == 200)
            for (value, wanted) in [
                ("true", ["one", "yes"]), ("false", ["no"]), ("1", ["one"]), ("0", []), (#""true""#, ["text"]),
            ] {
                let body = #"{"filter":{"attributes":{"x":\#(value)}}}"#
                let found = try await client.send(.post, "/v1/recommendations", body).items
                #expect(found.sorted() == wanted, "\(value)")
            }
        }
    }

    @Test func removedItemIsNotFoundAnywhere() async throws {
        try await TestServer().test { client in
            let events = (0..<4).map { #"{"user":"u\#($0)","item":"tea","type":"purchase"}"# }.joined(separator: ",")
            _ = try await client.send(.post, "/v1/items", #"[{"id":"tea","categories":["c"]},{"id":"cup"}]"#)
            _ = try await client.send(.post, "/v1/events", "[\(events)]")
            #expect(try await client.send(.get, "/v1/popular").items == ["tea"])
            #expect(try await client.send(.delete, "/v1/items/tea").status == 204)
            _ = try await client.send(.post, "/v1/events", "[\(events)]")
            #expect(try await client.send(.get, "/v1/popular").items == [])
            #expect(try await client.send(.get, "/v1/popular?category=c").items == [])
            #expect(try await client.send(.post, "/v1/recommendations", #"{"user":"u1"}"#).items == ["cup"])
            let ranking = try await client.send(.post, "/v1/rankings", #"{"items":["tea","cup"]}"#)
            #expect(ranking.items == ["cup"])
            #expect(try await client.send(.get, "/v1/items?search=tea").items == [])
            for path in ["/v1/items/tea", "/v1/items/tea/similar"] {
                let answer = try await client.send(.get, path)
                #expect(answer.status == 404 && answer.json["type"] as? String == "/problems/not-found", "\(path)")
            }
            let patch = try await client.send(.patch, "/v1/items/tea", #"{"title":"x"}"#)
            #expect(patch.status == 404)
            #expect(try await client.send(.delete, "/v1/items/tea").status == 404)
            #expect(try await client.send(.put, "/v1/items/tea", "{}").status == 200)
            #expect(try await client.send(.get, "/v1/popular").items == ["tea"])
        }
    }

    @Test func idsMayBeAsLongAsTheSettingSays() async throws {
        let (long, longer) = (String(repeating: "a", count: 400), String(repeating: "a", count: 401))
        let server = try await TestServer(engine: { $0.ingest.maximumIDLength = 400 })
        try await server.test { client in
            for (id, isSound) in [(long, true), (longer, false)] {
                let requests: [(HTTPRequest.Method, String, String?, Int)] = [
                    (.put, "/v1/items/\(id)", #"{"title":"T"}"#, 200), (.get, "/v1/items/\(id)", nil, 200),
                    (.patch, "/v1/items/\(id)", #"{"text":"t"}"#, 200), (.get, "/v1/items/\(id)/similar", nil, 200),
                    (.get, "/v1/items?cursor=\(id)", nil, 200), (.post, "/v1/items", #"{"id":"\#(id)"}"#, 200),
                    (.post, "/v1/events", #"{"user":"\#(id)","item":"\#(id)"}"#, 202),
                    (.get, "/v1/users/\(id)", nil, 200), (.get, "/v1/users/\(id)/events", nil, 200),
                    (.put, "/v1/users/\(id)", "{}", 200),
                    (.post, "/v1/recommendations", #"{"user":"\#(id)","exclude":["\#(id)"]}"#, 200),
                    (.post, "/v1/recommendations", #"{"events":[{"item":"\#(id)"}]}"#, 200),
                    (.post, "/v1/rankings", #"{"items":["\#(id)"]}"#, 200), (.delete, "/v1/users/\(id)", nil, 200),
                    (.delete, "/v1/items/\(id)", nil, 204),
                ]
                for (method, path, body, status) in requests {
                    let answer = try await client.send(method, path, body)
                    #expect(answer.status == (isSound ? status : 400), "\(method) \(path.prefix(16)): \(answer.text)")
                }
            }
        }
    }

    @Test(arguments: ["%ff", "%zz", String(repeating: "a", count: 257), "%00"])
    func refusesUnsoundIDs(id: String) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.get, "/v1/items/\(id)")
            #expect(answer.status == 400)
        }
    }
}
