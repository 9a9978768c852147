import FreshetCore
import FreshetData
import Testing

@Suite struct LabelledRowsTests {
    private func read(_ text: String, featureCount: Int? = nil) throws -> LabelledRows {
        let folder = try TemporaryFolder()
        return try LabelledRows.readLibFM(folder.write(text, to: "rows.libfm"), featureCount: featureCount)
    }

    @Test func readsLabelsFeaturesAndValues() throws {
        let rows = try read("1 7:1 3:0.5\n\n0 2:1e-1\r\n-1\t0:-2\t9:1\n1\n")
        #expect(rows.labels == [1, 0, 0, 1])
        #expect(rows.features.offsets == [0, 2, 3, 5, 5])
        #expect(rows.features.columns == [7, 3, 2, 0, 9])
        #expect(rows.features.values == [1, 0.5, 0.1, -2, 1])
        #expect(rows.fields == [0, 1, 0, 0, 1])
        #expect((rows.count, rows.featureCount, rows.fieldCount) == (4, 10, 2))
    }

    @Test func readsFieldsWhereThereAreSome() throws {
        let rows = try read("1 4:7:1 0:3:0.5\n0 2:2:1\n")
        #expect(rows.fields == [4, 0, 2] && rows.features.columns == [7, 3, 2] && rows.fieldCount == 5)
    }

    @Test func selectsRows() throws {
        let rows = try read("1 7:1 3:0.5\n0 2:1\n1 1:2\n").selecting([2, 0])
        #expect(rows.labels == [1, 1] && rows.features.columns == [1, 7, 3] && rows.featureCount == 8)
    }

    @Test(arguments: [
        ("2 1:1", "the label '2' is neither 1 nor 0 (nor -1)"),
        ("yes 1:1", "the label 'yes'"),
        ("1 x:1", "the feature of 'x:1' is no whole number from 0 to 1073741824"),
        ("1 -3:1", "the feature of '-3:1'"),
        ("1 4000000000:1", "the feature of '4000000000:1'"),
        ("1 5", "'5' is no feature:value"),
        ("1 1:2:3:4", "'1:2:3:4' is no feature:value"),
        ("1 99999:1:1", "the field of '99999:1:1'"),
        ("1 5:", "the value of '5:' is not a number"),
        ("1 5:1e39", "the value of '5:1e39' is not a number"),
        ("0 6:1", "the feature 6 is unknown: what was learned from has the features 0 to 5"),
    ])
    func saysWhatIsWrongAndWhere(_ line: String, _ message: String) throws {
        let error = try #require(throws: FreshetError.self) {
            try read("1 0:1\n\(line)\n", featureCount: line.contains(" 6:") ? 6 : nil)
        }
        #expect(error.kind == .invalidData && error.remedy != nil)
        #expect(error.message.contains("rows.libfm', line 2: \(message)"), "\(error.message)")
    }

    @Test func refusesAFileWithoutRows() {
        #expect(throws: FreshetError.self) { try read("\n\n") }
    }
}
