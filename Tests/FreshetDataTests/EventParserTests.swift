import Foundation
import FreshetCore
import Testing

@testable import FreshetData

/// The byte-level parser against Foundation's: the same lines accepted, with the same values.
@Suite struct EventParserTests {
    /// Foundation's verdict.
    ///
    /// `JSONDecoder` does not look into fields that nobody asks for; `JSONSerialization` does.
    func expected(_ line: [UInt8]) -> Event? {
        let data = Data(line)
        guard (try? JSONSerialization.jsonObject(with: data)) is [String: Any] else { return nil }
        return try? JSONDecoder().decode(Event.self, from: data)
    }

    func parsed(_ line: [UInt8], _ parser: inout EventParser) -> Event? {
        line.withUnsafeBufferPointer { bytes in
            guard (try? parser.parse(bytes)) != nil else { return nil }
            let text = { (bytes: UnsafeBufferPointer<UInt8>) in String(decoding: bytes, as: UTF8.self) }
            var event = Event(
                user: text(parser.user),
                item: text(parser.item),
                type: parser.type.map { EventType(rawValue: text($0)) } ?? .view,
                value: parser.value.isNaN ? nil : parser.value,
                profit: parser.profit,
                time: parser.time,
                id: parser.id.map(text),
                session: parser.session.map(text)
            )
            if let search = parser.search { (event.type, event.text) = (.search, text(search)) }
            return event
        }
    }

    /// Strings are compared by their bytes, not by canonical equivalence.
    func isSame(_ left: Event?, _ right: Event?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        let texts = { (event: Event) in
            [event.user, event.item, event.type.rawValue, event.id ?? "-", event.session ?? "-", event.text ?? "-"].map
            { Array($0.utf8) }
        }
        return texts(left) == texts(right) && left == right
    }

    func check(_ line: [UInt8], _ parser: inout EventParser) {
        // A NUL near the start would make Foundation guess UTF-16 or UTF-32; a byte-order mark is not the parser's.
        guard !line.prefix(4).contains(0), !line.starts(with: [0xEF]) else { return }
        let (ours, theirs) = (parsed(line, &parser), expected(line))
        #expect(isSame(ours, theirs), "\(String(decoding: line, as: UTF8.self)): \(ours as Any) \(theirs as Any)")
    }

    static let lines = [
        #"{"user":"a","item":"x"}"#, #" { "item" : "x" , "user" : "a" } "#, #"{"user":"a","item":"x",}"#, "{}", "[]",
        "",
        #"{"user":"a","item":"x","type":"cart","value":4.5,"time":1700000000,"id":"e1"}"#,
        #"{"user":"a","item":"x","profit":0.1,"items":["y"]}"#, #"{"user":"a","item":"x","profit":"much"}"#,
        #"{"user":"a","item":"x","profit":1e39}"#, #"{"user":"a","items":["x"],"type":"seen"}"#,
        #"{"user":"a","item":"x","time":"2024-02-29T12:30:00+01:00"}"#, #"{"user":"a","item":"x","time":"soon"}"#,
        #"{"user":"a","item":"x","time":null,"value":null,"type":null,"id":null}"#, #"{"user":null,"item":"x"}"#,
        #"{"user":"a","item":"x","session":"s"}"#, #"{"session":"s","item":"x"}"#, #"{"session":"17","item":"x"}"#,
        #"{"session":"-17","item":"x","user":null}"#, #"{"session":"123456789012345678","item":"x"}"#,
        #"{"session":"1234567890123456789","item":"x"}"#, #"{"session":"+","item":"x"}"#, #"{"session":17,"item":"x"}"#,
        #"{"session":"","item":"x"}"#, #"{"session":"s"}"#, #"{"user":"a","item":"x","session":null}"#,
        #"{"user":"a","user":5,"item":"x","item":"y"}"#, #"{"user":5,"user":"a","item":"x"}"#,
        #"{"\u0075ser":"\u00e9\n\"\\\/\b\f\r\t","item":"\ud83d\ude00"}"#, #"{"user":"\ud83d","item":"x"}"#,
        #"{"user":"\ude00","item":"x"}"#, #"{"user":"\ud83d\u0041","item":"x"}"#, #"{"user":"\u0000","item":"x"}"#,
        #"{"user":"a","item":"x","extra":{"a":[1,-2.5e+3,true,false,null,"\u12ab",{}],"b":[]}}"#,
        #"{"user":"a","item":"x","extra":01}"#, #"{"user":"a","item":"x","extra":1.}"#,
        #"{"user":"a","item":"x","extra":tru}"#, #"{"user":"a","item":"x","extra":"\x"}"#,
        #"{"user":"a","item":"x","extra":1e999}"#, #"{"user":"a","item":"x","extra":1e-999}"#,
        #"{"user":"a","item":"x","value":1e-999}"#, #"{"user":"a","item":"x","value":1e39}"#,
        #"{"user":"a","item":"x","value":"4"}"#, #"{"user":"a","item":"x","value":true}"#,
        #"{"user":"a","item":"x","time":9007199254740993}"#, #"{"user":"a","item":"x","time":-1.5}"#,
        #"{"user":"a","item":"x","time":9007199254740991.9}"#, #"{"user":"a","item":"x"} {}"#,
        #"{"user":"a","text":"red kettle","type":"search"}"#, #"{"user":"a","text":"red kettle"}"#,
        #"{"user":"a","item":"x","text":"a review"}"#, #"{"user":"a","item":"x","text":5}"#,
        #"{"user":"a","text":"x","type":"view"}"#, #"{"user":"a","text":5}"#, #"{"user":"a","item":"","text":"x"}"#,
        #"{"user":"a","text":null}"#, #"{"session":"7","text":"kettle","time":5}"#,
        "{\"user\":\"a\tb\",\"item\":\"x\"}", "{\"user\":\"e\u{301}\",\"item\":\"東京\"}", #"{"user":"a","item":"x""#,
    ]

