import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetTensor
import Testing

@Suite("Evaluation of recommendation lists")
struct RankingEvaluationTests {
    let pool = ThreadPool(threads: 1)
    let options = EvaluationOptions(cutoffs: [2, 3], resamples: 200)

    @Test func usersWithoutAListAreMisses() throws {
        let result = try RankingEvaluation.evaluate(
            recommendations: [
                RecommendationList(user: "ann", items: ["x", "y"]),
                RecommendationList(user: "stranger", items: ["x"]),
            ],
            truth: [("ann", "y"), ("bob", "x")],
            options: options,
            pool: pool
        )
        #expect(result.users == 2)
        #expect(result[.hitRate, at: 2]?.value == 0.5)
        #expect(abs((result[.ndcg, at: 2]?.value ?? 0) - 0.5 / log2(3)) < 1e-6)
        #expect(result[.mrr]?.value == 0.25)
        #expect(result.method.contains("1 of them have no list"))
    }

    @Test func aRepeatedItemCountsOnceAndLosesItsPlace() throws {
        let result = try RankingEvaluation.evaluate(
            recommendations: [RecommendationList(user: "u", items: ["a", "a", "b"])],
            truth: [("u", "a"), ("u", "b"), ("u", "a")],
            options: options,
            pool: pool
        )
        #expect(result[.recall, at: 2]?.value == 0.5)
        #expect(result[.recall, at: 3]?.value == 1)
    }

    @Test func twoListsOfOneUserAreRefused() {
        let list = RecommendationList(user: "u", items: ["a"])
        #expect(throws: FreshetError.self) {
            try RankingEvaluation.evaluate(recommendations: [list, list], truth: [("u", "a")], pool: pool)
        }
        #expect(throws: FreshetError.self) {
            try RankingEvaluation.evaluate(recommendations: [list], truth: [], pool: pool)
        }
    }

    @Test func jsonHasTheStableKeys() throws {
        var result = try RankingEvaluation.evaluate(
            recommendations: [RecommendationList(user: "u", items: ["a"])],
            truth: [("u", "a"), ("v", "a")],
            options: EvaluationOptions(cutoffs: [10]),
            pool: pool
        )
        result.model = "popularity"
        let json = try #require(try JSONSerialization.jsonObject(with: Data(result.json().utf8)) as? [String: Any])
        let metrics = try #require(json["metrics"] as? [String: [String: Double]])
        #expect(metrics["ndcg@10"] == ["value": 0.5, "low": 0, "high": 1])
        #expect(
            Set(metrics.keys) == ["hr@10", "recall@10", "precision@10", "f1@10", "ndcg@10", "mrr@10", "map@10", "mrr"]
        )
        #expect(json["users"] as? Int == 2)
        #expect(json["model"] as? String == "popularity")
    }
}
