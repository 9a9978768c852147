import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetTensor
import Testing

@Suite("Novelty, popularity, diversity and segments")
struct ListMetricsTests {
    let pool = ThreadPool(threads: 1)
    let catalogue = CatalogueStatistics(
        eventCounts: [8, 4, 4, 0],
        likeness: ItemLikeness(labels: [["a", "b"], ["b", "c"], ["d"], []], basis: "letters")
    )

    func evaluate(_ lists: [[Int]], relevant: [[Int]], lengths: [Int] = []) throws -> EvaluationResult {
        try RankingEvaluation.evaluate(
            recommendations: lists.map { $0.map { ItemIndex($0) } },
            relevant: relevant.map { $0.map { ItemIndex($0) } },
            catalogue: catalogue,
            historyLengths: lengths,
            options: EvaluationOptions(cutoffs: [2, 3], resamples: 50, headShare: 0.75),
            pool: pool
        )
    }

    @Test func handWorkedCase() throws {
        let result = try evaluate([[0, 1, 2], [], [2, 3]], relevant: [[0], [1], [2]])
        // Self-information: 1, 2, 2 bits, and 4 bits for an item never seen (counted once).
        #expect(abs((result[.novelty, at: 2]?.value ?? 0) - (1.5 + 3) / 2) < 1e-6)
        #expect(abs((result[.popularity, at: 3]?.value ?? 0) - (16.0 / 3 + 2) / 2) < 1e-6)
        // Items 0 and 1 share one label of three; of item 3 nothing is known, so the third user has no diversity.
        #expect(abs((result[.diversity, at: 2]?.value ?? 0) - 2.0 / 3) < 1e-6)
        #expect(abs((result[.diversity, at: 3]?.value ?? 0) - (2.0 / 3 + 2) / 3) < 1e-6)
        #expect(result[.coverage, at: 2]?.value == 1)
        #expect(result.recommendationCounts == [1, 1, 2, 1])
        #expect(result.frequencyCutoff == 3)
    }

    @Test func headItemsMakeTheStatedShareOfEvents() {
        #expect(catalogue.headItems(share: 0.5) == [true, false, false, false])
        #expect(catalogue.headItems(share: 0.51) == [true, true, false, false])
        #expect(catalogue.headItems(share: 0.99) == [true, true, true, false])
    }

    @Test func segmentsSplitUsersAndTargets() throws {
        let result = try evaluate(
            [[0, 2, 1], [3, 0, 1], [1], [1, 0]],
            relevant: [[0, 2], [1], [3], [0]],
            lengths: [2, 9, 3, 3]
        )
        let segments = Dictionary(uniqueKeysWithValues: result.segments.map { ($0.name, $0) })
        #expect(segments["new users"]?.users == 1)
        #expect(segments["new users"]?.metrics["recall@2"]?.value == 1)
        #expect(segments["old users"]?.users == 3)
        // Head: items 0 and 1. The first user's tail target is at rank 2, the third's is missing.
        #expect(segments["head items"]?.users == 3)
        #expect(segments["tail items"]?.users == 2)
        #expect(segments["tail items"]?.metrics["hr@2"]?.value == 0.5)
        #expect(abs((segments["tail items"]?.metrics["ndcg@2"]?.value ?? 0) - 0.5 / log2(3)) < 1e-6)
    }

    @Test func vectorsGiveCosine() {
        let likeness = ItemLikeness(vectors: [1, 0, 3, 4, 0, 2, 0, 0], dimension: 2)
        #expect(abs((likeness.between(ItemIndex(0), ItemIndex(1)) ?? 0) - 0.6) < 1e-6)
        #expect(likeness.between(ItemIndex(0), ItemIndex(3)) == 0)
        #expect(likeness.between(ItemIndex(0), ItemIndex(4)) == nil)
    }

    @Test func titlesStandInForCategories() throws {
        let named = [Item(id: "1", title: "Red Lamp"), Item(id: "2", title: "red chair"), Item(id: "3")]
        let likeness = try #require(ItemLikeness(of: named))
        #expect(likeness.basis == "words of the titles")
        #expect(abs((likeness.between(ItemIndex(0), ItemIndex(1)) ?? 0) - 1.0 / 3) < 1e-12)
        #expect(ItemLikeness(of: [Item(id: "1")]) == nil)
        #expect(ItemLikeness(of: [Item(id: "1", categories: ["x"])])?.basis == "categories and tags")
    }
}
