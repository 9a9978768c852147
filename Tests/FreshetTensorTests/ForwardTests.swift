import Foundation
import FreshetTensor
import FreshetTestSupport
import Testing

/// Every operation's result against the plain reference in `Double`, at sizes around the vector widths.
@Suite struct ForwardTests {
    private let set = ParameterSet()

    private func make(_ rows: Int, _ columns: Int, seed: UInt64) -> Parameter {
        var random = RandomSource(seed: seed)
        return set.make("p\(seed)", rows: rows, columns: columns, .normal(1), using: &random)
    }

    private func doubles(_ parameter: Parameter) -> [Double] { parameter.values.map(Double.init) }

    private func expectClose(_ a: [Float], _ b: [Double], _ bound: Double = 1e-5) {
        #expect(a.count == b.count)
        let worst = zip(a, b).map { abs(Double($0) - $1) / (1 + abs($1)) }.max() ?? 0
        #expect(worst < bound, "off by \(worst)")
    }

    @Test(arguments: [(1, 1, 1), (3, 17, 5), (33, 50, 64), (65, 64, 1)])
    func linear(N: Int, I: Int, O: Int) {
        let (x, weight, bias) = (make(N, I, seed: 1), make(I, O, seed: 2), make(1, O, seed: 3))
        let tape = Tape()
        let y = tape.linear(tape.make(N, I, Array(x.values)), weight, bias: bias)
        var expected = Reference.multiply(doubles(x), doubles(weight), N, I, O)
        for i in expected.indices { expected[i] += Double(bias.values[i % O]) }
        expectClose(y.array, expected)
    }

