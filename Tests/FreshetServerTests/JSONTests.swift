import Foundation
import FreshetCore
import FreshetEngine
import FreshetTensor
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// The JSON reader and writer against Foundation's.
@Suite struct JSONTests {
    /// A value by Foundation's verdict, in our form.
    private func expected(_ value: Any) -> JSONValue {
        switch value {
        case let number as NSNumber where CFBoolean.isBoolean(number): .bool(number.boolValue)
        case let number as NSNumber: .number(number.doubleValue)
        case let text as String: .string(text)
        case let array as [Any]: .array(array.map(expected))
        case let object as [String: Any]:
            .object(object.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: expected($0.value)) })
        default: .null
        }
    }

    private func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let values): .array(values.map(sorted))
        case .object(let members):
            .object(members.map { .init(name: $0.name, value: sorted($0.value)) }.sorted { $0.name < $1.name })
        default: value
        }
    }

    @Test(arguments: [
        "null", " true ", "-0.5e2", #""é\u00e9\ud83d\ude00\n""#, "[]", "[1,[2,{}],\"x\"]",
        #"{"a":1,"b":{"c":[null,false]},"d":"e"}"#,
    ]) func agreesWithFoundation(text: String) throws {
        let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        let ours = try JSONValue(ByteBuffer(string: text))
        #expect(sorted(ours) == expected(theirs))
        var writer = JSONWriter()
        writer.value(ours)
        #expect(try JSONValue(writer.buffer) == ours)
    }

    @Test(arguments: [
        "", "tru", "[1,]", "{\"a\":1,}", #"{"a":1,"a":2}"#, "[1] 2", "01", "\"\u{1}\"", #""\ud800""#, "1e999",
        "{\"a\"}",
        String(repeating: "[", count: 33) + String(repeating: "]", count: 33), "nul", "[1 2]", "{1:2}",
    ]) func refuses(text: String) {
        #expect(throws: Problem.self) { try JSONValue(ByteBuffer(string: text)) }
    }

    /// Damaged documents: whatever we accept, Foundation accepts with the same value.
    @Test func acceptsNothingThatFoundationRefuses() throws {
        var generator = RandomSource(seed: 31)
        let seeds = [#"{"a":[1,2.5,"x\n\u00e9",null],"b":{"c":true}}"#, #"[{"id":"a","n":-1e-3},{"id":"b"}]"#]
        var accepted = 0
        for round in 0..<3000 {
            var text = Array(seeds[round % 2].utf8)
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: text[place] = Array("{}[]\",:\\u0e+-. atfn".utf8).randomElement(using: &generator)!
                case 1: text.remove(at: place)
                default: text.insert(UInt8.random(in: 0x20...0xFF, using: &generator), at: place)
                }
            }
            guard let ours = try? JSONValue(ByteBuffer(bytes: text)) else { continue }
            accepted += 1
            let theirs = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            #expect(sorted(ours) == expected(theirs), "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(accepted > 200)
    }
}

/// Foundation gives booleans as numbers; their Objective-C type tells them apart.
private enum CFBoolean {
    static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
