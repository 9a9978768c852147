import FreshetCore
import FreshetEngine
import FreshetStorage
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import FreshetServer

/// Who may do what, how fast, and from which page.
@Suite struct AccessTests {
    /// Every route with every key: no key 401, a key without the right 403, one with it something else.
    @Test func holdsTheMatrix() async throws {
        let test = try await TestServer()
        let admin = try await test.keys.create(name: "root", rights: [.admin])
        let read = try await test.keys.create(name: "reader", rights: [.read])
        let write = try await test.keys.create(name: "writer", rights: [.write])
        let events = try await test.keys.create(name: "page", rights: [.events])
        let keys: [(text: String?, key: APIKey?)] = [
            (nil, nil), ("freshet_x_y", nil), (admin.text, admin.key), (read.text, read.key), (write.text, write.key),
            (events.text, events.key),
        ]
        let routes = test.server.routes.filter { $0.path != "/v1/status/stream" && $0.path != "/v1/keys/{id}" }
        try await test.test { client in
            for route in routes {
                let path = route.path.replacing("{version}", with: "9.9").replacing("{id}", with: "x")
                    .replacing("{file}", with: "app.js")
                for (text, key) in keys {
                    let answer = try await client.send(route.method, path, key: text)
                    let status = route.right.map { right in key.map { $0.may(right) ? 0 : 403 } ?? 401 } ?? 0
                    let what = "\(route.method) \(route.path) with \(key?.name ?? text ?? "no key")"
                    if status == 0 {
                        #expect(![401, 403].contains(answer.status), "\(what): \(answer.status)")
                    } else {
                        #expect(answer.status == status, "\(what): \(answer.status)")
                    }
                    #expect((answer.headers[.wwwAuthenticate] != nil) == (answer.status == 401))
                }
            }
        }
    }

    /// A key that anybody can read in a page's source.
    @Test func aPageSKeySendsEventsAndNothingElse() async throws {
        let test = try await TestServer()
        let root = try await test.keys.create(name: "root", rights: [.admin])
        try await test.test { client in
            let body = #"{"name":"page","rights":["events"]}"#
            let made = try await client.send(.post, "/v1/keys", body, key: root.text)
            let page = try #require(made.json["text"] as? String)
            let event = #"{"user":"ann","item":"shoe"}"#
            #expect(try await client.send(.post, "/v1/events", event, key: page).status == 202)
            for path in ["/v1/popular", "/v1/users/ann/events", "/v1/users", "/v1/items/shoe", "/v1/status"] {
                #expect(try await client.send(.get, path, key: page).status == 403, "\(path)")
            }
            #expect(try await client.send(.post, "/v1/recommendations", #"{"user":"ann"}"#, key: page).status == 403)
            #expect(try await client.send(.put, "/v1/items/shoe", "{}", key: page).status == 403)
            #expect(try await client.send(.delete, "/v1/users/ann", key: page).status == 403)
        }
    }

