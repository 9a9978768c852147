import Testing

@testable import FreshetData

@Suite struct FieldCutterTests {
    /// The records of a table, each as its fields; `nil` where a record has a fault.
    func records(
        _ text: String,
        step: Int = 1000,
        chunk: Int = 16,
        dialect: TableDialect = TableDialect(separator: .byte(0x2C))
    ) throws -> [[String]?] {
        let reader = LineReader(MemorySource(Array(text.utf8), step: step), chunk: chunk)
        var fields = FieldCutter(dialect)
        var records: [[String]?] = []
        while let record = try reader.nextRecord(dialect) {
            fields.cut(record.bytes)
            records.append(record.fault == nil ? fields.fields.map { String(decoding: $0, as: UTF8.self) } : nil)
        }
        return records
    }

    @Test(arguments: [
        ("a,b,c", ["a", "b", "c"]), ("", [""]), (",", ["", ""]), (#""a,b",c"#, ["a,b", "c"]),
        (#""a ""b"" c","""""#, [#"a "b" c"#, "\""]), (#"5" disk,x"#, [#"5" disk"#, "x"]), (#""",a"#, ["", "a"]),
        ("\"a\nb\r\nc\",d", ["a\nb\r\nc", "d"]), ("a,\"b\"", ["a", "b"]),
    ])
    func cutsFields(record: String, fields: [String]) throws {
        for step in [1, 2, 1000] {
            for end in ["", "\n", "\r\n"] where !(record + end).isEmpty {
                #expect(try records(record + end, step: step) == [fields])
            }
        }
    }

    @Test func aBadQuoteCostsOneLine() throws {
        #expect(try records("a,b\n\"x,y\nc,d\n", step: 3) == [["a", "b"], nil, ["c", "d"]])
        #expect(try records("\"x\"y,z\nc,d\n") == [nil, ["c", "d"]])
        let long = "a,\"b\n" + String(repeating: "c,d\n", count: LineReader.maximumQuotedLength / 4 + 10)
        let all = try records(long, step: 1 << 20, chunk: 1 << 16)
        #expect(all[0] == nil)
        #expect(all.dropFirst().allSatisfy { $0 == ["c", "d"] })
    }

    @Test func cutsAtOtherSeparators() throws {
        #expect(try records("a::b:c::\n", dialect: TableDialect(separator: .doubleColon)) == [["a", "b:c", ""]])
        #expect(try records("  a  \"b c \n", dialect: TableDialect(separator: .blanks)) == [["a", "\"b", "c"]])
        #expect(
            try records("a\t\"b\nc\td\n", dialect: TableDialect(separator: .byte(9))) == [["a", "\"b"], ["c", "d"]]
        )
        var escaped = TableDialect(separator: .byte(0x3B), escapesByBackslash: true)
        #expect(try records(#""a \"b;\" \\ c";"d""# + "\n", dialect: escaped) == [[#"a "b;" \ c"#, "d"]])
        #expect(try records("\"a \\\"\nb\";c\n", dialect: escaped) == [["a \"\nb", "c"]])
        escaped = TableDialect(separator: .byte(0x2C), unwrapsTwice: true)
        #expect(try records(#""""x""","a",b"# + "\n", dialect: escaped) == [["x", "a", "b"]])
    }

    @Test func countsLines() throws {
        let reader = LineReader(MemorySource(Array("a\n\"b\nb\"\nc\n".utf8), step: 2), chunk: 4)
        var numbers: [Int] = []
        while let record = try reader.nextRecord(TableDialect(separator: .byte(0x2C))) { numbers.append(record.number) }
        #expect(numbers == [1, 2, 4])
        #expect(reader.linesRead == 4)
    }

    @Test func readsWhatItWrites() throws {
        var generator = TestGenerator(seed: 11)
        for _ in 0..<200 {
            let table = (0..<4).map { _ in
                (0..<3).map { _ in
                    String(
                        (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                            "ab,\"\n\r ".randomElement(using: &generator)!
                        }
                    )
                }
            }
            let text = table.map { row in
                row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
            }.joined(separator: "\n")
            #expect(try records(text, step: Int.random(in: 1...20, using: &generator)) == table)
        }
    }
}
