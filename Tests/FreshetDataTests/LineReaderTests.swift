import Testing

@testable import FreshetData

@Suite struct LineReaderTests {
    func lines(_ text: String, step: Int, chunk: Int = 4, maximumLength: Int = 1000) throws -> [String] {
        let source = MemorySource(Array(text.utf8), step: step)
        let reader = LineReader(source, maximumLength: maximumLength, chunk: chunk)
        var lines: [String] = []
        while let line = try reader.next() {
            #expect(line.number == lines.count + 1)
            lines.append(line.fault == nil ? String(decoding: line.bytes, as: UTF8.self) : "<too long>")
        }
        #expect(reader.linesRead == lines.count)
        return lines
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func cutsAtLineEnds(step: Int) throws {
        #expect(try lines("", step: step) == [])
        #expect(try lines("\n", step: step) == [""])
        #expect(try lines("a\nbc\r\n\n\r\nlast", step: step) == ["a", "bc", "", "", "last"])
        #expect(try lines("\u{FEFF}a\n\u{FEFF}b\n", step: step) == ["a", "\u{FEFF}b"])
        #expect(try lines("a\rb\r\r\n", step: step) == ["a\rb\r"])
    }

    @Test(arguments: [1, 3, 64])
    func passesOverLongLines(step: Int) throws {
        let long = String(repeating: "x", count: 50)
        #expect(try lines("a\n\(long)\nb\n", step: step, maximumLength: 20) == ["a", "<too long>", "b"])
        #expect(try lines("a\n\(long)", step: step, maximumLength: 20) == ["a", "<too long>"])
        #expect(try lines("\(long)\n", step: step, maximumLength: 50) == [long])
    }

    @Test func agreesWithSplitting() throws {
        var generator = TestGenerator(seed: 3)
        for _ in 0..<300 {
            let text = String(
                (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                    "ab\n\n".randomElement(using: &generator)!
                }
            )
            var expected = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if expected.last == "" { expected.removeLast() }
            let step = Int.random(in: 1...9, using: &generator)
            #expect(try lines(text, step: step, chunk: Int.random(in: 3...9, using: &generator)) == expected)
        }
    }
}
