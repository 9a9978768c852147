import FreshetCore
import FreshetData
import Testing

@Suite("Columns as features") struct FeatureColumnsTests {
    private func table(_ text: String) throws -> CodedTable {
        let folder = try TemporaryFolder()
        return try CodedTable(path: folder.write(text, to: "rows.csv"))
    }

    /// A column of texts, each some times.
    private func column(_ name: String, _ values: [(String?, Int)]) -> CodedTable.Column {
        var column = CodedTable.Column(name: name)
        for (value, count) in values { for _ in 0..<count { column.append(value) } }
        return column
    }

    private func numbers(_ range: some Sequence<Double>, each count: Int = 1) -> [(String?, Int)] {
        range.map { ("\($0)", count) }
    }

    @Test func whatValuesAreIsSeenFromThem() throws {
        let whole = (0..<100).map { (Optional("\($0)"), 1) }
        let cases: [(CodedTable.Column, FeatureColumn.Kind)] = [
            (column("device", [("phone", 2), ("desk", 1)]), .categories),
            (column("genres", [("Drama|Comedy", 2), ("Drama", 1)]), .list),
            (column("place", numbers(stride(from: 1, through: 20, by: 1), each: 2)), .numbers),
            (column("price", numbers(stride(from: 0, to: 50, by: 0.5))), .ranges),
            (column("visits", whole), .ranges),
            // Whole numbers that come again and again are names; ids are by what they are called.
            (column("app", whole.map { ($0.0, 16) }), .numbers),
            (column("user_id", whole + [("7", 1)]), .numbers),
            (column("item_id", [("a|b", 2), ("b|a", 2)]), .categories),
            (column("mixed", whole + [("many", 1), ("7", 1)]), .categories),
        ]
        for (column, kind) in cases {
            #expect(try FeatureColumn(learning: column).kind == kind, "\(column.name)")
        }
        #expect(try FeatureColumn(learning: cases[5].0, as: .ranges).kind == .ranges)
    }

    @Test func namesOfDigitsStayApart() throws {
        let names = ["1234567890123456789", "1234567890123456790", "007", "7", "3.0"]
        let ids = try FeatureColumn(learning: column("user", names.map { ($0, 2) }))
        #expect(Set(ids.values) == ["1234567890123456789", "1234567890123456790", "007", "7", "3"])
    }

    @Test func blanksAroundAreNotRead() throws {
        let table = column("device", [(" NA ", 1), (" phone", 2), ("desk ", 2)])
        #expect(table.codes == [-1, 0, 0, 1, 1])
    }

    @Test func whatTellsNothingSaysWhy() {
        let cases: [(CodedTable.Column, FeatureColumn.Kind?, FeatureColumn.Fault)] = [
            (column("a", [(nil, 3), ("NA", 1), ("", 1)]), nil, .missing),
            (column("a", [("x", 3)]), nil, .constant),
            (column("a", [("x", 1), ("y", 1), ("z", 1)]), nil, .unique),
            (column("a", [("x", 2), ("y", 2)]), .ranges, .wordy),
            (column("", [("x", 2), ("y", 2)]), nil, .nameless),
        ]
        for (column, kind, fault) in cases {
            #expect(throws: fault) { try FeatureColumn(learning: column, as: kind) }
        }
    }

    private static let text = """
        device,clicked,genres,age,empty
        phone,1,Drama|Comedy,1,
        desk,0,Drama,2.0,
        phone,yes,Comedy| Drama,,
        desk,false,,2,
        tv,-1,War,1.0,

        """

    @Test func rowsHaveTheFeaturesOfTheirValues() throws {
        let table = try table(Self.text)
        let (columns, leftOut) = try FeatureColumns.learn(from: table)
        #expect(columns.label == "clicked" && columns.columns.map(\.name) == ["device", "genres", "age"])
        #expect(leftOut.map(\.name) == ["empty"] && leftOut.map(\.fault) == [.missing])
        let rows = try columns.rows(of: table)
        #expect(rows.labels == [1, 0, 1, 0, 0])
        // Of each field the first feature is of rare values, the second of a missing one; 'tv' and 'War' came once.
        #expect(rows.features.columns == [3, 7, 6, 10, 2, 6, 11, 3, 7, 6, 9, 2, 5, 11, 0, 4, 10])
        #expect(rows.fields == [0, 1, 1, 2, 0, 1, 2, 0, 1, 1, 2, 0, 1, 2, 0, 1, 2])
        let halves: [Float] = [1, 0.5, 0.5, 1]
        #expect(rows.features.values == halves + [1, 1, 1] + halves + Array(repeating: 1, count: 6))
        #expect((rows.featureCount, rows.fieldCount) == (12, 3))
    }

