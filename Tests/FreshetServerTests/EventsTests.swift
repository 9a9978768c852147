import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// `POST /v1/events` in its three forms, and what is wrong with deliveries.
@Suite struct EventsTests {
    @Test func takesOneEventAndTheNextRequestSeesIt() async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/events", #"{"user":"ann","item":"shoe"}"#)
            #expect(answer.status == 202)
            #expect(answer.text == #"{"accepted":1,"rejected":[],"offset":1}"#)
            let popular = try await client.send(.get, "/v1/popular")
            #expect(popular.items == ["shoe"])
        }
    }

    @Test func takesAnArrayAndListsWhatIsRefused() async throws {
        try await TestServer().test { client in
            let body = #"""
                [{"user":"ann","item":"shoe"}, {"user":7,"item":"shoe"}, {"user":"","item":"hat"}, {"item":"hat"},
                 {"user":"bob","item":"hat","time":99999999999}, {"user":"bob","item":"hat","user":"eve"}, 5]
                """#
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.status == 202)
            #expect(answer.json["accepted"] as? Int == 1)
            let rejected = answer.json["rejected"] as? [[String: Any]] ?? []
            #expect(rejected.compactMap { $0["index"] as? Int } == [1, 2, 3, 4, 5, 6])
            let errors = rejected.compactMap { $0["error"] as? String }
            #expect(errors[0].contains("'user'") && errors[4].contains("second time"))
        }
    }

    /// Numbers and text with a fraction come back as they were, and put the events of one second in order.
    @Test func keepsMilliseconds() async throws {
        try await TestServer().test { client in
            let body = #"""
                [{"user":"ann","item":"third","time":1714560000.73},{"user":"ann","item":"whole","time":1714559999},
                 {"user":"ann","item":"second","time":"2024-05-01T10:40:00.415Z"}]
                """#
            #expect(try await client.send(.post, "/v1/events", body).status == 202)
            let events = try await client.send(.get, "/v1/users/ann/events").json["events"] as? [[String: Any]] ?? []
            let times = Dictionary(uniqueKeysWithValues: events.map { ($0["item"] as? String, $0["time"] as? Double) })
            #expect(times == ["whole": 1_714_559_999, "second": 1_714_560_000.415, "third": 1_714_560_000.73])
        }
    }

    /// A text instead of an item is a search: kept, taken back by its id, and refused beside an item or as another type.
    @Test func takesSearches() async throws {
        try await TestServer().test { client in
            let body = #"""
                [{"user":"ann","type":"search","text":"red kettle","id":"s1","time":5},{"user":"ann","text":"mug","time":6},
                 {"user":"ann","item":"hat","text":"mug"},{"user":"ann","type":"view","text":"mug"},
                 {"user":"ann","text":" "},{"user":"ann","text":7}]
                """#
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.status == 202 && answer.json["accepted"] as? Int == 2, "\(answer.text)")
            let rejected = answer.json["rejected"] as? [[String: Any]] ?? []
            #expect(rejected.compactMap { $0["index"] as? Int } == [2, 3, 4, 5])
            let history = try await client.send(.get, "/v1/users/ann/events")
            #expect(
                history.text.contains(#"{"user":"ann","text":"red kettle","type":"search","time":5}"#),
                "\(history.text)"
            )
            #expect(try await client.send(.delete, "/v1/events/s1").status == 204)
            #expect(try await !client.send(.get, "/v1/users/ann/events").text.contains("red kettle"))
            let asked = try await client.send(.post, "/v1/search", #"{"query":"lamp","record":true}"#)
            #expect(asked.status == 400 && asked.text.contains("/record"), "\(asked.text)")
            _ = try await client.send(.post, "/v1/search", #"{"query":"lamp","user":"ann","record":true}"#)
            _ = try await client.send(.post, "/v1/search", #"{"query":"tent","user":"ann"}"#)
            let after = try await client.send(.get, "/v1/users/ann/events").text
            #expect(after.contains("lamp") && !after.contains("tent"))
        }
    }

    /// Asked before, so that the history is in memory.
    @Test func takesAnEventBack() async throws {
        let test = try await TestServer()
        try await test.test { client in
            let body = #"[{"user":"ann","item":"shoe","id":"a/1"},{"user":"ann","item":"hat"}]"#
            #expect(try await client.send(.post, "/v1/events", body).status == 202)
            _ = try await client.send(.post, "/v1/recommendations", #"{"user":"ann"}"#)
            #expect(try await client.send(.delete, "/v1/events/a%2F1").status == 204)
            #expect(try await client.send(.delete, "/v1/events/a%2F1").status == 404)
            let events = try await client.send(.get, "/v1/users/ann/events").json["events"] as? [[String: Any]]
            #expect(events?.map { $0["item"] as? String } == ["hat"])
            #expect(test.engine.status().log.events == 1)
        }
    }

    /// A session stands for whoever has no name; a number gets a word before it, since a user may be called so.
    @Test func sessionAloneIsAVisitor() async throws {
        try await TestServer().test { client in
            let body = #"[{"session":"17","item":"shoe"},{"session":"c0ffee","item":"hat"},{"item":"hat"}]"#
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.json["accepted"] as? Int == 2, "\(answer.text)")
            #expect(answer.text.contains("no 'user' (nor 'session')"))
            for (user, item) in [("session:17", "shoe"), ("c0ffee", "hat")] {
                let events = try await client.send(.get, "/v1/users/\(user)/events").json["events"] as? [[String: Any]]
                #expect(events?.map { $0["item"] as? String } == [item])
            }
            let asked = #"{"session":"c0ffee","events":[{"item":"shoe","time":1700000000}],"count":3}"#
            for path in ["recommendations", "rankings", "search", "recommendations/labels"] {
                let more = [
                    "rankings": #","items":["hat"]"#, "search": #","query":"hat""#,
                    "recommendations/labels": #","of":"tags""#,
                ]
                let body = asked.dropLast() + (more[path] ?? "") + "}"
                #expect(try await client.send(.post, "/v1/\(path)", String(body)).status == 200, "\(path)")
            }
            #expect(try await client.send(.post, "/v1/recommendations", #"{"session":7}"#).status == 400)
            #expect(try await client.send(.post, "/v1/events", #"{"user":"a","item":"x","session":""}"#).status == 400)
        }
    }

    @Test func takesLines() async throws {
        try await TestServer().test { client in
            let body = "{\"user\":\"a\",\"item\":\"x\"}\r\n\n{broken\n{\"user\":\"b\",\"item\":\"y\",\"type\":\"cart\"}"
            let answer = try await client.send(.post, "/v1/events", body, type: "application/x-ndjson; charset=utf-8")
            #expect(answer.status == 202)
            #expect(answer.json["accepted"] as? Int == 2)
            #expect((answer.json["rejected"] as? [[String: Any]])?.first?["index"] as? Int == 1)
        }
    }

    @Test func countsAnEventOfOneIDOnce() async throws {
        let test = try await TestServer()
        try await test.test { client in
            let body = #"{"user":"ann","item":"shoe","id":"e1"}"#
            _ = try await client.send(.post, "/v1/events", body)
            let again = try await client.send(.post, "/v1/events", body)
            #expect(again.text == #"{"accepted":1,"duplicates":1,"rejected":[],"offset":1}"#)
            #expect(test.engine.status().log.events == 1)
        }
    }

    /// Each event for itself, in an array and in lines; the others stand.
    @Test func refusesUnknownFieldsByPlace() async throws {
        let test = try await TestServer()
        try await test.test { client in
            let events = [
                #"{"user":"a","item":"x"}"#, #"{"user_id":"a","item":"x"}"#, #"{"user":"a","item":"x","tme":3}"#,
                #"{"user":"a","item":"x","colour":{"deep":[1,2]}}"#,
            ]
            for (body, type) in [
                ("[\(events.joined(separator: ","))]", "application/json"),
                (events.joined(separator: "\n"), "application/x-ndjson"),
            ] {
                let answer = try await client.send(.post, "/v1/events", body, type: type)
                #expect(answer.status == 202 && answer.json["accepted"] as? Int == 1, "\(answer.text)")
                let rejected = answer.json["rejected"] as? [[String: Any]] ?? []
                #expect(rejected.compactMap { $0["index"] as? Int } == [1, 2, 3])
                let errors = rejected.compactMap { $0["error"] as? String }
                #expect(errors[0].contains("'user_id'") && errors[0].contains("did you mean 'user'?"))
                #expect(errors[1].contains("'tme'") && errors[1].contains("did you mean 'time'?"))
                #expect(errors[2].contains("'colour'") && errors[2].contains("user, item, type, value, time"))
            }
            let alone = try await client.send(.post, "/v1/events", #"{"user":"a","item":"x","typ":"cart"}"#)
            #expect(alone.status == 400 && alone.text.contains("did you mean 'type'?"), "\(alone.text)")
            #expect(test.engine.status().log.events == 2)
        }
    }

    /// What JavaScript's clock gives, and finer ones.
    @Test(arguments: [
        ("1764469816123", "milliseconds"), ("1764469816123456", "microseconds"),
        ("1764469816123456789", "nanoseconds"),
    ]) func namesTheUnitOfTimes(time: String, unit: String) async throws {
        try await TestServer().test { client in
            let event = #"{"user":"a","item":"x","time":\#(time)}"#
            for body in [event, "[\(event),\(event)]"] {
                let answer = try await client.send(.post, "/v1/events", body)
                #expect(answer.status == 400, "\(answer.text)")
                #expect(answer.text.contains("looks like \(unit): send seconds, here 1764469816"), "\(answer.text)")
            }
            let mixed = try await client.send(.post, "/v1/events", #"[{"user":"a","item":"x"},\#(event)]"#)
            #expect(mixed.status == 202 && mixed.json["accepted"] as? Int == 1)
            let session = #"{"events":[{"item":"x","time":\#(time)}]}"#
            let asked = try await client.send(.post, "/v1/recommendations", session)
            #expect(asked.status == 400 && asked.text.contains("looks like \(unit)"), "\(asked.text)")
            let item = try await client.send(.put, "/v1/items/x", #"{"created_at":\#(time)}"#)
            #expect(item.status == 400 && item.text.contains("/created_at"), "\(item.text)")
            let key = try await client.send(.post, "/v1/keys", #"{"name":"k","rights":["admin"],"expires":\#(time)}"#)
            #expect(key.status == 400 && key.text.contains("/expires"), "\(key.text)")
        }
    }

    /// Sound in form, and still nothing of it can be kept.
    @Test func aDeliveryOfWhichNothingIsKeptIsNoSuccess() async throws {
        let test = try await TestServer()
        try await test.test { client in
            let body = #"[{"user":"a","item":"x","time":-5},{"user":7,"item":"x"}]"#
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.status == 400 && answer.headers[.contentType] == "application/problem+json")
            let errors = answer.json["errors"] as? [[String: Any]] ?? []
            #expect(errors.compactMap { $0["index"] as? Int } == [0, 1])
            #expect((errors.first?["error"] as? String)?.contains("before 1970") == true, "\(answer.text)")
            #expect(test.registry.text().contains(#"freshet_http_events_total{outcome="rejected"} 2"#))
        }
    }

    @Test func namesFeedbackOnAnswersThatItNeverGave() async throws {
        try await TestServer().test { client in
            _ = try await client.send(.post, "/v1/events", #"{"user":"a","item":"x"}"#)
            let answer = try await client.send(.post, "/v1/recommendations", #"{"user":"b"}"#)
            let id = try #require(answer.json["recommendation_id"] as? String)
            func event(_ id: String) -> String { #"{"user":"b","item":"x","recommendation_id":"\#(id)"}"# }
            let own = try await client.send(.post, "/v1/events", event(id))
            #expect(own.text == #"{"accepted":1,"rejected":[],"offset":2}"#)
            let others = [id.uppercased() + "0", "r-1", String(id.dropLast()) + (id.hasSuffix("0") ? "1" : "0")]
            let body = "[{\"user\":7},\(event(id)),\(others.map(event).joined(separator: ","))]"
            let mixed = try await client.send(.post, "/v1/events", body)
            #expect(mixed.status == 202 && mixed.json["accepted"] as? Int == 4, "\(mixed.text)")
            let warnings = mixed.json["warnings"] as? [[String: Any]] ?? []
            #expect(warnings.compactMap { $0["index"] as? Int } == [2, 3, 4], "\(mixed.text)")
            #expect((warnings.first?["warning"] as? String)?.contains("recommendation_id") == true)
        }
    }

    @Test(arguments: [
        ("", 400), ("{", 400), ("[{\"user\":\"a\",\"item\":\"b\"},", 400), ("[1,2]", 400), ("nothing", 400),
        (#"{"user":"a","item":"b",}"#, 400), (#"{"user":"a","user":"a","item":"b"}"#, 400),
        (#"{"user":"a","item":"b"} {}"#, 400), (#"{"user":null,"item":"b"}"#, 400), ("[]", 202),
        (#"{"user":"","item":"b"}"#, 400), (#"{"user":"a\u0000","item":"b"}"#, 400),
        (
            #"{"user":"a","item":"b","x":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
                + "}", 400
        ),
    ]) func answersBodies(body: String, status: Int) async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.post, "/v1/events", body)
            #expect(answer.status == status, "\(body): \(answer.text)")
            guard status == 400 else { return }
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.json["status"] as? Int == 400)
        }
    }

    @Test func refusesWhatIsNotUTF8() async throws {
        try await TestServer().test { client in
            let response = try await client.client.executeRequest(
                uri: "/v1/events",
                method: .post,
                headers: [.contentType: "application/json"],
                body: .init(bytes: Array(#"{"user":"a","item":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8))
            )
            #expect(response.status == .badRequest)
            #expect(String(buffer: response.body).contains("not UTF-8"))
        }
    }

    @Test func refusesTooManyTooLongAndOtherTypes() async throws {
        let test = try await TestServer {
            $0.limits.events = 3
            $0.limits.bodyBytes = 2000
        }
        try await test.test { client in
            let one = #"{"user":"a","item":"b"}"#
            let four = "[" + Array(repeating: one, count: 4).joined(separator: ",") + "]"
            let many = try await client.send(.post, "/v1/events", four)
            #expect(many.status == 400 && many.text.contains("more than 3 events"))
            #expect(test.engine.status().log.events == 0)
            let long = try await client.send(.post, "/v1/events", one + String(repeating: " ", count: 2000))
            #expect(long.status == 413)
            let form = try await client.send(.post, "/v1/events", one, type: "application/x-www-form-urlencoded")
            #expect(form.status == 415)
            let none = try await client.send(.post, "/v1/events", one, type: "")
            #expect(none.status == 415)
        }
    }

    @Test func saysBusyWithRetryAfter() async throws {
        var problem = try #require(Problem(EngineBusyError.make(seconds: 3)))
        #expect(problem.kind == .tooManyRequests && problem.retryAfter == 3)
        problem.retryAfter = 7
        #expect(problem.response(trace: "t").headers[.retryAfter] == "7")
    }
}