    @Test(arguments: lines) func agreesOnChosenLines(line: String) {
        var parser = EventParser()
        check(Array(line.utf8), &parser)
    }

    @Test(arguments: [510, 511, 512]) func agreesOnDepth(depth: Int) {
        var parser = EventParser()
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        check(Array(#"{"user":"a","item":"x","extra":\#(nested)}"#.utf8), &parser)
    }

    @Test func agreesOnRandomLines() throws {
        var generator = TestGenerator(seed: 17)
        var parser = EventParser()
        var accepted = 0
        for _ in 0..<1500 {
            let line = Array(Self.randomLine(using: &generator).utf8)
            check(line, &parser)
            if parsed(line, &parser) != nil { accepted += 1 }
        }
        #expect((300...1300).contains(accepted), "\(accepted) of 1500 accepted")
    }

    @Test func agreesOnDamagedLines() throws {
        var generator = TestGenerator(seed: 23)
        var parser = EventParser()
        for _ in 0..<4000 {
            var line = Array(Self.lines.randomElement(using: &generator)!.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !line.isEmpty {
                let place = Int.random(in: 0..<line.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: line[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: line[place] = Array("{}[]\",:\\u0e+-. ".utf8).randomElement(using: &generator)!
                case 2: line.remove(at: place)
                default: line.insert(contentsOf: line[place...].prefix(3), at: place)
                }
            }
            check(line, &parser)
        }
    }

    /// A line of fields in any order, some missing, some of the wrong type, and on demand some that events do not have.
    static func randomLine(hasOthers: Bool = true, using generator: inout TestGenerator) -> String {
        let strings = [#""a""#, #""é東\u00e9""#, #""""#, #""\ud83d\ude00\n""#, #""b c""#]
        let numbers = [
            "0", "-0", "1", "4.5", "-2.25e2", "1700000000", "0.1", "3.4028236e38", "1E-7", "123456789012345678",
        ]
        let others = ["null", "true", "[]", #"{"user":"z"}"#, "[1,[2]]"]
        var fields: [String] = []
        let names = [
            ("user", strings), ("item", strings), ("type", strings), ("value", numbers), ("time", numbers),
            ("id", strings), ("session", strings + [#""17""#]),
        ]
        for (name, usual) in names + (hasOthers ? [("extra", others), ("userx", numbers)] : []) {
            let roll = Int.random(in: 0..<100, using: &generator)
            guard roll < 97 || name == "extra" else { continue }
            let pool = roll < 4 ? others + numbers + strings : usual
            fields.append("\"\(name)\":\(pool.randomElement(using: &generator)!)")
        }
        let blanks = ["", " ", "\t"]
        return "{"
            + fields.shuffled(using: &generator).joined(separator: "," + blanks.randomElement(using: &generator)!)
            + "}"
    }
}