    @Test func otherTablesAreReadByTheSameFeatures() throws {
        let (columns, _) = try FeatureColumns.learn(from: table(Self.text))
        let other = try table("age,genres,device,more,clicked\n2,Drama|Opera|Jazz,watch,x,1\n7,,phone,x,0\n")
        let rows = try columns.rows(of: other)
        #expect(rows.labels == [1, 0] && rows.featureCount == columns.featureCount)
        // Unseen values share a feature: two of three genres are, so is the device, and so is the age of 7.
        #expect(rows.features.columns == [0, 4, 6, 11, 3, 5, 8])
        #expect(rows.features.values[1] == 2.0 / 3 && rows.features.values[2] == 1.0 / 3)
        // None was without a device when it was learned: a row without has no feature of it.
        let without = try columns.rows(of: table("age,genres,device,clicked\n2,Drama,,1\n"))
        #expect(without.features.columns == [6, 11])
    }

    @Test func oneValueCanBeFixed() throws {
        let (columns, _) = try FeatureColumns.learn(from: table(Self.text))
        let other = try table("age,genres,clicked\n2,Drama,1\n1,War,0\n")
        let rows = try columns.rows(of: other, fixing: ["device": "phone", "age": ""])
        #expect(rows.features.columns == [3, 6, 9, 3, 4, 9])
        for (name, value) in [("devise", "phone"), ("device", "watch")] {
            let error = #expect(throws: FreshetError.self) { try columns.rows(of: other, fixing: [name: value]) }
            #expect(error?.kind == .usage && error?.message.contains(name) == true)
        }
    }

    @Test func numbersFallIntoRangesOfEquallyMany() throws {
        let lines = (0..<640).map { "\($0 % 2),\(Double($0) + 0.25)" }
        let (columns, _) = try FeatureColumns.learn(from: table("label,x\n" + lines.joined(separator: "\n")))
        let rows = try columns.rows(of: table("label,x\n0,-1000\n0,19.25\n0,19.5\n1,1e9\n"))
        #expect(columns.columns[0].bounds.count == 31)
        #expect(rows.features.columns == [2, 2, 3, 33])
        // A value of half of all rows is one range, and the others are not cut finer for it.
        let skewed = lines + (0..<640).map { _ in "0,0.25" }
        let (half, _) = try FeatureColumns.learn(from: table("label,x\n" + skewed.joined(separator: "\n")))
        #expect(half.columns[0].bounds.count == 16)
    }

    @Test(arguments: [
        ("device,genres,age\nphone,Drama,1\n", "no column 'clicked' with the labels"),
        ("device,age,clicked\nphone,1,1\n", "no column 'genres'"),
        (
            "device,genres,age,clicked\nphone,,1,1\ndesk,,1,maybe\n",
            "row 2, column 'clicked': the label 'maybe' is neither a yes nor a no"
        ),
        ("device,genres,age,clicked\nphone,,1,\n", "row 1, column 'clicked': the label is missing"),
        ("device,genres,age,clicked\nphone,,1,5\n", "the label '5'"),
        ("device,device,age,clicked\nphone,,1,5\n", "two columns 'device'"),
        ("device,genres,age,clicked\n", "no row below its header"),
        (
            "device,genres,age,clicked\n" + String(repeating: "phone,Drama,1,1\n", count: 9) + "phone,1\n",
            "2 fields where 4 are expected"
        ),
    ])
    func whatDoesNotFitIsSaid(_ text: String, _ message: String) throws {
        let (columns, _) = try FeatureColumns.learn(from: table(Self.text))
        let error = #expect(throws: FreshetError.self) { try columns.rows(of: table(text)) }
        #expect(error?.kind == .invalidData && error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test func columnsAreChosenByName() throws {
        let table = try table("liked,a,b\n1,3,x\n0,3,y\n1,4,x\n0,4,y\n")
        #expect(throws: FreshetError.self) { try FeatureColumns.learn(from: table) }
        var choices = FeatureColumns.Choices()
        (choices.label, choices.leftOut, choices.kinds) = ("liked", ["b"], ["a": .ranges])
        let columns = try FeatureColumns.learn(from: table, choices).columns
        #expect(columns.columns.map(\.name) == ["a"] && columns.columns[0].kind == .ranges)
        choices.leftOut = ["c"]
        let error = #expect(throws: FreshetError.self) { try FeatureColumns.learn(from: table, choices) }
        #expect(error?.message.contains("'c'") == true)
        choices.leftOut = ["a", "b"]
        #expect(throws: FreshetError.self) { try FeatureColumns.learn(from: table, choices) }
    }
}
