import FreshetCore
import Testing

@Suite struct FeatureRowsTests {
    @Test func sortsAndAddsUpEntries() {
        var rows = FeatureRows(columnCount: 4)
        rows.append([(3, 1), (0, 2), (3, 3)])
        rows.append([])
        rows.append([(1, 5)])
        #expect(rows == FeatureRows(columnCount: 4, offsets: [0, 2, 2, 3], columns: [0, 3, 1], values: [2, 4, 5]))
        #expect(rows.rowCount == 3)
    }

    @Test func normalizesRows() {
        var rows = FeatureRows(columnCount: 3, offsets: [0, 2, 2, 3], columns: [0, 2, 1], values: [3, 4, 0])
        rows.normalizeRows()
        #expect(rows.values == [0.6, 0.8, 0])
    }

    @Test func joinsSideBySide() {
        let left = FeatureRows(columnCount: 2, offsets: [0, 1, 1], columns: [1], values: [7])
        let right = FeatureRows(columnCount: 3, offsets: [0, 1, 2], columns: [0, 2], values: [8, 9])
        #expect(
            FeatureRows.joined([left, right])
                == FeatureRows(columnCount: 5, offsets: [0, 2, 3], columns: [1, 2, 4], values: [7, 8, 9])
        )
        #expect(FeatureRows.joined([]).rowCount == 0)
    }
}
