import FreshetTensor
import FreshetTestSupport
import Testing

/// The gradients of what training makes small.
extension GradientTests {
    /// A row with three choices, one of them twice, one with none, and one with one.
    @Test func multinomialLoss() {
        var fixture = Fixture()
        let (x, table) = (fixture.make("x", 3, 5), fixture.make("table", 13, 5))
        let bias = fixture.make("bias", 1, 13)
        let (rows, chosen) = (IndexBuffer(), IndexBuffer())
        for item in [4, 7, 4, 12] as [Int32] { chosen.append(item) }
        let check = GradientCheck(fixture.set) { tape in
            tape.multinomialLoss(
                input(x, on: tape, rows),
                table: table,
                bias: bias,
                chosen: chosen.indices,
                offsets: [0, 3, 3, 4],
                scale: 1
            )
        }
        expectAccurate(check)
    }

    @Test func pairwiseLoss() {
        var fixture = Fixture()
        let (x, better, worse) = (fixture.make("x", 4, 5), fixture.make("better", 4, 5), fixture.make("worse", 4, 5))
        let buffers = (IndexBuffer(), IndexBuffer(), IndexBuffer())
        expectAccurate(
            GradientCheck(fixture.set) { tape in
                tape.pairwiseLoss(
                    input(x, on: tape, buffers.0),
                    better: input(better, on: tape, buffers.1),
                    worse: input(worse, on: tape, buffers.2),
                    scale: 1
                )
            }
        )
    }

    @Test(arguments: [0, 0.1] as [Float]) func catalogueCrossEntropy(smoothing: Float) {
        var fixture = Fixture()
        let (x, table) = (fixture.make("x", 67, 5), fixture.make("table", 13, 5))
        let bias = fixture.make("bias", 1, 13)
        let (rows, targets) = (IndexBuffer(), IndexBuffer())
        for n in 0..<67 { targets.append(Int32(n * 5 % 13)) }
        let check = GradientCheck(fixture.set) { tape in
            tape.catalogueCrossEntropy(
                input(x, on: tape, rows),
                table: table,
                bias: bias,
                targets: targets.indices,
                scale: 1,
                smoothing: smoothing
            )
        }
        expectAccurate(check)
    }

    /// Rows below the cap and above it, and one that nobody showed.
    @Test(arguments: [1, 2, 10]) func topKOffPolicy(slate: Int) {
        var fixture = Fixture()
        let (x, table) = (fixture.make("x", 9, 5), fixture.make("table", 13, 5))
        let (rows, targets) = (IndexBuffer(), IndexBuffer())
        for n in 0..<9 { targets.append(Int32(n * 5 % 13)) }
        let propensities: [Float] = [0.9, 0.5, 0.01, 0.001, 1, .nan, 0.2, 0.0001, 0.05]
        let check = GradientCheck(fixture.set, difference: .fourPoint(0.02)) { tape in
            propensities.withUnsafeBufferPointer {
                tape.topKOffPolicy(
                    input(x, on: tape, rows),
                    table: table,
                    targets: targets.indices,
                    propensities: $0,
                    slate: slate,
                    cap: 4,
                    scale: 1
                )
            }
        }
        expectAccurate(check)
    }

    @Test(arguments: [Parameter.GradientLayout.dense, .rows]) func sampledSoftmax(_ layout: Parameter.GradientLayout) {
        var fixture = Fixture()
        let (x, table) = (fixture.make("x", 9, 5), fixture.make("table", 13, 5, layout: layout))
        let (rows, targets, negatives) = (IndexBuffer(), IndexBuffer(), IndexBuffer())
        for n in 0..<9 { targets.append(Int32(n * 5 % 13)) }
        // Item 5 is a target of row 1 (masked there) and drawn twice.
        for item in [5, 1, 5, 12] as [Int32] { negatives.append(item) }
        let logProbability = (0..<13).map { -2 - 0.1 * Float($0) }
        let check = GradientCheck(fixture.set) { tape in
            logProbability.withUnsafeBufferPointer {
                tape.sampledSoftmax(
                    input(x, on: tape, rows),
                    table: table,
                    targets: targets.indices,
                    negatives: negatives.indices,
                    logProbability: $0.baseAddress!,
                    scale: 1
                )
            }
        }
        expectAccurate(check)
    }

