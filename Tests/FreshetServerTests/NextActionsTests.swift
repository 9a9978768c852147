import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreshetServer

/// `/v1/users/{id}/next-actions`.
@Suite("Next actions over HTTP") struct NextActionsTests {
    @Test func saysWhatToAskFor() async throws {
        let test = try await TestServer { _ in
        } engine: {
            $0.language.encoder = "light"
        }
        var events: [Event] = []
        for user in 0..<40 {
            events.append(Event(user: "u\(user)", item: "i", type: .view))
            events.append(Event(user: "u\(user)", item: "i", type: user % 2 == 0 ? .cart : .like))
            if user % 4 == 0 { events.append(Event(user: "u\(user)", item: "i", type: .purchase)) }
        }
        events.append(Event(user: "ann", item: "i", type: .view))
        let count = events.count
        #expect(try await test.engine.accept(events).accepted == count)
        try await test.test { client in
            let path = "/v1/users/ann/next-actions"
            let answer = try await client.send(.get, path + "?among=like,cart")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json["after"] as? String == "view" && answer.json["goal"] as? String == "purchase")
            #expect(answer.json["events"] as? Int == count)
            let actions = try #require(answer.json["actions"] as? [[String: Any]])
            #expect(actions.map { $0["type"] as? String } == ["cart", "like"])
            #expect(actions[0]["observed"] as? Int == 20 && (actions[0]["gain"] as? Double ?? 0) > 0)
            #expect((try await client.send(.get, path + "?count=1").json["actions"] as? [Any])?.count == 1)
            // Of somebody new it is known what new users do.
            let newcomer = try await client.send(.get, "/v1/users/nobody/next-actions")
            #expect(newcomer.status == 200 && newcomer.json["after"] == nil)
            let wrong = try await client.send(.get, path + "?goal=puchase")
            #expect(wrong.status == 400 && wrong.text.contains("purchase"))
            #expect(try await client.send(.get, path + "?gaol=cart").status == 400)
        }
    }
}
