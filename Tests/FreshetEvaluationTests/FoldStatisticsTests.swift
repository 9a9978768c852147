import Testing

@testable import FreshetEvaluation

@Suite struct FoldStatisticsTests {
    /// Values of Student's distribution from printed tables.
    @Test(arguments: [
        (12.7062, 1, 0.05), (1, 1, 0.5), (2.7764, 4, 0.05), (4.6041, 4, 0.01), (0.7407, 4, 0.5), (2.2281, 10, 0.05),
        (-2.0, 10, 0.07339), (1.96, 100_000, 0.05), (0, 3, 1),
    ])
    func tailsAreThoseOfTheTables(_ t: Double, _ degrees: Int, _ expected: Double) {
        let p = StudentDistribution.tails(beyond: t, degreesOfFreedom: Double(degrees))
        #expect(abs(p - expected) < 2e-5, "\(p)")
    }

    /// Five differences worked by hand: mean 0.02, variance 2.5e-4, t = 0.02 / √((1/5 + 1/4) · 2.5e-4) = 1.8856.
    @Test func correctsForOverlap() throws {
        let statistics = FoldStatistics([0, 0.01, 0.02, 0.03, 0.04])
        #expect(abs(statistics.mean - 0.02) < 1e-12 && abs(statistics.deviation - 0.0158114) < 1e-6)
        let p = try #require(statistics.p)
        #expect(abs(p - StudentDistribution.tails(beyond: 1.885618, degreesOfFreedom: 4)) < 1e-6)
        // Without the correction the same folds would be called significant.
        #expect(p > 0.1 && StudentDistribution.tails(beyond: 2.828427, degreesOfFreedom: 4) < 0.05)
    }

    @Test func saysNothingWhereNothingDiffers() {
        #expect(FoldStatistics([0.5]).p == nil && FoldStatistics([0.5, 0.5]).p == nil && FoldStatistics([]).mean == 0)
    }
}
