import FreshetEvaluation
import Testing

@testable import FreshetReport

@Suite("Scales, numbers and labels of charts")
struct ChartTests {
    @Test(arguments: [
        (0.0, 0.43, [0, 0.1, 0.2, 0.3, 0.4], "0.1"), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1], "0.2"),
        (-1, 1, [-1, -0.5, 0, 0.5, 1], "-0.5"), (0, 12_000, [0, 2000, 4000, 6000, 8000, 10_000, 12_000], "2,000"),
    ])
    func evenTicksAreRound(low: Double, high: Double, expected: [Double], second: String) {
        let ticks = ChartScale.even(low...high, to: (0, 100)).ticks(low < 0 ? 4 : 5)
        #expect(ticks.count == expected.count)
        for (tick, value) in zip(ticks, expected) { #expect(abs(tick - value) < 1e-9) }
        #expect(ChartScale.label(ticks[1], among: ticks) == second)
        #expect(ChartScale.label(ticks[0], among: ticks).first != "-" || low < 0)
    }

    @Test func logarithmicTicksArePowersOfTen() {
        #expect(ChartScale.logarithmic(1...5000, to: (0, 1)).ticks(3) == [1, 10, 100, 1000])
        #expect(ChartScale.logarithmic(1...30, to: (0, 1)).ticks(3) == [1, 2, 5, 10, 20])
        #expect(ChartScale.logarithmic(20...40, to: (0, 1)).ticks(3) == [20, 40])
    }

    @Test func positionsFollowTheScale() {
        #expect(ChartScale.even(0...10, to: (100, 0)).position(2.5) == 75)
        #expect(abs(ChartScale.logarithmic(1...100, to: (0, 50)).position(10) - 25) < 1e-9)
        #expect(ChartScale.even(0...10, to: (0, 1)).position(99) == 1)
        #expect(ChartScale.even(3...3, to: (0, 1)).position(3) == 0)
    }

    @Test func labelsAreSpreadInsideTheirBounds() {
        let spread = SVG.spread([10, 11, 12, 90], gap: 14, within: 5...100)
        for (upper, lower) in zip(spread, spread.dropFirst()) { #expect(lower - upper >= 13.9) }
        #expect(spread.allSatisfy { (5...100).contains($0) })
        #expect(spread[3] == 90)
    }

    @Test(arguments: [(0, "0"), (0.15891, "0.1589"), (5.5236, "5.524"), (10.36, "10.36"), (1234.4, "1,234")])
    func figuresAreShort(value: Double, text: String) {
        #expect(Figure.short(value) == text)
    }

    @Test(arguments: [(7.0, "7"), (-1234, "-1,234"), (1_000_000, "1,000,000"), (123, "123")])
    func wholeNumbersAreGrouped(value: Double, text: String) {
        #expect(Figure.whole(value) == text)
    }

    @Test func concentrationOfEvenCountsIsTheDiagonal() {
        let points = ReportDocument.concentration([2, 2, 2, 2])
        #expect(points.map(\.y) == [0, 0.25, 0.5, 0.75, 1])
        #expect(points.map(\.x) == [0, 25, 50, 75, 100])
        #expect(ReportDocument.concentration([0, 8]).map(\.y) == [0, 1, 1])
    }
}
