import Foundation
import FreshetCore
import Testing

@Suite struct EventTests {
    func decode(_ text: String) throws -> Event {
        try JSONDecoder().decode(Event.self, from: Data(text.utf8))
    }

    @Test func fillsWhatIsMissing() throws {
        #expect(try decode(#"{"user":"a","item":"x"}"#) == Event(user: "a", item: "x", type: .view))
    }

    @Test(arguments: [
        ("100", 100_000), ("100.9", 100_900), ("-0.5", -500), (#""1970-01-01T00:01:40Z""#, 100_000),
        (#""1970-01-01T00:01:40.257Z""#, 100_257), ("1714564800.415", 1_714_564_800_415), ("0.2579", 257),
    ])
    func readsTimes(json: String, milliseconds: Int64) throws {
        let time = try decode(#"{"user":"a","item":"x","time":\#(json)}"#).time
        #expect(time == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        #"{"user":"a"}"#, #"{"user":1,"item":"x"}"#, #"{"user":"a","item":"x","time":"noon"}"#,
        #"{"user":"a","item":"x","time":1e300}"#, #"{"user":"a","item":"x","value":1e39}"#,
        #"{"user":"a","item":"x","time":true}"#,
    ])
    func refusesBadEvents(json: String) {
        #expect(throws: DecodingError.self) { try decode(json) }
    }

    @Test func comesBackFromItsOwnJSON() throws {
        for time in [99, 1_714_564_800.415, -0.001] as [Timestamp] {
            let event = Event(user: "a", item: "x", type: .rating, value: 4.5, time: time, id: "e1")
            #expect(try JSONDecoder().decode(Event.self, from: JSONEncoder().encode(event)) == event)
        }
    }

    @Test func listsKnownNames() {
        let error = FreshetError.unknown("model", "x", known: ["b", "a"])
        #expect(error.kind == .usage)
        #expect(error.description == "Unknown model 'x'.\nKnown: a, b.")
    }

    @Test func readsAttributesOfEveryKind() throws {
        let json = #"{"id":"x","attributes":{"price":2.5,"new":true,"brand":"b","sizes":["s","m"]}}"#
        let item = try JSONDecoder().decode(Item.self, from: Data(json.utf8))
        #expect(
            item.attributes == [
                "price": .number(2.5), "new": .flag(true), "brand": .text("b"), "sizes": .texts(["s", "m"]),
            ]
        )
        #expect(try JSONDecoder().decode(Item.self, from: JSONEncoder().encode(item)) == item)
    }
}