    @Test(arguments: [(false, true), (true, false), (true, true)])
    func productsOfTransposedFactors(a: Bool, b: Bool) {
        let (M, N, K) = (5, 7, 11)
        let (left, right) = (make(M, K, seed: 1), make(K, N, seed: 2))
        func transposed(_ p: Parameter) -> [Float] {
            (0..<p.columns).flatMap { c in (0..<p.rows).map { p.values[$0 * p.columns + c] } }
        }
        let first = a ? transposed(left) : Array(left.values)
        let second = b ? transposed(right) : Array(right.values)
        var c = [Float](repeating: 1, count: M * N)
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                let left = a ? MatrixView(first.baseAddress!, K, M).transposed : MatrixView(first.baseAddress!, M, K)
                let right = b ? MatrixView(second.baseAddress!, N, K).transposed : MatrixView(second.baseAddress!, K, N)
                c.withUnsafeMutableBufferPointer { c in
                    multiply(left, right, into: MutableMatrixView(c.baseAddress!, M, N), alpha: 2, beta: 3)
                }
            }
        }
        expectClose(c, Reference.multiply(doubles(left), doubles(right), M, K, N).map { 2 * $0 + 3 })
    }

    /// What each row chose, all at once, with more rows than a block where the catalogue is long.
    @Test(arguments: [(3, 5, 7), (40, 17, 70_000)])
    func multinomialLoss(N: Int, C: Int, V: Int) {
        let (x, table, bias) = (make(N, C, seed: 1), make(V, C, seed: 2), make(1, V, seed: 3))
        let choices = (0..<N).map { n in (0..<n % 4).map { Int32((n * 31 + $0 * 17) % V) } }
        let chosen = IndexBuffer()
        choices.joined().forEach(chosen.append)
        let tape = Tape()
        let loss = tape.multinomialLoss(
            tape.make(N, C, Array(x.values)),
            table: table,
            bias: bias,
            chosen: chosen.indices,
            offsets: choices.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
            scale: 1
        )
        var expected = 0.0
        for (n, own) in choices.enumerated() where !own.isEmpty {
            let logits = (0..<V).map { item in
                (0..<C).reduce(Double(bias.values[item])) {
                    $0 + Double(x.values[n * C + $1]) * Double(table.values[item * C + $1])
                }
            }
            let probabilities = Reference.softmax(logits)
            expected -= own.reduce(0) { $0 + log(probabilities[Int($1)]) }
        }
        #expect(abs(loss - expected) < 1e-5 * max(1, expected))
    }

    @Test(arguments: [1, 2]) func graphProduct(threads: Int) {
        let (N, C) = (700, 9)
        let x = make(N, C, seed: 1)
        // Every node is joined with the one seven further on.
        let entries = (0..<N).map { n in [(n + 7) % N, (n + N - 7) % N].sorted() }
        let graph = GraphMatrix(
            offsets: (0...N).map { 2 * $0 },
            columns: entries.joined().map(Int32.init),
            values: [Float](repeating: 0.5, count: 2 * N)
        )
        let tape = Tape()
        let y = tape.graphProduct(graph, tape.make(N, C, Array(x.values)), threads: ThreadPool(threads: threads))
        let values = doubles(x)
        expectClose(
            y.array,
            (0..<N * C).map { place in
                entries[place / C].reduce(0) { $0 + 0.5 * values[$1 * C + place % C] }
            }
        )
    }

    /// Inference takes the mean; a pass that learns draws around it.
    @Test func gaussianDraws() {
        let (mean, logVariance) = (make(50, 80, seed: 1), make(50, 80, seed: 2))
        logVariance.values.update(repeating: -2)
        func draw(on tape: Tape) -> [Float] {
            tape.dropoutKey = 3
            let drawn = tape.gaussianDraw(
                tape.make(50, 80, Array(mean.values)),
                logVariance: tape.make(50, 80, Array(logVariance.values))
            )
            return drawn.array
        }
        #expect(draw(on: Tape()) == Array(mean.values))
        let first = draw(on: Tape(recordingInto: Gradients(for: set)))
        #expect(first == draw(on: Tape(recordingInto: Gradients(for: set))))
        let deviations = zip(first, mean.values).map { Double($0 - $1) }
        let variance = deviations.reduce(0) { $0 + $1 * $1 } / Double(deviations.count)
        #expect(abs(variance - exp(-2)) < 0.01 && abs(deviations.reduce(0, +)) / 4000 < 0.02)
    }

    @Test(arguments: [1, 2, 15, 16, 17, 64, 100])
    func layerNorm(C: Int) {
        let (x, gain, bias) = (make(3, C, seed: 1), make(1, C, seed: 2), make(1, C, seed: 3))
        let tape = Tape()
        let y = tape.layerNorm(tape.make(3, C, Array(x.values)), gain: gain, bias: bias)
        let expected = (0..<3).flatMap { row in
            Reference.layerNorm(
                Array(doubles(x)[row * C..<(row + 1) * C]),
                gain: doubles(gain),
                bias: doubles(bias),
                epsilon: 1e-6
            )
        }
        // One channel has no variance: the quotient amplifies the rounding of the mean.
        expectClose(y.array, expected, C == 1 ? 1e-3 : 2e-5)
    }

    @Test(arguments: Activation.allCases) func activation(_ activation: Activation) {
        let inputs: [Float] = [-100, -20, -3, -0.5, -1e-6, 0, 1e-6, 0.5, 3, 20, 100, 0.1, 0.2, 0.3, 0.4, 0.7, 1, 2]
        let tape = Tape()
        let y = tape.activate(tape.make(1, inputs.count, inputs), activation)
        expectClose(y.array, inputs.map { Reference.activate(Double($0), activation) }, 1e-6)
    }

    /// A pass that is recorded takes other loops.
    @Test(arguments: [(1, 0, true), (2, 5, true), (2, 200, true), (2, 0, false)], [false, true])
    func attention(_ shape: (heads: Int, distances: Int, isCausal: Bool), isRecorded: Bool) {
        let (heads, distances, isCausal) = shape
        let lengths = [1, 2, 64, 65, 130]
        let offsets = lengths.reduce(into: [0]) { $0.append($0.last! + $1) }
        let (N, width) = (offsets.last!, 3)
        let C = heads * width
        let (q, kv) = (make(N, C, seed: 1), make(N, 2 * C, seed: 2))
        let bias = distances > 0 ? make(heads, distances, seed: 3) : nil
        let tape = isRecorded ? Tape(recordingInto: Gradients(for: ParameterSet())) : Tape()
        let (queries, keysAndValues) = (tape.make(N, C, Array(q.values)), tape.make(N, 2 * C, Array(kv.values)))
        let y =
            isCausal
            ? tape.causalAttention(
                queries: queries,
                keysAndValues: keysAndValues,
                heads: heads,
                offsets: offsets,
                bias: bias
            )
            : tape.attention(queries: queries, keysAndValues: keysAndValues, heads: heads, offsets: offsets)
        for (s, length) in lengths.enumerated() {
            for head in 0..<heads {
                func rows(_ p: Parameter, from column: Int) -> [[Double]] {
                    (0..<length).map { t in
                        let start = (offsets[s] + t) * p.columns + column
                        return p.values[start..<start + width].map(Double.init)
                    }
                }
                let expected = Reference.attention(
                    queries: rows(q, from: head * width),
                    keys: rows(kv, from: head * width),
                    values: rows(kv, from: C + head * width),
                    bias: bias.map { Array(doubles($0)[head * distances..<(head + 1) * distances]) } ?? [],
                    isCausal: isCausal
                )
                for t in 0..<length {
                    let start = (offsets[s] + t) * C + head * width
                    expectClose(Array(y.array[start..<start + width]), expected[t], 1e-5)
                }
            }
        }
    }

    /// Two texts after one past see it and themselves, as if each stood behind it.
    @Test(arguments: [0, 1, 70]) func attentionAfterAPast(before: Int) {
        let (heads, width, lengths) = (2, 3, [5, 1])
        let C = heads * width
        let (q, kv, past) = (make(6, C, seed: 1), make(6, 2 * C, seed: 2), make(max(before, 1), 2 * C, seed: 3))
        let tape = Tape()
        let y = tape.causalAttention(
            queries: tape.make(6, C, Array(q.values)),
            keysAndValues: tape.make(6, 2 * C, Array(kv.values)),
            heads: heads,
            offsets: [0, 5, 6],
            after: MatrixView(past.pointer, before, 2 * C)
        )
        for (text, length) in lengths.enumerated() {
            let start = text * 5
            for head in 0..<heads {
                func rows(_ p: Parameter, _ range: Range<Int>, from column: Int) -> [[Double]] {
                    range.map { row in (0..<width).map { Double(p.values[row * p.columns + column + $0]) } }
                }
                func all(from column: Int) -> [[Double]] {
                    rows(past, 0..<before, from: column) + rows(kv, start..<start + length, from: column)
                }
                let expected = Reference.attention(
                    queries: rows(past, 0..<before, from: 0) + rows(q, start..<start + length, from: head * width),
                    keys: all(from: head * width),
                    values: all(from: C + head * width),
                    bias: []
                ).dropFirst(before)
                for (row, expected) in expected.enumerated() {
                    let place = (start + row) * C + head * width
                    expectClose(Array(y.array[place..<place + width]), expected)
                }
            }
        }
    }

    /// `y + factor · ((x · P) ∘ λ) · Q` in some columns.
    @Test(arguments: [(1, 1), (7, 5), (33, 64)]) func singularValues(N: Int, I: Int) {
        let (R, O) = (3, 4)
        let (x, start) = (make(N, I, seed: 1), make(N, O + 2, seed: 2))
        let (left, values, right) = (make(I, R, seed: 3), make(1, R, seed: 4), make(R, O, seed: 5))
        let tape = Tape()
        let y = tape.make(N, O + 2, Array(start.values))
        tape.addSingularValues(
            tape.make(N, I, Array(x.values)),
            left,
            values,
            right,
            factor: 0.7,
            to: y,
            first: 1
        )
        var inner = Reference.multiply(doubles(x), doubles(left), N, I, R)
        for place in inner.indices { inner[place] *= 0.7 * Double(values.values[place % R]) }
        let product = Reference.multiply(inner, doubles(right), N, R, O)
        var expected = doubles(start)
        for row in 0..<N {
            for column in 0..<O { expected[row * (O + 2) + column + 1] += product[row * O + column] }
        }
        expectClose(y.array, expected)
    }

    @Test func orthogonalityIsTheDistanceFromIt() {
        let W = make(2, 2, seed: 1)
        for (place, number) in ([1, 2, 0, 1] as [Float]).enumerated() { W.values[place] = number }
        // WᵀW = [1 2; 2 5], WWᵀ = [5 2; 2 1]: 0 + 4 + 4 + 16.
        #expect(abs(Tape().orthogonalityTerm(W, ofRows: false, weight: 0.5) - 12) < 1e-5)
        #expect(abs(Tape().orthogonalityTerm(W, ofRows: true, weight: 0.5) - 12) < 1e-5)
    }

    /// Reading memory in order takes some time, and a gigabyte of it less than a second on any machine.
    @Test func theSpeedOfMemoryIsMeasured() { #expect(MemoryBandwidth.measured() > 1e8) }

    @Test func crossEntropyIsTheNegativeLogSoftmax() {
        let (N, C, V) = (70, 5, 37)
        let (x, table) = (make(N, C, seed: 1), make(V, C, seed: 2))
        let targets = IndexBuffer()
        for n in 0..<N { targets.append(Int32(n % V)) }
        let tape = Tape()
        let loss = tape.catalogueCrossEntropy(
            tape.make(N, C, Array(x.values)),
            table: table,
            targets: targets.indices,
            scale: 1
        )
        var expected = 0.0
        for n in 0..<N {
            let logits = (0..<V).map { v in
                (0..<C).reduce(0) { $0 + Double(x.values[n * C + $1]) * Double(table.values[v * C + $1]) }
            }
            expected -= logarithm64(Reference.softmax(logits)[n % V])
        }
        #expect(abs(loss - expected) < 1e-3 * expected)
    }

    /// The loss is the integral of the weighted gradient, here by small steps from a chance of nearly 0.
    @Test(arguments: [(1, 0.3), (4, 0.3), (4, 0.02), (16, 0.001)]) func offPolicyLossAddsUpItsSlope(
        slate: Int,
        propensity: Double
    ) {
        let (N, C, V) = (7, 5, 11)
        let (x, table) = (make(N, C, seed: 1), make(V, C, seed: 2))
        let targets = IndexBuffer()
        for n in 0..<N { targets.append(Int32(n % V)) }
        let tape = Tape()
        let loss = [Float](repeating: Float(propensity), count: N).withUnsafeBufferPointer {
            tape.topKOffPolicy(
                tape.make(N, C, Array(x.values)),
                table: table,
                targets: targets.indices,
                propensities: $0,
                slate: slate,
                cap: 5,
                scale: 1
            )
        }
        var expected = 0.0
        for n in 0..<N {
            let logits = (0..<V).map { v in
                (0..<C).reduce(0) { $0 + Double(x.values[n * C + $1]) * Double(table.values[v * C + $1]) }
            }
            let chance = Reference.softmax(logits)[n % V]
            let steps = 200_000
            for step in 0..<steps {
                let middle = (Double(step) + 0.5) * chance / Double(steps)
                var others = Double(slate)
                for _ in 1..<max(slate, 1) { others *= 1 - middle }
                expected -= min(1 / propensity, 5 / middle) * others * chance / Double(steps)
            }
        }
        #expect(abs(loss - expected) < 1e-3 * abs(expected), "\(loss) and \(expected)")
    }

    @Test func dropoutKeepsTheMeanAndPassesInference() {
        let ones = [Float](repeating: 1, count: 100_000)
        let recording = Tape(recordingInto: Gradients(for: set))
        let dropped = recording.dropout(recording.make(1, ones.count, ones), rate: 0.3).array
        let kept = dropped.filter { $0 != 0 }
        #expect(kept.allSatisfy { abs($0 - 1 / 0.7) < 1e-6 })
        #expect(abs(Double(kept.count) / Double(ones.count) - 0.7) < 0.01)
        let inference = Tape()
        #expect(inference.dropout(inference.make(1, ones.count, ones), rate: 0.3).array == ones)
    }

    @Test func poolStopsAllocatingAfterTheFirstStep() {
        let pool = BufferPool(minimumChunk: 1024)
        func step() {
            for count in [100, 5000, 1, 900, 900] { _ = pool.take(count) }
            pool.reset()
        }
        step()
        let first = pool.allocations
        for _ in 0..<10 { step() }
        #expect(first > 0 && pool.allocations == first)
    }
}
