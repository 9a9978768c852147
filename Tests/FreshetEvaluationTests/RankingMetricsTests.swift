import Foundation
import FreshetEvaluation
import FreshetTensor
import Testing

@Suite("Ranking metrics of one user")
struct RankingMetricsTests {
    /// Three relevant items, at ranks 1, 4 and beyond the cutoff; worked by hand.
    @Test func handWorkedCase() {
        let metrics = RankingMetrics(ranks: [1, 4, 9], relevantCount: 3, cutoff: 5)
        let ideal = 1 + 1 / log2(3.0) + 0.5
        #expect(metrics.hitRate == 1)
        #expect(abs(metrics.recall - 2.0 / 3) < 1e-12)
        #expect(abs(metrics.precision - 2.0 / 5) < 1e-12)
        #expect(abs(metrics.f1 - 0.5) < 1e-12)
        #expect(abs(metrics.ndcg - (1 + 1 / log2(5.0)) / ideal) < 1e-12)
        #expect(metrics.reciprocalRank == 1)
        #expect(abs(metrics.averagePrecision - (1 + 2.0 / 4) / 3) < 1e-12)
    }

    @Test(arguments: [(1, 1.0), (2, 0.6309297535714575), (10, 0.2890648263178879), (11, 0)])
    func oneTargetGivesItsGain(rank: Int, ndcg: Double) {
        let metrics = RankingMetrics(ranks: [rank], relevantCount: 1, cutoff: 10)
        #expect(abs(metrics.ndcg - ndcg) < 1e-12)
        #expect(metrics.hitRate == (rank <= 10 ? 1 : 0))
        #expect(metrics.hitRate == metrics.recall)
        #expect(abs(metrics.reciprocalRank - (rank <= 10 ? 1 / Double(rank) : 0)) < 1e-12)
        #expect(metrics.averagePrecision == metrics.reciprocalRank)
    }

    @Test func nothingFoundIsZeroEverywhere() {
        let metrics = RankingMetrics(ranks: [], relevantCount: 4, cutoff: 10)
        #expect(metrics == RankingMetrics(ranks: [11, 12], relevantCount: 4, cutoff: 10))
        #expect(metrics.f1 == 0 && metrics.ndcg == 0)
    }

    @Test(arguments: 1...6) func perfectRankingIsOne(relevantCount: Int) {
        let metrics = RankingMetrics(ranks: 1...relevantCount, relevantCount: relevantCount, cutoff: relevantCount)
        for value in [
            metrics.hitRate, metrics.recall, metrics.precision, metrics.f1, metrics.ndcg, metrics.reciprocalRank,
            metrics.averagePrecision,
            RankingMetrics.areaUnderCurve(ranks: 1...relevantCount, relevantCount: relevantCount, candidateCount: 20),
        ] {
            #expect(abs(value - 1) < 1e-12)
        }
    }

    /// Moving any one target up by a place never makes a metric worse, and a longer cutoff never lowers recall.
    @Test(arguments: 0..<50) func betterRanksNeverHurt(seed: Int) throws {
        var random = RandomSource(seed: UInt64(seed))
        var ranks = Array((2...40).shuffled(using: &random).prefix(5)).sorted()
        let before = RankingMetrics(ranks: ranks, relevantCount: 5, cutoff: 10)
        let area = RankingMetrics.areaUnderCurve(ranks: ranks, relevantCount: 5, candidateCount: 40)
        let moved = try #require(ranks.indices.filter { !ranks.contains(ranks[$0] - 1) }.randomElement(using: &random))
        ranks[moved] -= 1
        let after = RankingMetrics(ranks: ranks, relevantCount: 5, cutoff: 10)
        #expect(after.ndcg >= before.ndcg)
        #expect(after.averagePrecision >= before.averagePrecision)
        #expect(after.f1 >= before.f1)
        #expect(after.reciprocalRank >= before.reciprocalRank)
        #expect(RankingMetrics.areaUnderCurve(ranks: ranks, relevantCount: 5, candidateCount: 40) > area)
        #expect(RankingMetrics(ranks: ranks, relevantCount: 5, cutoff: 20).recall >= after.recall)
    }

    /// Relevant at 2 and 3 of five: of the six pairs, the item at rank 1 spoils two.
    @Test func areaUnderCurveCountsPairs() {
        let area = RankingMetrics.areaUnderCurve(ranks: [2, 3], relevantCount: 2, candidateCount: 5)
        #expect(abs(area - 4.0 / 6) < 1e-12)
        #expect(RankingMetrics.areaUnderCurve(ranks: [], relevantCount: 2, candidateCount: 5) == 0)
        #expect(RankingMetrics.areaUnderCurve(ranks: [1], relevantCount: 1, candidateCount: 1).isNaN)
    }
}