    @Test func makesListsAndRevokesKeysWhileItRuns() async throws {
        let test = try await TestServer()
        try await test.test { client in
            let body = #"{"name":"shop","rights":["read","write"]}"#
            #expect(try await client.send(.post, "/v1/keys", body).status == 409)
            let first = try await client.send(.post, "/v1/keys", #"{"name":"root","rights":["admin"]}"#)
            let root = try #require(first.json["text"] as? String)
            #expect(first.status == 201)
            #expect(try await client.send(.get, "/v1/popular").status == 401)
            let made = try await client.send(.post, "/v1/keys", body, key: root)
            let shop = try #require(made.json["text"] as? String)
            let id = try #require((made.json["key"] as? [String: Any])?["id"] as? String)
            #expect(try await client.send(.get, "/v1/popular", key: shop).status == 200)
            #expect(try await client.send(.get, "/v1/keys", key: shop).status == 403)
            let list = try await client.send(.get, "/v1/keys", key: root)
            #expect(!list.text.contains(shop) && !list.text.contains("hash") && list.text.contains(id))
            let rootID = String(root.split(separator: "_")[1])
            #expect(try await client.send(.delete, "/v1/keys/\(rootID)", key: root).status == 409)
            #expect(try await client.send(.delete, "/v1/keys/\(id)", key: root).status == 204)
            #expect(try await client.send(.get, "/v1/popular", key: shop).status == 401)
            #expect(try await client.send(.delete, "/v1/keys/\(id)", key: root).status == 404)
            for secret in [root, shop] {
                let part = String(secret.suffix(64))
                #expect(!test.log.lines.contains { $0.contains(part) }, "a key in the log")
            }
            #expect(test.log.lines.contains { $0.contains("key made") })
        }
    }

    @Test func seesKeysOfOtherProcesses() async throws {
        let store = try SQLiteStore.temporary()
        let (server, command) = (KeyRing(store: store), KeyRing(store: store))
        let made = try await command.create(name: "root", rights: [.admin])
        #expect(server.isEmpty && server.key(for: made.text) == nil)
        try await server.load()
        #expect(server.key(for: made.text) == made.key)
        #expect(server.key(for: made.text.dropLast()) == nil && server.key(for: made.text + "0") == nil)
        #expect(try await command.revoke(made.key.id))
        try await server.load()
        #expect(server.key(for: made.text) == nil)
        let kept = try await store.settings(prefix: "key.")
        #expect(kept.isEmpty)
    }

    /// A key that is taken back while the keys are read stays so.
    @Test func aReadingUnderWayBringsNoKeyBack() async throws {
        let store = MeddlingStore(store: try SQLiteStore.temporary())
        let ring = KeyRing(store: store)
        let root = try await ring.create(name: "root", rights: [.admin])
        let shop = try await ring.create(name: "shop", rights: [.read])
        store.afterNextReading { _ = try await ring.revoke(shop.key.id) }
        try await ring.load()
        #expect(ring.key(for: shop.text) == nil && ring.key(for: root.text) == root.key)
    }

    @Test func keepsNothingThatOpensTheDoor() async throws {
        let store = try SQLiteStore.temporary()
        let ring = KeyRing(store: store)
        let made = try await ring.create(name: "root", rights: [.admin], expires: 1000)
        let secret = try #require(made.text.split(separator: "_").last)
        let kept = try await store.settings(prefix: "key.")
        #expect(kept.count == 1 && !kept.values.contains { $0.contains(secret) })
        #expect(ring.key(for: made.text, now: 999) == made.key)
        #expect(ring.key(for: made.text, now: 1000) == nil)
    }

    @Test func refusesToBeOpenToOthers() async throws {
        await #expect(throws: FreshetError.self) { try await TestServer { $0.host = "0.0.0.0" } }
        for host in ["127.0.0.1", "localhost", "::1", "127.8.8.8"] { #expect(HostName.isLoopback(host)) }
        for host in ["0.0.0.0", "127.0.0.1.evil.example", "128.0.0.1", "127.0.0", "::"] {
            #expect(!HostName.isLoopback(host))
        }
    }

    @Test func limitsTheRate() async throws {
        let test = try await TestServer {
            $0.rateLimit.requestsPerSecond = 0.001
            $0.rateLimit.burst = 3
        }
        try await test.test { client in
            for _ in 0..<3 { #expect(try await client.send(.get, "/v1/popular").status == 200) }
            let answer = try await client.send(.get, "/v1/popular")
            #expect(answer.status == 429)
            #expect(Int(answer.headers[.retryAfter] ?? "") ?? 0 > 100)
            #expect(try await client.send(.get, "/health/live").status == 200)
        }
    }

    @Test func givesTokensBackOverTime() {
        var limit = ServerConfiguration.RateLimit()
        limit.requestsPerSecond = 2
        limit.burst = 1
        let limiter = RateLimiter(limit)
        let start = ContinuousClock.now
        #expect(limiter.take("a", now: start) == nil)
        #expect(limiter.take("a", now: start) == 1)
        #expect(limiter.take("b", now: start) == nil)
        #expect(limiter.take("a", now: start.advanced(by: .milliseconds(500))) == nil)
    }

    @Test func answersOtherOrigins() async throws {
        let test = try await TestServer { $0.allowedOrigins = ["https://shop.example"] }
        try await test.test { client in
            let origin: HTTPFields = [.origin: "https://shop.example", .accessControlRequestMethod: "POST"]
            let preflight = try await client.send(.options, "/v1/events", headers: origin)
            #expect(preflight.status == 204)
            #expect(preflight.headers[.accessControlAllowOrigin] == "https://shop.example")
            #expect(preflight.headers[.accessControlAllowHeaders]?.contains("authorization") == true)
            let event = #"{"user":"a","item":"b"}"#
            let sent = try await client.send(.post, "/v1/events", event, headers: [.origin: "https://shop.example"])
            #expect(sent.status == 202 && sent.headers[.vary] == "Origin")
            let foreign = try await client.send(.post, "/v1/events", event, headers: [.origin: "https://evil.example"])
            #expect(foreign.status == 403 && foreign.headers[.accessControlAllowOrigin] == nil)
            let same = try await client.send(.post, "/v1/events", event, headers: [.origin: "http://localhost"])
            #expect(same.status == 202)
            let null = try await client.send(.post, "/v1/events", event, headers: [.origin: "null"])
            #expect(null.status == 403)
        }
    }

    @Test func headersKeepBrowsersSafe() async throws {
        try await TestServer().test { client in
            let page = try await client.send(.get, "/")
            #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'self'") == true)
            let script = try await client.send(.get, "/dashboard/app.js")
            #expect(script.status == 200 && script.headers[.xContentTypeOptions] == "nosniff")
            let tag = try #require(script.headers[.eTag])
            #expect(try await client.send(.get, "/dashboard/app.js", headers: [.ifNoneMatch: tag]).status == 304)
            #expect(try await client.send(.get, "/dashboard/..%2Fapp.js").status == 404)
            let data = try await client.send(.get, "/v1/popular")
            #expect(data.headers[.cacheControl] == "no-store")
            #expect(data.headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
        }
    }
}

/// Settings that something happens to between a reading and its answer.
private final class MeddlingStore: SettingsStore {
    private let store: SQLiteStore
    private let meddling = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init(store: SQLiteStore) { self.store = store }

    func afterNextReading(_ body: @escaping @Sendable () async throws -> Void) { meddling.withLock { $0 = body } }

    func setting(_ name: String) async throws -> String? { try await store.setting(name) }

    func setSetting(_ name: String, to value: String?) async throws { try await store.setSetting(name, to: value) }

    func settings(prefix: String) async throws -> [String: String] {
        let settings = try await store.settings(prefix: prefix)
        try await meddling.withLock { $0.take() }?()
        return settings
    }
}
