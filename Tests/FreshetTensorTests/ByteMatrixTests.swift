import CFreshetKernels
import Testing

@testable import FreshetTensor

/// Matrices of bytes, and what inference does differently from training.
@Suite struct ByteMatrixTests {
    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in random.normal() }
    }

    private func parameter(_ rows: Int, _ columns: Int, _ values: [Float]) -> Parameter {
        var random = RandomSource(seed: 1)
        let parameter = ParameterSet().make("w", rows: rows, columns: columns, .constant(0), using: &random)
        _ = parameter.values.update(from: values)
        return parameter
    }

    /// Shapes around the four rows of a step, the sixteen columns of a panel, the heights of the tiles and the four panels that a
    /// single row takes at a time.
    private static let shapes = [
        (1, 1, 1), (1, 4, 16), (2, 3, 5), (3, 5, 17), (4, 8, 15), (5, 7, 33), (7, 64, 48), (13, 31, 16), (18, 12, 40),
        (1, 9, 63), (1, 31, 64), (1, 64, 150),
    ]

    /// Only rounding the factors costs accuracy: the product of what was rounded is exact.
    @Test(arguments: shapes) func productsOfRoundedFactorsAreExact(N: Int, I: Int, O: Int) {
        let (x, w) = (numbers(N * I, seed: 2), numbers(I * O, seed: 3))
        let bias = numbers(O, seed: 4)
        let tape = Tape()
        let y = tape.linear(tape.make(N, I, x), ByteMatrix(parameter(I, O, w)), bias: parameter(1, O, bias)).array
        for n in 0..<N {
            let row = Array(x[n * I..<(n + 1) * I])
            let (least, most) = (min(row.min()!, 0), max(row.max()!, 0))
            let step = Double(most - least) / 255
            let zero = (-Double(least) / step).rounded()
            let rounded = row.map { step * ((Double($0) / step + zero).rounded() - zero) }
            for o in 0..<O {
                let column = (0..<I).map { Double(w[$0 * O + o]) }
                let unit = column.map(abs).max()! / Double(freshet_largest_packed_weight())
                let expected = zip(rounded, column).reduce(Double(bias[o])) {
                    $0 + $1.0 * unit * ($1.1 / unit).rounded()
                }
                // A number in the middle between two steps may go to either.
                #expect(abs(Double(y[n * O + o]) - expected) < 0.1 * unit + 1e-4, "\(n), \(o) of \(N)×\(I)×\(O)")
            }
        }
    }

    /// The largest bytes next to each other are what sums of 16 bits would not hold.
    @Test func theLargestProductsFit() {
        let tape = Tape()
        for sign in [Float(1), -1] {
            let matrix = ByteMatrix(parameter(64, 20, [Float](repeating: sign * 2, count: 64 * 20)))
            let y = tape.linear(tape.make(5, 64, [Float](repeating: 3, count: 5 * 64)), matrix).array
            for number in y { #expect(abs(number - sign * 384) < 1e-2) }
        }
    }

    @Test func rowsOfZerosAndNegativeRowsKeepTheirMeaning() {
        let tape = Tape()
        let matrix = ByteMatrix(parameter(3, 2, [1, 0, 1, 0, 1, 0]))
        let y = tape.linear(tape.make(2, 3, [0, 0, 0, -1, -1, -2]), matrix).array
        #expect(y[0] == 0 && y[1] == 0 && abs(y[2] + 4) < 0.02 && y[3] == 0)
    }

    @Test func aTableGivesItsRows() {
        let table = numbers(37 * 6, seed: 5)
        let bytes = ByteMatrix(table: parameter(37, 6, table), for: .columns)
        #expect(bytes.rows == 6 && bytes.columns == 37)
        let rows: [Int32] = [36, 0, 17, 17]
        let tape = Tape()
        let y = rows.withUnsafeBufferPointer { tape.gather(bytes, $0).array }
        for (place, row) in rows.enumerated() {
            let expected = table[Int(row) * 6..<Int(row) * 6 + 6]
            let step = expected.map(abs).max()! / 127
            for (a, b) in zip(y[place * 6..<place * 6 + 6], expected) { #expect(abs(a - b) <= 0.51 * step) }
        }
    }

    @Test(arguments: shapes) func bytesGoOutAndComeBack(N: Int, I: Int, O: Int) {
        let matrix = ByteMatrix(parameter(I, O, numbers(I * O, seed: 9)))
        let (bytes, scales) = matrix.rounded
        let again = ByteMatrix(rows: I, columns: O, bytes: bytes, scales: scales)
        #expect(again.rounded.bytes == bytes && again.rounded.scales == scales)
        let (x, tape) = (numbers(N * I, seed: 10), Tape())
        let expected = tape.linear(tape.make(N, I, x), matrix).array
        #expect(tape.linear(tape.make(N, I, x), again).array == expected)
    }

    /// Bytes of a processor with larger ones are rounded again where they would overflow.
    @Test func bytesOfAnotherProcessorAreTaken() {
        let again = ByteMatrix(rows: 2, columns: 1, bytes: [127, -64], scales: [0.5])
        let tape = Tape()
        let y = tape.linear(tape.make(1, 2, [1, 1]), again).array
        #expect(abs(y[0] - 31.5) < 1)
    }

    /// Inference does short sequences in one loop, training in products.
    @Test(arguments: [true, false]) func attentionIsTheSameWithoutRecording(isCausal: Bool) {
        let lengths = [1, 5, 31, 32, 33, 70]
        let offsets = lengths.reduce(into: [0]) { $0.append($0.last! + $1) }
        let (N, C) = (offsets.last!, 12)
        let (queries, both) = (numbers(N * C, seed: 6), numbers(N * 2 * C, seed: 7))
        let set = ParameterSet()
        let results = [Tape(), Tape(recordingInto: Gradients(for: set))].map { tape in
            let (q, kv) = (tape.make(N, C, queries), tape.make(N, 2 * C, both))
            return isCausal
                ? tape.causalAttention(queries: q, keysAndValues: kv, heads: 3, offsets: offsets).array
                : tape.attention(queries: q, keysAndValues: kv, heads: 3, offsets: offsets).array
        }
        for (a, b) in zip(results[0], results[1]) { #expect(abs(a - b) < 1e-5) }
    }

    @Test func onlyTheResultOfAPartIsKept() {
        let tape = Tape(pool: BufferPool(minimumChunk: 256))
        var x = tape.make(4, 8, numbers(32, seed: 8))
        for _ in 0..<50 {
            let before = x.array
            let input = x
            x = tape.keepingResult { tape.scale(tape.scale(tape.scale(input, by: 2), by: 2), by: 0.25) }
            #expect(x.array == before)
        }
        // 50 results of 32 numbers and one part's scratch, instead of 150 tensors.
        #expect(tape.pool.allocations < 12)
    }
}
