import Foundation
import FreshetCore
import Testing

@testable import FreshetData

/// Deliveries of events: what is taken, what is refused, and what spoils the whole.
@Suite struct EventBodyTests {
    private func read(_ text: String, form: EventBody.Form = .json, maximum: Int = 100) throws -> EventBody {
        let result = Array(text.utf8).withUnsafeBufferPointer { bytes in
            Result { () throws(JSONFault) in try EventBody(bytes, form: form, maximumCount: maximum) }
        }
        return try result.get()
    }

    @Test func readsAllThreeForms() throws {
        let one =
            #"{"user":"a","item":"x","recommendation_id":"r1","value":2,"profit":-0.1,"time":5,"id":"e","type":"cart"}"#
        var event = Event(user: "a", item: "x", type: "cart", value: 2, time: 5, id: "e", recommendationID: "r1")
        event.profit = -0.1
        let single = try read(" \(one)\n")
        #expect(single.isSingle && single.events == [event] && single.indices == [0])
        let array = try read("[ \(one) , 5, \(one)]")
        #expect(!array.isSingle && array.events == [event, event] && array.indices == [0, 2] && array.count == 3)
        #expect(array.refusals.map(\.index) == [1])
        let lines = try read("\n\(one)\r\n \nx\n\(one)", form: .lines)
        #expect(lines.events == [event, event] && lines.indices == [0, 2] && lines.refusals.map(\.index) == [1])
        #expect(try read("[]").count == 0)
        #expect(try read("", form: .lines).count == 0)
    }

