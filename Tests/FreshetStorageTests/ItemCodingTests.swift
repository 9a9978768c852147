import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetStorage

@Suite struct ItemCodingTests {
    /// Items of every shape, by a seed.
    private static func items() -> [Item] {
        var random = RandomSource(seed: 3)
        func pick<Value>(_ value: @autoclosure () -> Value) -> Value? { Bool.random(using: &random) ? nil : value() }
        func texts() -> [String] { (0..<Int.random(in: 0..<4, using: &random)).map { ["", "tea", "零\u{0}", "é"][$0] } }
        return (0..<200).map { number in
            var item = Item(id: "i\(number)", title: pick("title"), text: pick(""), categories: texts(), tags: texts())
            if pick(0) != nil { item.attributes["price"] = .number(pick(-0.1) ?? .infinity) }
            if pick(0) != nil { item.attributes["colour"] = .text("white") }
            if pick(0) != nil { item.attributes["new"] = .flag(number % 2 == 0) }
            if pick(0) != nil { item.attributes["notes"] = .texts(texts()) }
            item.vectors = pick(["": [], "picture": [1, -.infinity, .leastNonzeroMagnitude]])
            item.available = pick(number % 3 == 0)
            item.createdAt = pick(Int64.min + Int64(number))
            return item
        }
    }

    @Test func readsWhatItWrote() {
        for item in Self.items() {
            let bytes = ItemCoding.encode(item)
            #expect(bytes.withUnsafeBytes { ItemCoding.decode($0, id: item.id) } == item)
        }
    }

    /// The bytes of an item as the first form had them: `{"id":"i","title":"T","attributes":{"new":1}}`.
    @Test func readsTheFirstForm() {
        var bytes: [UInt8] = [1]
        bytes += [1, 1, 0, 0, 0, UInt8(ascii: "T"), 0]  // title, no text
        bytes += [0, 0, 0, 0, 0, 0, 0, 0]  // no categories, no tags
        bytes += [1, 0, 0, 0, 3, 0, 0, 0] + Array("new".utf8)  // one attribute
        bytes += [0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]  // the number 1
        bytes += [0, 0, 0]  // nothing else
        var item = Item(id: "i", title: "T")
        item.attributes = ["new": .number(1)]
        #expect(bytes.withUnsafeBytes { ItemCoding.decode($0, id: "i") } == item)
        bytes[0] = 3
        #expect(bytes.withUnsafeBytes { ItemCoding.decode($0, id: "i") } == nil)
    }

    @Test func noticesDamage() {
        for item in Self.items().prefix(40) {
            let bytes = ItemCoding.encode(item)
            for length in 0..<bytes.count {
                let cut = bytes[..<length].withUnsafeBytes { ItemCoding.decode($0, id: item.id) }
                #expect(cut == nil, "\(length) of \(bytes.count) bytes are an item")
            }
            // Any byte may be anything: what is read may be wrong then, but reading ends.
            for place in bytes.indices {
                var changed = bytes
                changed[place] = 0xFF
                _ = changed.withUnsafeBytes { ItemCoding.decode($0, id: item.id) }
            }
        }
    }
}
