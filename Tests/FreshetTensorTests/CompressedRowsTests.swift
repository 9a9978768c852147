import Testing

@testable import FreshetTensor

/// Tables in 8 and 4 bits: what they hold against a plain reading of their form, and products against loops in `Double`.
@Suite struct CompressedRowsTests {
    /// Lengths of rows around a group of 32 and its half, odd ones too.
    private static let shapes = [(1, 1), (3, 5), (17, 31), (5, 32), (4, 33), (9, 64), (2, 100), (40, 128)]

    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in random.normal() }
    }

    private func table(_ numbers: [Float], _ V: Int, _ C: Int, _ precision: CompressedRows.Precision) -> CompressedRows
    {
        numbers.withUnsafeBufferPointer { CompressedRows(MatrixView($0.baseAddress!, V, C), precision) }
    }

    /// Row by row, number by number, as `freshet_compressed.h` describes it: the number, and the step of its scale.
    private func reading(_ rows: CompressedRows) -> [(value: Double, step: Double)] {
        let C = rows.columns
        let group = rows.precision == .int8 ? C : 32
        let (rowBytes, groups) = (rows.levels.count / rows.rows, rows.scales.count / rows.rows)
        return (0..<rows.rows * C).map { place in
            let (row, column) = (place / C, place % C)
            let (g, i) = (column / group, column % group)
            let step = Double(Float(bitPattern: UInt32(rows.scales.numbers[row * groups + g]) << 16))
            guard rows.precision == .int4 else {
                return (step * Double(Int8(bitPattern: rows.levels.numbers[row * rowBytes + column])), step)
            }
            let half = (min(group, C - g * group) + 1) / 2
            let byte = rows.levels.numbers[row * rowBytes + g * 16 + (i < half ? i : i - half)]
            return (step * Double(Int(i < half ? byte & 15 : byte >> 4) - 8), step)
        }
    }

    @Test(arguments: shapes) func eightBitsAreTheNearestLevels(V: Int, C: Int) {
        let x = numbers(V * C, seed: 1)
        for (number, read) in zip(x, reading(table(x, V, C, .int8))) {
            #expect(abs(Double(number) - read.value) <= 0.5001 * read.step)
        }
    }

    /// A scale that cuts off the largest numbers is taken only where that loses less.
    @Test(arguments: shapes) func fourBitsLoseLessThanTheLargestNumbersScale(V: Int, C: Int) {
        let x = numbers(V * C, seed: 2)
        let read = reading(table(x, V, C, .int4)).map(\.value)
        var (lost, plain) = (0.0, 0.0)
        for start in (0..<V).flatMap({ row in stride(from: row * C, to: (row + 1) * C, by: 32) }) {
            let group = start..<min(start + 32, (start / C + 1) * C)
            let step = Double(x[group].map(abs).max()!) / 7
            for place in group {
                let exact = Double(x[place])
                lost += (exact - read[place]) * (exact - read[place])
                let rest = exact - step * (exact / step).rounded()
                plain += rest * rest
            }
        }
        #expect(lost <= plain * 1.02 + 1e-4, "\(lost) against \(plain)")
        #expect(zip(x, read).allSatisfy { abs(Double($0) - $1) < 1.5 })
    }

    @Test(arguments: shapes, CompressedRows.Precision.allCases)
    func productsAndRowsAreThoseOfTheNumbersRead(shape: (Int, Int), precision: CompressedRows.Precision) {
        let (V, C, B) = (shape.0, shape.1, 3)
        let rows = table(numbers(V * C, seed: 3), V, C, precision)
        let read = reading(rows).map(\.value)
        let users = numbers(B * C, seed: 4)
        var scores = [Float](repeating: .nan, count: B * V)
        rows.multiply(users, B, into: &scores)
        for user in 0..<B {
            for row in 0..<V {
                let expected = (0..<C).reduce(0.0) { $0 + Double(users[user * C + $1]) * read[row * C + $1] }
                #expect(abs(Double(scores[user * V + row]) - expected) < 1e-4)
            }
        }
        let asked: [Int32] = [Int32(V - 1), 0, Int32(V / 2)]
        let tape = Tape()
        let gathered = asked.withUnsafeBufferPointer { tape.gather(rows, $0).array }
        for (place, row) in asked.enumerated() {
            for c in 0..<C { #expect(abs(Double(gathered[place * C + c]) - read[Int(row) * C + c]) < 1e-6) }
        }
    }

    @Test(arguments: CompressedRows.Precision.allCases) func rowsOfZerosAndOfTinyNumbersStayFinite(
        precision: CompressedRows.Precision
    ) {
        let rows = table([0, 0, 0, 1e-37, -1e-37, 1e-36, 1e30, -1e30, 1], 3, 3, precision)
        for (number, expected) in zip(reading(rows).map(\.value), [0, 0, 0, 0, 0, 0, 1e30, -1e30, 0]) {
            #expect(abs(number - expected) <= 0.01 * abs(expected))
        }
    }

    @Test func aRowTakesAsManyBytesAsIsSaid() {
        let x = numbers(10 * 64, seed: 5)
        #expect(table(x, 10, 64, .int8).byteCount == 10 * 66)
        #expect(table(x, 10, 64, .int4).byteCount == 10 * 36)
    }
}
