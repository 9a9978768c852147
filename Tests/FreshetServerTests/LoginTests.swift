import Foundation
import FreshetCore
import HTTPTypes
import Hummingbird
import Testing

@testable import FreshetServer

/// A key is exchanged for a cookie, and what administrators change is written down.
@Suite struct LoginTests {
    private static func cookie(_ answer: TestClient.Answer) throws -> String {
        let header = try #require(answer.headers[.setCookie])
        #expect(
            header.contains("; HttpOnly") && header.contains("; SameSite=Strict") && header.contains("; Max-Age=28")
        )
        return String(header.prefix { $0 != ";" })
    }

    @Test func aCookieHasTheRightsOfItsKeyAndEndsWithIt() async throws {
        let test = try await TestServer()
        let root = try await test.keys.create(name: "root", rights: [.admin])
        let reader = try await test.keys.create(name: "reader", rights: [.read])
        try await test.test { client in
            #expect(try await client.send(.get, "/v1/session").status == 404)
            let wrong = try await client.send(.post, "/v1/session", #"{"key":"freshet_x_y"}"#)
            #expect(wrong.status == 401 && wrong.headers[.setCookie] == nil)
            let made = try await client.send(.post, "/v1/session", #"{"key":"\#(reader.text)"}"#)
            #expect(made.status == 201 && !made.text.contains(reader.text))
            let login: HTTPFields = [.cookie: "other=1; \(try Self.cookie(made))"]
            let who = try await client.send(.get, "/v1/session", headers: login)
            #expect((who.json["key"] as? [String: Any])?["name"] as? String == "reader")
            #expect(try await client.send(.get, "/v1/popular", headers: login).status == 200)
            #expect(try await client.send(.get, "/v1/keys", headers: login).status == 403)
            // A key that is sent counts, whatever the cookie says.
            #expect(try await client.send(.get, "/v1/keys", key: root.text, headers: login).status == 200)
            #expect(try await client.send(.delete, "/v1/keys/\(reader.key.id)", key: root.text).status == 204)
            #expect(try await client.send(.get, "/v1/popular", headers: login).status == 401)
            #expect(try await client.send(.get, "/v1/session", headers: login).status == 404)
        }
    }

    @Test func aPageThatCameOverTLSGetsACookieForTLSOnly() async throws {
        let test = try await TestServer()
        let root = try await test.keys.create(name: "root", rights: [.admin])
        try await test.test { client in
            for (origin, isSecure) in [("https://shop.example", true), ("http://shop.example", false)] {
                let body = #"{"key":"\#(root.text)"}"#
                let headers: HTTPFields = [.origin: origin]
                let made = try await client.send(.post, "/v1/session", body, headers: headers)
                let cookie = made.headers[.setCookie] ?? ""
                #expect(cookie.hasSuffix("; Secure") == isSecure, "\(made.status) \(cookie)")
            }
        }
    }

    @Test func loggingOutEndsIt() async throws {
        let test = try await TestServer()
        let root = try await test.keys.create(name: "root", rights: [.admin])
        try await test.test { client in
            let made = try await client.send(.post, "/v1/session", #"{"key":"\#(root.text)"}"#)
            let login: HTTPFields = [.cookie: try Self.cookie(made)]
            #expect(try await client.send(.get, "/v1/keys", headers: login).status == 200)
            let out = try await client.send(.delete, "/v1/session", headers: login)
            #expect(out.status == 204 && out.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(try await client.send(.get, "/v1/keys", headers: login).status == 401)
        }
    }

    @Test func foreignPagesChangeNothingWithACookie() async throws {
        let test = try await TestServer()
        let root = try await test.keys.create(name: "root", rights: [.admin])
        try await test.test { client in
            let made = try await client.send(.post, "/v1/session", #"{"key":"\#(root.text)"}"#)
            let cookie = try Self.cookie(made)
            let event = #"{"user":"a","item":"b"}"#
            for headers: HTTPFields in [
                [.cookie: cookie, .origin: "https://evil.example"],
                [.cookie: cookie, .known("sec-fetch-site"): "cross-site"],
                [.cookie: cookie, .known("sec-fetch-site"): "same-site"],
            ] {
                #expect(try await client.send(.post, "/v1/events", event, headers: headers).status == 403)
            }
            let own: HTTPFields = [.cookie: cookie, .known("sec-fetch-site"): "same-origin"]
            #expect(try await client.send(.post, "/v1/events", event, headers: own).status == 202)
        }
    }

    @Test func whatAdministratorsChangeIsWrittenDown() async throws {
        let test = try await TestServer()
        let root = try await test.keys.create(name: "root", rights: [.admin])
        let writer = try await test.keys.create(name: "writer", rights: [.write])
        try await test.test { client in
            _ = try await client.send(.post, "/v1/session", #"{"key":"\#(root.text)"}"#)
            _ = try await client.send(.post, "/v1/keys", #"{"name":"x","rights":["read"]}"#, key: root.text)
            _ = try await client.send(.delete, "/v1/keys/none", key: root.text)
            _ = try await client.send(.get, "/v1/keys", key: root.text)
            _ = try await client.send(.post, "/v1/events", #"{"user":"a","item":"b"}"#, key: writer.text)
            #expect(try await client.send(.get, "/v1/access-log", key: writer.text).status == 403)
            let log = try await client.send(.get, "/v1/access-log", key: root.text)
            let acts = try #require(log.json["acts"] as? [[String: Any]])
            #expect(acts.compactMap { $0["operation"] as? String } == ["revokeKey", "createKey", "logIn"])
            #expect(acts.compactMap { $0["status"] as? Int } == [404, 201, 201])
            #expect(acts.allSatisfy { $0["key"] as? String == root.key.id && $0["name"] as? String == "root" })
            #expect(!log.text.contains(root.text))
            let one = try await client.send(.get, "/v1/access-log?limit=1", key: root.text)
            #expect((one.json["acts"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func loginsEndByTheClockAndAreFewForAKey() throws {
        let table = LoginTable()
        let key = APIKey(id: "k", name: "k", rights: [.read], created: 0, expires: nil)
        let first = table.begin(key, of: .default, now: 0)
        #expect(table.login(first.token, now: LoginTable.duration - 1)?.key == "k")
        #expect(table.login(first.token, now: LoginTable.duration) == nil)
        let short = APIKey(id: "s", name: "s", rights: [.read], created: 0, expires: 50)
        #expect(table.begin(short, of: .default, now: 0).expires == 50)
        for second in 1...20 { _ = table.begin(key, of: .default, now: Int64(second)) }
        #expect(table.login(first.token, now: 30) == nil)
        #expect(table.login("none", now: 0) == nil)
    }

    @Test func theLogKeepsTheNewestInBoundedRoom() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/freshet-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = AccessLog(folder: folder, maximumBytes: 1000)
        for time in 0..<100 {
            try log.append(
                .init(time: Int64(time), key: nil, name: nil, operation: "o", path: "/", status: 200, trace: "t")
            )
        }
        let kept = log.newest(1000)
        #expect(kept.first?.time == 99 && kept.count >= 10 && kept.count < 50)
        #expect(log.newest(2, before: 98).map(\.time) == [97, 96])
    }

    /// A kill may cut a line anywhere, also within a letter.
    @Test func aTornLineHidesNoOther() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/freshet-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = AccessLog(folder: folder)
        func act(_ time: Int64) -> AccessLog.Entry {
            .init(time: time, key: nil, name: "Zoë", operation: "o", path: "/", status: 200, trace: "t")
        }
        try log.append(act(1))
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder + "/access-log.jsonl"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(Array(#"{"name":"Zo"#.utf8) + [0xC3]))
        try file.close()
        #expect(log.newest(9) == [act(1)])
        try log.append(act(2))
        #expect(log.newest(9) == [act(2), act(1)])
    }

    @Test func loginsAreLimitedAndOnlyAdministratorsAreNoted() async throws {
        let test = try await TestServer {
            $0.rateLimit.requestsPerSecond = 0.001
            $0.rateLimit.burst = 2
        }
        let root = try await test.keys.create(name: "root", rights: [.admin])
        let reader = try await test.keys.create(name: "reader", rights: [.read])
        try await test.test { client in
            for key in [reader, root] {
                let body = #"{"key":"\#(key.text)"}"#
                #expect(try await client.send(.post, "/v1/session", body).status == 201)
            }
            let log = try await client.send(.get, "/v1/access-log", key: root.text)
            let acts = try #require(log.json["acts"] as? [[String: Any]], "\(log.text)")
            #expect(acts.map { $0["name"] as? String } == ["root"])
            let body = #"{"key":"\#(root.text)"}"#
            let refused = try await client.send(.post, "/v1/session", body)
            #expect(refused.status == 429 && Int(refused.headers[.retryAfter] ?? "") ?? 0 > 0)
        }
    }
}
