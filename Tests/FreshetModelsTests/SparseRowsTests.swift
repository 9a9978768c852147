import FreshetCore
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct SparseRowsTests {
    private let matrix = SparseRows(
        columnCount: 4,
        offsets: [0, 2, 2, 5],
        columns: [1, 3, 0, 1, 2],
        values: [1, 2, 3, 4, 5]
    )

    @Test func transposesBothWays() {
        let transposed = matrix.transposed()
        #expect(transposed.offsets == [0, 1, 3, 4, 5])
        #expect(transposed.columns == [2, 0, 2, 2, 0])
        #expect(transposed.values == [3, 1, 4, 5, 2])
        #expect(transposed.transposed() == matrix)
    }

    @Test(arguments: [1, 2, 3])
    func buildsRowsWhateverTheThreads(threads: Int) {
        let pool = ThreadPool(threads: threads)
        let built = SparseRows(
            rowCount: 150,
            columnCount: 200,
            keep: 3,
            pool: pool,
            sum: { row, sums in
                for column in [199, row, 64, 0, row] { sums.add(column, Float(column + 1)) }
            },
            value: { row, column, sum in column == 64 && row != 64 ? 0 : sum }
        )
        #expect(built.rowCount == 150)
        for row in [1, 70, 149] {
            let range = built.offsets[row]..<built.offsets[row + 1]
            #expect(Array(built.columns[range]) == [0, Int32(row), 199])
            #expect(Array(built.values[range]) == [1, Float(2 * (row + 1)), 200])
        }
        #expect(built.offsets[1] == 2)
    }

    @Test func keepsTheHighestValues() {
        let built = SparseRows(
            rowCount: 1,
            columnCount: 5,
            keep: 2,
            pool: ThreadPool(threads: 1),
            sum: { _, sums in
                for (column, value) in [(0, 2), (1, 5), (3, 2), (4, 9)] { sums.add(column, Float(value)) }
            },
            value: { _, _, sum in sum }
        )
        #expect(built.columns == [1, 4])
        #expect(built.values == [5, 9])
    }

    @Test func refusesRowsThatDoNotFit() throws {
        var checkpoint = Checkpoint()
        matrix.store(in: &checkpoint, as: "m")
        #expect(try SparseRows(from: checkpoint, named: "m", rowCount: 3, columnCount: 4) == matrix)
        #expect(throws: FreshetError.self) { try SparseRows(from: checkpoint, named: "m", columnCount: 3) }
        #expect(throws: FreshetError.self) { try SparseRows(from: checkpoint, named: "m", rowCount: 4) }
        checkpoint.arrays["m.offsets"] = StoredArray([Int64(0), 3, 2, 5])
        #expect(throws: FreshetError.self) { try SparseRows(from: checkpoint, named: "m", columnCount: 4) }
    }
}
