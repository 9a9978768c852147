import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor
import Testing

@Suite("Evaluation of a scorer by full-catalogue rank")
struct ScorerEvaluationTests {
    let pool = ThreadPool(threads: 1)
    let options = EvaluationOptions(cutoffs: [1, 3, 10], resamples: 50)

    func reciprocalRank(_ scores: [Float], target: Int, seen: [Int] = [], excluding: Bool = true) throws -> Double? {
        try ScorerEvaluation.evaluate(
            scorer: TableScorer(rows: [scores]),
            contexts: [ScoringContext(0, seen)],
            relevant: [[ItemIndex(target)]],
            excludingSeen: excluding,
            options: options,
            pool: pool
        )[.mrr]?.value
    }

    @Test func tiesGoAgainstTheModel() throws {
        #expect(try reciprocalRank([1, 1, 1, 1], target: 0) == 0.25)
        let tied = try #require(try reciprocalRank([2, 1, 1, 0], target: 1))
        #expect(abs(tied - 1.0 / 3) < 1e-6)
    }

    @Test func brokenScoresGoAgainstTheModel() throws {
        #expect(try reciprocalRank([.nan, 1, 0, 0], target: 1) == 0.5)
        #expect(try reciprocalRank([.nan, 1, 0, 0], target: 0) == 0)
    }

    @Test func seenItemsAreLeftOutOrNot() throws {
        #expect(try reciprocalRank([4, 3, 2, 1], target: 3, seen: [0, 1]) == 0.5)
        #expect(try reciprocalRank([4, 3, 2, 1], target: 3, seen: [0, 1], excluding: false) == 0.25)
        #expect(try reciprocalRank([4, 3, 2, 1], target: 0, seen: [0]) == 0)
    }

    @Test func severalTargetsOfOneUserAreRankedTogether() throws {
        let result = try ScorerEvaluation.evaluate(
            scorer: TableScorer(rows: [[5, 4, 4, 4, 1]]),
            histories: Histories(offsets: [0, 0]),
            holdouts: [1, 3, 0].map { Holdout(user: UserIndex(0), item: ItemIndex($0)) },
            excludingSeen: true,
            options: options,
            pool: pool
        )
        // Item 2 ties with two targets and stands before both: ranks 1, 3 and 4.
        #expect(result.users == 1)
        #expect(abs((result[.map, at: 10]?.value ?? 0) - (1 + 2.0 / 3 + 3.0 / 4) / 3) < 1e-6)
        #expect(abs((result[.recall, at: 3]?.value ?? 0) - 2.0 / 3) < 1e-6)
        #expect(abs((result[.auc]?.value ?? 0) - (2 + 1 + 1) / 6.0) < 1e-6)
    }

    /// The rank of a target and its place in a full recommendation list are the same thing when no scores tie.
    @Test(arguments: [1, 2]) func agreesWithRecommendationLists(threads: Int) throws {
        var random = RandomSource(seed: 3)
        let (users, V) = (60, 41)
        let rows = (0..<users).map { _ in (0..<V).map { _ in random.uniform() } }
        let contexts = (0..<users).map { user in ScoringContext(user, (0..<5).map { _ in random.below(V) }) }
        let relevant = (0..<users).map { _ in (0..<3).map { _ in ItemIndex(random.below(V)) } }
        let catalogue = CatalogueStatistics(eventCounts: (0..<V).map { V - $0 })
        let pool = ThreadPool(threads: threads)
        let ranked = try ScorerEvaluation.evaluate(
            scorer: TableScorer(rows: rows),
            contexts: contexts,
            relevant: relevant,
            excludingSeen: true,
            catalogue: catalogue,
            options: options,
            pool: pool
        )
        let lists = BatchRecommender(scorer: TableScorer(rows: rows), pool: pool)
            .recommend(contexts: contexts, count: V, excludingSeen: true).map { $0.map(\.item) }
        let listed = try RankingEvaluation.evaluate(
            recommendations: lists,
            relevant: relevant,
            catalogue: catalogue,
            historyLengths: contexts.map(\.history.count),
            options: options,
            pool: pool
        )
        #expect(ranked.metrics.filter { $0.key != "auc" } == listed.metrics)
        #expect(ranked.recommendationCounts == listed.recommendationCounts)
        #expect(
            ranked.segments.map(\.name)
                == ["new users", "old users", "head items", "tail items"].filter { name in
                    listed.segments.contains { $0.name == name }
                }
        )
    }

    @Test func sampledNegativesAreStated() throws {
        let V = 1000
        let scores = (0..<V).map { Float($0) }
        let contexts = (0..<400).map { _ in ScoringContext(0, Array(900..<1000)) }
        let result = try ScorerEvaluation.evaluate(
            scorer: TableScorer(rows: [scores]),
            contexts: contexts,
            relevant: contexts.map { _ in [ItemIndex(809)] },
            excludingSeen: true,
            sampledNegatives: 100,
            options: options,
            pool: pool
        )
        #expect(result.sampled == 100)
        #expect(result.method.hasPrefix("SAMPLED"))
        // 90 of the 899 other unseen items are better: about 10 of each 100 drawn, so the mean AUC is near 0.9.
        let area = try #require(result[.auc]?.value)
        #expect(abs(area - 809.0 / 899) < 0.005)
        #expect(try result.json().contains("\"sampled\" : 100"))
    }

    @Test func nobodyToEvaluateIsAnError() {
        #expect(throws: FreshetError.self) {
            try ScorerEvaluation.evaluate(
                scorer: TableScorer(rows: [[1]]),
                contexts: [],
                relevant: [],
                excludingSeen: true,
                pool: pool
            )
        }
    }
}
