import FreshetTensor
import FreshetTestSupport
import Testing

/// Every operation's gradient against finite differences, for every input and parameter, at awkward sizes.
@Suite struct GradientTests {
    static let sizes = [(1, 1), (3, 5), (7, 16), (17, 33)]

    /// A set with an input matrix and what else a test adds.
    struct Fixture {
        let set = ParameterSet()
        var random = RandomSource(seed: 5)

        mutating func make(
            _ name: String,
            _ rows: Int,
            _ columns: Int,
            layout: Parameter.GradientLayout = .dense
        ) -> Parameter {
            set.make(name, rows: rows, columns: columns, .normal(0.7), layout: layout, using: &random)
        }
    }

    /// The rows `0 ..< N` of a parameter as a tensor, so that its gradient is checked too.
    func input(_ parameter: Parameter, on tape: Tape, _ rows: IndexBuffer) -> Tensor {
        rows.removeAll()
        for row in 0..<parameter.rows { rows.append(Int32(row)) }
        return tape.gather(parameter, rows.indices)
    }

    func expectAccurate(_ check: GradientCheck, _ bound: Double = 1e-3) {
        for (name, error) in check.errors() { #expect(error < bound, "\(name) is off by \(error)") }
    }

    @Test(arguments: sizes) func linear(N: Int, C: Int) {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", N, C), fixture.make("weight", C, C + 2))
        let bias = fixture.make("bias", 1, C + 2)
        let rows = IndexBuffer()
        expectAccurate(GradientCheck(fixture.set) { $0.linear(input(x, on: $0, rows), weight, bias: bias) })
    }

    @Test(arguments: sizes.dropFirst()) func layerNorm(N: Int, C: Int) {
        var fixture = Fixture()
        let x = fixture.make("x", N, C)
        let (gain, bias) = (fixture.make("gain", 1, C), fixture.make("bias", 1, C))
        let rows = IndexBuffer()
        let check = GradientCheck(fixture.set, difference: .twoPoint(1e-2)) {
            $0.layerNorm(input(x, on: $0, rows), gain: gain, bias: bias)
        }
        expectAccurate(check)
    }

    @Test(arguments: Activation.allCases) func activation(_ activation: Activation) {
        var fixture = Fixture()
        let x = fixture.make("x", 5, 7)
        // ReLU has a kink: keep the inputs away from it and the step small.
        for i in x.values.indices where abs(x.values[i]) < 0.05 { x.values[i] = 0.3 }
        let rows = IndexBuffer()
        let check = GradientCheck(fixture.set, difference: activation == .relu ? .twoPoint(1e-2) : .fourPoint(0.1)) {
            $0.activate(input(x, on: $0, rows), activation)
        }
        expectAccurate(check)
    }

    @Test(arguments: sizes) func elementwise(N: Int, C: Int) {
        var fixture = Fixture()
        let (a, b) = (fixture.make("a", N, C), fixture.make("b", N, C))
        let (first, second) = (IndexBuffer(), IndexBuffer())
        let check = GradientCheck(fixture.set) { tape in
            let (a, b) = (input(a, on: tape, first), input(b, on: tape, second))
            return tape.scale(tape.add(tape.multiplyElements(a, b), a), by: 1.7)
        }
        expectAccurate(check)
    }

    @Test func dropoutKeepsItsDecisions() {
        var fixture = Fixture()
        let x = fixture.make("x", 9, 11)
        let rows = IndexBuffer()
        expectAccurate(GradientCheck(fixture.set) { $0.dropout(input(x, on: $0, rows), rate: 0.4) })
    }

    @Test(arguments: [Parameter.GradientLayout.dense, .rows])
    func gatherAddsRepeatedRows(_ layout: Parameter.GradientLayout) {
        var fixture = Fixture()
        let table = fixture.make("table", 6, 5, layout: layout)
        let (indices, rows) = (IndexBuffer(), IndexBuffer())
        for index in [2, 0, 2, 5, 2] as [Int32] { indices.append(index) }
        for row in [4, 1, 1] as [Int32] { rows.append(row) }
        let check = GradientCheck(fixture.set) { tape in
            tape.selectRows(tape.gather(table, indices.indices), rows.indices)
        }
        expectAccurate(check)
    }

    @Test(arguments: [(1, 0, 0.0), (2, 3, 0.0), (2, 90, 0.0), (1, 3, 0.3), (3, 0, 0.3)])
    func attention(heads: Int, distances: Int, dropout: Double) {
        var fixture = Fixture()
        // Sequences of 1, 5 and 70 events: the last takes two blocks of queries.
        let offsets = [0, 1, 6, 76]
        let C = 2 * heads
        let (q, kv) = (fixture.make("queries", 76, C), fixture.make("keysAndValues", 76, 2 * C))
        let bias = distances > 0 ? fixture.make("bias", heads, distances) : nil
        let (first, second) = (IndexBuffer(), IndexBuffer())
        let check = GradientCheck(fixture.set, difference: .twoPoint(3e-2)) { tape in
            tape.causalAttention(
                queries: input(q, on: tape, first),
                keysAndValues: input(kv, on: tape, second),
                heads: heads,
                offsets: offsets,
                bias: bias,
                dropout: Float(dropout)
            )
        }
        expectAccurate(check)
    }

    /// Queries of single events, of a run, of the end of a sequence over two blocks, and none of the first.
    @Test(arguments: [0, 0.3]) func attentionOfSomeRows(dropout: Double) {
        var fixture = Fixture()
        let wanted = [2, 4, 5] + Array(8..<76)
        let (q, kv) = (fixture.make("queries", wanted.count, 4), fixture.make("keysAndValues", 76, 8))
        let bias = fixture.make("bias", 2, 3)
        let (first, second, rows) = (IndexBuffer(), IndexBuffer(), IndexBuffer())
        for row in wanted { rows.append(Int32(row)) }
        let check = GradientCheck(fixture.set, difference: .twoPoint(3e-2)) { tape in
            tape.causalAttention(
                queries: input(q, on: tape, first),
                keysAndValues: input(kv, on: tape, second),
                heads: 2,
                offsets: [0, 1, 6, 76],
                rows: rows.indices,
                bias: bias,
                dropout: Float(dropout)
            )
        }
        expectAccurate(check)
    }

    @Test(arguments: [0, 0.3]) func attentionToBothSides(dropout: Double) {
        var fixture = Fixture()
        let (q, kv) = (fixture.make("queries", 76, 4), fixture.make("keysAndValues", 76, 8))
        let (first, second) = (IndexBuffer(), IndexBuffer())
        let check = GradientCheck(fixture.set, difference: .twoPoint(3e-2)) { tape in
            tape.attention(
                queries: input(q, on: tape, first),
                keysAndValues: input(kv, on: tape, second),
                heads: 2,
                offsets: [0, 1, 6, 76],
                dropout: Float(dropout)
            )
        }
        expectAccurate(check)
    }

    @Test func pooling() {
        var fixture = Fixture()
        let x = fixture.make("x", 9, 5)
        let rows = IndexBuffer()
        expectAccurate(
            GradientCheck(fixture.set) { $0.meanOfSequences(input(x, on: $0, rows), offsets: [0, 1, 6, 9]) }
        )
        let check = GradientCheck(fixture.set, difference: .twoPoint(1e-2)) { $0.normalizeRows(input(x, on: $0, rows)) }
        expectAccurate(check)
    }

    @Test(arguments: [Parameter.GradientLayout.dense, .rows]) func weightedRows(_ layout: Parameter.GradientLayout) {
        var fixture = Fixture()
        let table = fixture.make("table", 6, 5, layout: layout)
        let rows: [Int32] = [2, 0, 2, 5]
        let weights: [Float] = [0.5, -1, 2, 1]
        rows.withUnsafeBufferPointer { rows in
            weights.withUnsafeBufferPointer { weights in
                expectAccurate(
                    GradientCheck(fixture.set) { tape in
                        // The second has no entries.
                        tape.weightedRows(table, rows: rows, weights: weights, offsets: [0, 3, 3, 4])
                    }
                )
            }
        }
    }

    @Test func gaussianLatent() {
        var fixture = Fixture()
        let (mean, logVariance) = (fixture.make("mean", 4, 5), fixture.make("logVariance", 4, 5))
        let (first, second) = (IndexBuffer(), IndexBuffer())
        expectAccurate(
            GradientCheck(fixture.set) { tape in
                tape.gaussianDraw(input(mean, on: tape, first), logVariance: input(logVariance, on: tape, second))
            }
        )
        expectAccurate(
            GradientCheck(fixture.set) { tape in
                tape.gaussianDivergence(
                    input(mean, on: tape, first),
                    logVariance: input(logVariance, on: tape, second),
                    scale: 1
                )
            }
        )
    }

    /// A path of three nodes and one that stands alone; what two layers pass on comes back through both.
    @Test(arguments: [1, 2]) func graphProduct(threads: Int) {
        var fixture = Fixture()
        let x = fixture.make("x", 4, 5)
        let rows = IndexBuffer()
        let graph = GraphMatrix(offsets: [0, 1, 3, 4, 4], columns: [1, 0, 2, 1], values: [0.5, 0.5, 2, 2])
        let pool = ThreadPool(threads: threads)
        expectAccurate(
            GradientCheck(fixture.set) { tape in
                let first = tape.graphProduct(graph, input(x, on: tape, rows), threads: pool)
                return tape.add(first, tape.graphProduct(graph, first, threads: pool))
            }
        )
    }

    /// The product lands in some columns, of which one is not touched on each side.
    @Test(arguments: sizes) func lowRank(N: Int, C: Int) {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", N, C), fixture.make("weight", C, C + 2))
        let (down, up) = (fixture.make("down", C, 2), fixture.make("up", 2, C))
        let rows = IndexBuffer()
        let check = GradientCheck(fixture.set) { tape in
            let x = input(x, on: tape, rows)
            let y = tape.linear(x, weight)
            tape.addLowRank(x, down, up, factor: 0.7, to: y, first: 1)
            return y
        }
        expectAccurate(check)
    }

    @Test(arguments: sizes) func addSingularValues(N: Int, C: Int) {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", N, C), fixture.make("weight", C, C + 2))
        let (left, right) = (fixture.make("left", C, 2), fixture.make("right", 2, C))
        let values = fixture.make("values", 1, 2)
        let rows = IndexBuffer()
        let check = GradientCheck(fixture.set) { tape in
            let x = input(x, on: tape, rows)
            let y = tape.linear(x, weight)
            tape.addSingularValues(x, left, values, right, factor: 0.7, to: y, first: 1)
            return y
        }
        expectAccurate(check)
    }

    @Test(arguments: [false, true]) func orthogonalityTerm(ofRows: Bool) {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", 5, 3), fixture.make("weight", 3, 4))
        let rows = IndexBuffer()
        let check = GradientCheck(fixture.set) { tape in
            let term = tape.orthogonalityTerm(weight, ofRows: ofRows, weight: 0.3)
            let y = tape.linear(input(x, on: tape, rows), weight)
            return term + tape.contrastiveLoss(y, y, kinds: [1, 2, 3, 4, 5], temperature: 0.9, scale: 1)
        }
        expectAccurate(check)
    }

    /// Layers that are computed again have the result and, to the last bit, the gradients of those that are kept, with the same
    /// numbers dropped.
    @Test func recomputedPartsChangeNothing() {
        func run(_ recomputes: Bool) -> (result: [Float], gradients: [[Double]], bytes: Int) {
            var fixture = Fixture()
            let x = fixture.make("x", 40, 16)
            let layers = (0..<6).map { (fixture.make("in\($0)", 16, 400), fixture.make("out\($0)", 400, 16)) }
            let gradients = Gradients(for: fixture.set)
            let tape = Tape(recordingInto: gradients, pool: BufferPool(minimumChunk: 1 << 10))
            tape.dropoutKey = 3
            let rows = IndexBuffer()
            let y = layers.reduce(input(x, on: tape, rows)) { x, layer in
                let part = { (x: Tensor, tape: Tape) in
                    let inner = tape.dropout(tape.activate(tape.linear(x, layer.0), .gelu), rate: 0.2)
                    return tape.add(x, tape.linear(inner, layer.1))
                }
                return recomputes ? tape.recomputed(x, part: part) : part(x, tape)
            }
            let result = y.array
            tape.gradient(of: y).update(from: result, count: y.count)
            tape.backward()
            return (result, fixture.set.parameters.map { gradients.array(of: $0) }, tape.pool.byteCount)
        }
        let (kept, again) = (run(false), run(true))
        #expect(kept.result == again.result && kept.gradients == again.gradients)
        #expect(again.bytes * 5 < kept.bytes, "\(again.bytes) of \(kept.bytes) bytes")
    }

    /// The gradients of recomputed parts against finite differences, what is constant among them.
    @Test(arguments: [false, true]) func recomputed(isConstant: Bool) {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", 5, 4), fixture.make("weight", 4, 3))
        let rows = IndexBuffer()
        let numbers = Array(x.values)
        let check = GradientCheck(fixture.set) { tape in
            let start =
                isConstant
                ? tape.withoutRecording { tape.make(5, 4, numbers) } : input(x, on: tape, rows)
            return tape.recomputed(start) { x, tape in tape.activate(tape.linear(x, weight), .tanh) }
        }
        if isConstant {
            for (name, error) in check.errors() where name == "weight" { #expect(error < 1e-3) }
        } else {
            expectAccurate(check)
        }
    }

    /// Sequences of 1, 5 and 3 rows, of which each gets two before it.
    @Test func prependRows() {
        var fixture = Fixture()
        let (x, prompt) = (fixture.make("x", 9, 3), fixture.make("prompt", 2, 3))
        let rows = IndexBuffer()
        expectAccurate(
            GradientCheck(fixture.set) { $0.prependRows(prompt, to: input(x, on: $0, rows), offsets: [0, 1, 6, 9]) }
        )
        let tape = Tape()
        let y = tape.prependRows(prompt, to: tape.make(2, 3, [1, 2, 3, 4, 5, 6]), offsets: [0, 1, 2])
        let before = Array(prompt.values)
        #expect(y.array == before + [1, 2, 3] + before + [4, 5, 6])
    }

    /// Held near other numbers beside a loss of its own.
    @Test func proximalTerm() {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", 5, 3), fixture.make("weight", 3, 4))
        let rows = IndexBuffer()
        let anchor = weight.values.map { $0 + 0.5 }
        let check = GradientCheck(fixture.set) { tape in
            // The held term's own gradient is there at once: scaled as the whole is.
            let term = tape.proximalTerm(weight, near: anchor, weight: 0.8)
            let y = tape.linear(input(x, on: tape, rows), weight)
            return term + tape.contrastiveLoss(y, y, kinds: [1, 2, 3, 4, 5], temperature: 0.9, scale: 1)
        }
        expectAccurate(check)
        #expect(abs(Tape().proximalTerm(weight, near: anchor, weight: 0.8) - 0.5 * 0.8 * 0.25 * 12) < 1e-5)
    }

    /// What is frozen has no gradient and changes nobody else's; the others have the gradients they had.
    @Test func frozenParametersHaveNoGradient() {
        func gradients(_ layout: Parameter.GradientLayout) -> [[Double]] {
            var fixture = Fixture()
            let table = fixture.make("table", 6, 4, layout: layout)
            let (first, bias) = (
                fixture.make("first", 4, 4, layout: layout), fixture.make("bias", 1, 4, layout: layout)
            )
            let gain = fixture.make("gain", 1, 4, layout: layout)
            let last = fixture.make("last", 4, 3)
            let indices = IndexBuffer()
            for index in [2, 0, 2, 5] as [Int32] { indices.append(index) }
            let gradients = Gradients(for: fixture.set)
            let tape = Tape(recordingInto: gradients)
            let hidden = tape.linear(tape.gather(table, indices.indices), first, bias: bias)
            let y = tape.linear(tape.layerNorm(hidden, gain: gain, bias: bias), last)
            tape.gradient(of: y).update(repeating: 1, count: y.count)
            tape.backward()
            return fixture.set.parameters.map { gradients.array(of: $0) }
        }
        let (all, some) = (gradients(.dense), gradients(.frozen))
        #expect(all.last == some.last && all.allSatisfy { $0.contains { $0 != 0 } })
        #expect(some.dropLast().allSatisfy { $0.allSatisfy { $0 == 0 } })
    }

    /// What is computed without being recorded is a constant: nothing behind it gets a gradient.
    @Test func whatIsNotRecordedIsConstant() {
        var fixture = Fixture()
        let (x, first, last) = (fixture.make("x", 3, 4), fixture.make("first", 4, 5), fixture.make("last", 5, 2))
        let rows = IndexBuffer()
        let gradients = Gradients(for: fixture.set)
        let tape = Tape(recordingInto: gradients)
        let hidden = tape.withoutRecording { tape.linear(input(x, on: tape, rows), first) }
        let y = tape.linear(hidden, last)
        tape.gradient(of: y).update(repeating: 1, count: y.count)
        tape.backward()
        #expect(gradients.array(of: first).allSatisfy { $0 == 0 } && gradients.array(of: x).allSatisfy { $0 == 0 })
        #expect(gradients.array(of: last).contains { $0 != 0 } && tape.isRecording)
    }

    @Test func clippingBoundsTheNorm() {
        var fixture = Fixture()
        let weight = fixture.make("weight", 2, 2)
        let gradients = Gradients(for: fixture.set)
        gradients.dense(weight).update(from: [3, 0, 0, 4], count: 4)
        #expect(gradients.clippingScale(to: 10) == 1 && gradients.clippingScale(to: 0) == 1)
        #expect(abs(gradients.clippingScale(to: 1) - 0.2) < 1e-6)
    }

    @Test func parameterGradientsAccumulate() {
        var fixture = Fixture()
        let (x, weight) = (fixture.make("x", 3, 4), fixture.make("weight", 4, 2))
        let rows = IndexBuffer()
        let gradients = Gradients(for: fixture.set)
        var once: [Double] = []
        for pass in 1...2 {
            let tape = Tape(recordingInto: gradients)
            let y = tape.linear(input(x, on: tape, rows), weight)
            tape.gradient(of: y).update(repeating: 1, count: y.count)
            tape.backward()
            if pass == 1 { once = gradients.array(of: weight) }
        }
        let twice = gradients.array(of: weight)
        #expect(zip(once, twice).allSatisfy { abs(2 * $0 - $1) < 1e-4 })
    }
}