    @Test(arguments: [("1e39", "out of range"), ("\"3\"", "not a number"), ("[1]", "not a number")])
    func profitIsANumberThatSumsCanBeMadeOf(profit: String, says: String) throws {
        let body = try read(#"{"user":"a","item":"x","type":"purchase","profit":\#(profit)}"#)
        let reason = body.refusals.first?.reason ?? ""
        #expect(body.events.isEmpty && reason.contains("'profit'") && reason.contains(says), "\(reason)")
        #expect(try read(#"{"user":"a","item":"x","profit":null}"#).events.first?.profit == .some(nil))
    }

    /// What was on a screen is one event each, all with the place of the one that was sent.
    @Test func anEventMayNameWhatWasOnTheScreen() throws {
        let seen = #"{"user":"a","type":"seen","recommendation_id":"r","items":["x", "y\u0021"],"id":"e"}"#
        let body = try read("[\(seen),{\"user\":\"a\",\"item\":\"z\"}]")
        #expect(body.events.map(\.item) == ["x", "y!", "z"] && body.indices == [0, 0, 1] && body.count == 2)
        #expect(body.events.map(\.id) == ["e", "e/1", nil] && body.events[1].type == "seen")
        #expect(body.events.prefix(2).allSatisfy { $0.recommendationID == "r" })
        #expect(throws: JSONFault.self) { try read(seen, maximum: 1) }
    }

    @Test(arguments: [
        (#""type":"click","items":["x"]"#, "not of the type 'seen'"), (#""items":["x"]"#, "not of the type 'seen'"),
        (#""type":"seen","items":[]"#, "without one"), (#""type":"seen","items":["x",3]"#, "not all strings"),
        (#""type":"seen","items":"x""#, "not a list"), (#""type":"seen","items":["x"],"item":"y""#, "beside an 'item'"),
        (#""type":"seen","items":["x",""]"#, "'item' is empty"), (#""type":"seen","items":null"#, "no 'item'"),
    ])
    func itemsThatAreNoneAreRefused(fields: String, says: String) throws {
        let body = try read(#"{"user":"a",\#(fields)}"#)
        #expect(body.events.isEmpty && body.refusals.first?.reason.contains(says) == true, "\(body.refusals)")
    }

    @Test func idsMayBeAsLongAsTheRuleSays() throws {
        let text = #"[{"user":"abc","item":"abcd"},{"user":"abc","item":"abcde"},{"user":"","item":"a"}]"#
        let result = Array(text.utf8).withUnsafeBufferPointer { bytes in
            Result { () throws(JSONFault) in
                try EventBody(bytes, form: .json, maximumCount: 9, identifiers: IdentifierRule(maximumLength: 4))
            }
        }
        let body = try result.get()
        #expect(body.indices == [0])
        let reasons = ["'item' has 5 bytes; at most 4 are allowed", "'user' is empty"]
        #expect(body.refusals.map(\.reason) == reasons)
    }

    @Test(arguments: ["[", "[1,]", "[1 2]", "[1]]", "[tru]", "[\"\\x\"]", "[{\"a\":1,}]", "[[[", "[1],"])
    func brokenArraysLeaveNothing(text: String) {
        #expect(throws: JSONFault.self) { try read(text) }
    }

    @Test func refusesRepeatedFieldsAndDepth() throws {
        let body = try read(#"[{"user":"a","item":"x","us\u0065r":"b"},{"user":"a","item":"x"}]"#)
        #expect(body.events.count == 1 && body.refusals.first?.reason.contains("'user' a second time") == true)
        let nested = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        #expect(throws: JSONFault.self) { try read("[{\"x\":\(nested)}]") }
        #expect(try read("{\"user\":\"a\",\"item\":\"x\",\"id\":\(nested)}").refusals.count == 1)
    }

    /// Each for itself, wherever the field stands and however it is written; files may hold what they like.
    @Test func refusesUnknownFields() throws {
        let sound = #"{"item":"x","us\u0065r":"a"}"#
        let others = [
            #"{"user":"a","item":"x","itme":1}"#, #"{"price":[{}],"user":"a","item":"x"}"#,
            #"{"user":"a","\u0074iems":null,"item":"x"}"#, #"{"user":"a","item":"x","":1}"#,
        ]
        for (text, form) in [
            ("[\(sound),\(others.joined(separator: ","))]", EventBody.Form.json),
            ("\(sound)\n\(others.joined(separator: "\n"))", .lines),
        ] {
            let body = try read(text, form: form)
            #expect(body.events.map(\.user) == ["a"] && body.refusals.map(\.index) == [1, 2, 3, 4])
            #expect(body.refusals[0].reason == "no field 'itme'; did you mean 'item'?")
            #expect(body.refusals[1].reason.hasPrefix("no field 'price'; there are user, item, type, value"))
            #expect(body.refusals[2].reason.contains("'tiems'"))
        }
        let long = try read("{\"user\":\"a\",\"item\":\"x\",\"\(String(repeating: "y", count: 10_000))\":1}")
        #expect((long.refusals.first?.reason.utf8.count ?? .max) < 200)
        var parser = EventParser(rules: .files)
        let line = Array(others[0].utf8)
        let event = try line.withUnsafeBufferPointer { try parser.event($0) }
        #expect(event.item == "x")
    }

    @Test func refusesTooMany() throws {
        let one = #"{"user":"a","item":"x"}"#
        #expect(try read("[\(one),\(one)]", maximum: 2).events.count == 2)
        #expect(throws: JSONFault.self) { try read("[\(one),\(one),\(one)]", maximum: 2) }
        #expect(throws: JSONFault.self) { try read("\(one)\n\(one)\n\(one)", form: .lines, maximum: 2) }
    }

    /// Damaged arrays: whatever is taken, Foundation takes too, with the same values.
    @Test func takesNothingThatFoundationRefuses() throws {
        var generator = TestGenerator(seed: 41)
        var taken = 0
        for _ in 0..<1500 {
            let lines = (0..<3).map { _ in EventParserTests.randomLine(hasOthers: false, using: &generator) }
            var text = Array("[\(lines.joined(separator: ","))]".utf8)
            if Bool.random(using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                text[place] = Array("{}[]\",:\\u0e+-. ".utf8).randomElement(using: &generator)!
            }
            let parsed = text.withUnsafeBufferPointer { bytes in
                Result { () throws(JSONFault) in try EventBody(bytes, form: .json, maximumCount: 100) }
            }
            guard let body = try? parsed.get(), !body.isSingle else { continue }
            let theirs = try JSONSerialization.jsonObject(with: Data(text)) as? [Any] ?? []
            #expect(theirs.count == body.count)
            for (index, event) in zip(body.indices, body.events) {
                taken += 1
                let again = try JSONSerialization.data(withJSONObject: theirs[index])
                let decoded = try JSONDecoder().decode(Event.self, from: again)
                #expect(decoded.user.utf8.elementsEqual(event.user.utf8) && decoded.item == event.item)
                #expect(decoded.time == event.time && decoded.type == event.type && decoded.id == event.id)
            }
        }
        #expect(taken > 500)
    }
}