    /// Two roots in one pass, as in a micro-update; the teacher does not know items 11 and 12.
    @Test(arguments: [Parameter.GradientLayout.dense, .rows]) func distillation(_ layout: Parameter.GradientLayout) {
        var fixture = Fixture()
        let (x, table) = (fixture.make("x", 4, 5), fixture.make("table", 13, 5, layout: layout))
        var other = Fixture()
        let (teacher, teacherTable) = (other.make("teacher", 4, 3), other.make("teacherTable", 12, 3))
        let (rows, targets, items) = (IndexBuffer(), IndexBuffer(), IndexBuffer())
        for n in 0..<4 { targets.append(Int32(n * 5 % 13)) }
        for item in [5, 1, 12, 5, 8, 0] as [Int32] { items.append(item) }
        let logProbability = (0..<13).map { -2 - 0.1 * Float($0) }
        let check = GradientCheck(fixture.set) { tape in
            logProbability.withUnsafeBufferPointer {
                let x = input(x, on: tape, rows)
                let teacherTape = Tape()
                let taught = teacherTape.make(4, 3, Array(teacher.values))
                let loss = tape.sampledSoftmax(
                    x,
                    table: table,
                    targets: targets.indices,
                    negatives: items.indices,
                    logProbability: $0.baseAddress!,
                    scale: 1
                )
                return loss + 2
                    * tape.distillation(
                        x,
                        table: table,
                        teacher: taught,
                        teacherTable: teacherTable,
                        knownItems: 11,
                        items: items.indices,
                        logProbability: $0.baseAddress!,
                        scale: 2
                    )
            }
        }
        expectAccurate(check)
    }

    @Test(arguments: [1, 3]) func binaryCrossEntropy(negativesPerRow: Int) {
        var fixture = Fixture()
        let (x, table) = (fixture.make("x", 6, 5), fixture.make("table", 13, 5, layout: .rows))
        let (rows, targets, negatives) = (IndexBuffer(), IndexBuffer(), IndexBuffer())
        for n in 0..<6 { targets.append(Int32(n * 5 % 13)) }
        for n in 0..<6 * negativesPerRow { negatives.append(Int32(n * 7 % 13)) }
        let check = GradientCheck(fixture.set) { tape in
            tape.binaryCrossEntropy(
                input(x, on: tape, rows),
                table: table,
                targets: targets.indices,
                negatives: negatives.indices,
                positivePower: 0.4,
                scale: 1
            )
        }
        expectAccurate(check)
    }

    /// Two rows of one kind do not stand against each other.
    @Test func contrastiveLoss() {
        var fixture = Fixture()
        let (a, b) = (fixture.make("a", 5, 4), fixture.make("b", 5, 4))
        let (first, second) = (IndexBuffer(), IndexBuffer())
        let check = GradientCheck(fixture.set) { tape in
            let (a, b) = (input(a, on: tape, first), input(b, on: tape, second))
            return 2 * tape.contrastiveLoss(a, b, kinds: [3, 1, 3, 4, 5], temperature: 0.7, scale: 2)
        }
        expectAccurate(check)
        let tape = Tape()
        let (one, two) = (tape.make(2, 1, [1, 2]), tape.make(2, 1, [3, 5]))
        let alike = tape.contrastiveLoss(one, two, kinds: [7, 7], temperature: 1, scale: 1)
        #expect(abs(alike) < 1e-6)
        let apart = tape.contrastiveLoss(one, two, kinds: [7, 8], temperature: 1, scale: 1)
        // Products 3, 5 and 6, 10: -log(e³ / (e³ + e⁵)) - log(e¹⁰ / (e⁶ + e¹⁰)).
        #expect(abs(apart - (2.126928 + 0.018150)) < 1e-4)
    }

    @Test func logisticLoss() {
        var fixture = Fixture()
        let x = fixture.make("x", 7, 1)
        let rows = IndexBuffer()
        let check = GradientCheck(fixture.set) { tape in
            2 * tape.logisticLoss(input(x, on: tape, rows), labels: [0, 1, 0.3, 1, 0, 1, 0.9], scale: 2)
        }
        expectAccurate(check)
    }
}
