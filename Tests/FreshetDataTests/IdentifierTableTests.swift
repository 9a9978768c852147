import Testing

@testable import FreshetData

@Suite struct IdentifierTableTests {
    @Test func agreesWithADictionary() {
        var generator = TestGenerator(seed: 41)
        var table = IdentifierTable()
        var expected: [[UInt8]: Int] = [:]
        for _ in 0..<20_000 {
            let id = String(
                (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                    "abé東0".randomElement(using: &generator)!
                }.prefix(Int.random(in: 0...20, using: &generator))
            )
            let position = expected[Array(id.utf8), default: expected.count]
            expected[Array(id.utf8)] = position
            #expect(table.insert(id) == position)
        }
        #expect(table.count == expected.count)
        for (id, position) in expected {
            let text = String(decoding: id, as: UTF8.self)
            #expect(table.position(of: text) == position)
            #expect(table[position] == text)
        }
        #expect(table.position(of: "not there") == nil)
        #expect(IdentifierTable(table.identifiers) == table)
    }

    /// Strings that look alike but differ in bytes are different ids, as they are different everywhere else.
    @Test func comparesBytes() {
        let table = IdentifierTable(["\u{E9}", "e\u{301}"])
        #expect(table.count == 2)
        #expect(table.position(of: "e\u{301}") == 1)
    }

    @Test func repeatedIdsCountOnce() {
        #expect(Array(IdentifierTable(["b", "a", "b"]).identifiers) == ["b", "a"])
        #expect(IdentifierTable(["a", "bc"]) != IdentifierTable(["ab", "c"]))
    }
}
