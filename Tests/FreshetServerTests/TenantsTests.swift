import Foundation
import FreshetCore
import FreshetEngine
import HTTPTypes
import Testing

@testable import FreshetServer

/// Several shops in one server: none sees another, and they come and go while it runs.
@Suite(.timeLimit(.minutes(5))) struct TenantsTests {
    /// Fills a shop with things that have a word in them which nobody else may ever read.
    private static func fill(_ stage: TenantStage, key: String, word: String) async throws {
        let item = #"{"title":"\#(word) title"}"#
        #expect(try await stage.send("PUT", "/v1/items/alpha", item, key: key).status < 300)
        let user = #"{"attributes":{"note":"\#(word)"}}"#
        #expect(try await stage.send("PUT", "/v1/users/ann", user, key: key).status < 300)
        let events = (0..<6).map {
            #"{"user":"ann","item":"\#(word)\#($0)","id":"e\#($0)"},{"user":"ben","item":"\#(word)\#($0)"}"#
        }
        let sent = try await stage.send("POST", "/v1/events", "[\(events.joined(separator: ","))]", key: key)
        #expect(sent.status == 202)
        for index in 0..<6 {
            let item = #"{"title":"\#(word) \#(index)"}"#
            #expect(try await stage.send("PUT", "/v1/items/\(word)\(index)", item, key: key).status < 300)
        }
        let made = try await stage.send("POST", "/v1/keys", #"{"name":"\#(word)","rights":["read"]}"#, key: key)
        #expect(made.status == 201)
    }

    /// Ids of the filled shop that a path may take.
    private static func ids(in path: String) -> [String] {
        let known = ["items": "alpha", "users": "ann", "events": "e0"].filter { path.hasPrefix("/v1/\($0.key)/") }
        return known.isEmpty ? ["a"] : Array(known.values)
    }

    /// Every operation there is, with the key of one shop and the ids of another.
    @Test func noOperationShowsOrChangesAnotherShop() async throws {
        try await TenantStage.withFolder { folder in
            try await TenantStage.run(in: folder) { stage in
                let (a, b) = (try await stage.create("a"), try await stage.create("b"))
                try await Self.fill(stage, key: a, word: "xyzzy")
                try await Self.fill(stage, key: stage.root, word: "plugh")
                let operators = Set(["listTenants", "createTenant", "getTenant", "createTenantKey", "deleteTenant"])
                var told = 0
                for route in stage.server.routes where route.right != nil && route.path != "/v1/status/stream" {
                    for id in Self.ids(in: route.path) {
                        let path = route.path.replacing("{id}", with: id).replacing("{version}", with: "0.0")
                        let body = ["POST", "PUT", "PATCH"].contains(route.method.rawValue) ? #"{"user":"ann"}"# : nil
                        let answer = try await stage.send(route.method.rawValue, path, body, key: b)
                        let what = "\(route.method) \(path): \(answer.status) \(answer.text)"
                        #expect(!answer.text.contains("xyzzy") && !answer.text.contains("plugh"), "\(what)")
                        #expect((answer.status == 403) == operators.contains(route.operation.id), "\(what)")
                        guard route.method == .get else { continue }
                        let own = try await stage.send("GET", path, key: a)
                        if own.text.contains("xyzzy") { told += 1 }
                        #expect(!own.text.contains("plugh"), "\(path): \(own.text)")
                    }
                }
                #expect(told >= 5, "the word is where it can be read")
                // All that was sent with the other key took nothing away here.
                #expect(try await stage.send("GET", "/v1/items/alpha", key: a).text.contains("xyzzy"))
                #expect(try await stage.send("GET", "/v1/users/ann/events", key: a).text.contains("xyzzy5"))
                #expect(try await stage.send("GET", "/v1/status", key: a).text.contains(#""events":12"#))
                let metrics = try await stage.send("GET", "/metrics", key: a).text
                #expect(metrics.contains(#"freshet_log_events{tenant="a"} 12"#) && !metrics.contains(#"tenant="b""#))
                #expect(!metrics.contains("process_") && !metrics.contains("freshet_log_events 12"))
                let all = try await stage.send("GET", "/metrics", key: stage.root).text
                #expect(all.contains(#"freshet_log_events{tenant="a"} 12"#) && all.contains("freshet_log_events 12"))
                #expect(all.components(separatedBy: "# TYPE freshet_log_events gauge").count == 2)
            }
        }
    }

    @Test func makesListsAndDeletesTenantsWhileItRuns() async throws {
        try await TenantStage.withFolder { folder in
            try await TenantStage.run(in: folder) { stage in
                let key = try await stage.create("books", settings: #"{"quota.users":5,"serving.count":3}"#)
                try await Self.fill(stage, key: key, word: "xyzzy")
                for (body, status) in [
                    (#"{"name":"books"}"#, 409), (#"{"name":"default"}"#, 409), (#"{"name":"../x"}"#, 400),
                    (#"{"name":"Books"}"#, 400), ("{}", 400), (#"{"name":"c","settings":{"quota.user":1}}"#, 400),
                    (#"{"name":"c","settings":{"quota.users":-1}}"#, 400), (#"{"name":"c","settings":3}"#, 400),
                ] {
                    let answer = try await stage.send("POST", "/v1/tenants", body, key: stage.root)
                    #expect(answer.status == status, "\(body): \(answer.text)")
                }
                let list = try await stage.send("GET", "/v1/tenants", key: stage.root).json
                let listed = try #require((list["tenants"] as? [[String: Any]])?.first)
                #expect(listed["name"] as? String == "books" && listed["state"] as? String == "open")
                let size = try #require(listed["size"] as? [String: Any])
                #expect(size["events"] as? Int == 12 && size["users"] as? Int == 2 && size["items"] as? Int == 7)
                #expect((listed["settings"] as? [String: Any])?["serving.count"] as? Int == 3)
                #expect(try await stage.send("GET", "/v1/tenants/none", key: stage.root).status == 404)
                #expect(try await stage.send("DELETE", "/v1/tenants/none", key: stage.root).status == 404)
                #expect(try await stage.send("DELETE", "/v1/tenants/default", key: stage.root).status == 404)
                #expect(try await stage.send("DELETE", "/v1/tenants/books", key: key).status == 403)
                let spare = try await stage.send("POST", "/v1/tenants/books/keys", key: stage.root)
                let spareKey = try #require(spare.json["text"] as? String)
                #expect(try await stage.send("GET", "/v1/keys", key: spareKey).status == 200)

                let receipt = try await stage.send("DELETE", "/v1/tenants/books", key: stage.root)
                let deleted = try #require(receipt.json["deleted"] as? [String: Any], "\(receipt.text)")
                #expect(receipt.status == 200 && deleted["events"] as? Int == 12)
                #expect((deleted["bytes"] as? Int ?? 0) > 0)
                for text in [key, spareKey] {
                    #expect(try await stage.send("GET", "/v1/popular", key: text).status == 401)
                }
                let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/tenants")
                #expect(left.isEmpty, "\(left)")
                let again = try await stage.create("books")
                #expect(try await stage.send("GET", "/v1/status", key: again).text.contains(#""events":0"#))
                #expect(try await stage.send("GET", "/v1/popular", key: key).status == 401)
            }
        }
    }

    @Test func aShopGoesUnderLoadAndItsNeighbourFeelsNothing() async throws {
        try await TenantStage.withFolder { folder in
            try await TenantStage.run(in: folder) { stage in
                let (a, b) = (try await stage.create("a"), try await stage.create("b"))
                let answers = try await withThrowingTaskGroup(of: (String, [Int]).self) { tasks in
                    for (name, key) in [("a", a), ("a", a), ("b", b)] {
                        tasks.addTask {
                            var statuses: [Int] = []
                            // Until it is gone, or for a while.
                            for index in 0..<(name == "a" ? 5000 : 40) where statuses.allSatisfy({ $0 == 202 }) {
                                let event = #"{"user":"u\#(index)","item":"i"}"#
                                statuses.append(try await stage.send("POST", "/v1/events", event, key: key).status)
                            }
                            return (name, statuses)
                        }
                    }
                    let receipt = try await stage.send("DELETE", "/v1/tenants/a", key: stage.root)
                    #expect(receipt.status == 200, "\(receipt.text)")
                    return try await tasks.reduce(into: [:] as [String: [Int]]) { $0[$1.0, default: []] += $1.1 }
                }
                #expect(answers["a"]?.allSatisfy { $0 == 202 || $0 == 401 } == true, "\(answers)")
                #expect(answers["a"]?.contains(401) == true)
                #expect(answers["b"] == Array(repeating: 202, count: 40))
            }
        }
    }

    @Test func tenantsSurviveARestartEachByItself() async throws {
        try await TenantStage.withFolder { folder in
            let kept = Kept()
            try await TenantStage.run(in: folder) { stage in
                let key = try await stage.create("books", settings: #"{"quota.users":2}"#)
                try await Self.fill(stage, key: key, word: "xyzzy")
                await kept.set(key)
            }
            // Neither a broken neighbour nor what an interrupted deletion left keeps the server from starting.
            try FileManager.default.createDirectory(atPath: folder + "/tenants/bad", withIntermediateDirectories: true)
            try Data("no database".utf8).write(to: URL(fileURLWithPath: folder + "/tenants/bad/freshet.sqlite"))
            try FileManager.default.createDirectory(
                atPath: folder + "/tenants/.deleted-x-1",
                withIntermediateDirectories: true
            )
            try await TenantStage.run(in: folder) { stage in
                let key = await kept.key
                #expect(try await stage.send("GET", "/v1/items/alpha", key: key).text.contains("xyzzy"))
                let third = try await stage.send("POST", "/v1/events", #"{"user":"cid","item":"alpha"}"#, key: key)
                #expect(third.status == 507 && third.text.contains("quota.users"), "\(third.text)")
                let bad = try await stage.send("GET", "/v1/tenants/bad", key: stage.root)
                #expect(bad.json["state"] as? String == "failed", "\(bad.text)")
                // What cannot be opened may be another process's.
                #expect(try await stage.send("DELETE", "/v1/tenants/bad", key: stage.root).status == 409)
                let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/tenants")
                #expect(left.sorted() == ["bad", "books"])
            }
        }
    }

    private actor Kept {
        var key = ""
        func set(_ key: String) { self.key = key }
    }

    @Test func limitsHoldForOneShopAlone() async throws {
        try await TenantStage.withFolder { folder in
            try await TenantStage.run(in: folder) { stage in
                let slow = #"{"quota.items":2,"quota.events_per_second":0.001}"#
                let a = try await stage.create("a", settings: slow)
                let few = #"{"rate_limit.requests_per_second":0.001,"rate_limit.burst":2}"#
                let b = try await stage.create("b", settings: few)
                let three = #"[{"user":"u","item":"1"},{"user":"u","item":"2"},{"user":"u","item":"3"}]"#
                let full = try await stage.send("POST", "/v1/events", three, key: a)
                #expect(full.status == 507 && full.text.contains("quota-exceeded"), "\(full.text)")
                let one = #"{"user":"u","item":"1"}"#
                #expect(try await stage.send("POST", "/v1/events", one, key: a).status == 202)
                #expect(try await stage.send("POST", "/v1/events", one, key: a).status == 429)
                #expect(try await stage.send("GET", "/v1/popular", key: a).status == 200)
                #expect(try await stage.send("PUT", "/v1/items/2", "{}", key: a).status < 300)
                #expect(try await stage.send("PUT", "/v1/items/3", "{}", key: a).status == 507)
                // All keys of a shop share its requests: a second key brings no more.
                let second = try await stage.send("POST", "/v1/keys", #"{"name":"x","rights":["read"]}"#, key: b)
                let other = try #require(second.json["text"] as? String)
                #expect(try await stage.send("GET", "/v1/popular", key: b).status == 200)
                #expect(try await stage.send("GET", "/v1/popular", key: other).status == 429)
                #expect(try await stage.send("POST", "/v1/events", three, key: stage.root).status == 202)
            }
        }
    }

    @Test func nobodyIsAnOperatorByAccident() async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/tenants", #"{"name":"a"}"#)
            #expect(answer.status == 409)
        }
    }

    @Test func aCopiedKeyStaysWithItsFirstOwner() throws {
        let (a, b) = (try Tenant("a"), try Tenant("b"))
        let directory = KeyDirectory()
        directory.change(from: [String](), to: ["1", "2"], of: a)
        directory.change(from: [String](), to: ["2", "3"], of: b)
        #expect(directory.tenant(ofKey: "freshet_2_x") == a && directory.tenant(ofKey: "freshet_3_x") == b)
        directory.change(from: ["2", "3"], to: [String](), of: b)
        #expect(directory.tenant(ofKey: "freshet_2_x") == a && directory.tenant(ofKey: "freshet_3_x") == nil)
        #expect(directory.tenant(ofKey: "freshet_1") == nil)
    }
}
