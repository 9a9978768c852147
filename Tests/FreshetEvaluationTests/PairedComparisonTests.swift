import FreshetCore
import FreshetEvaluation
import FreshetTensor
import Testing

@Suite("Paired comparison of two models")
struct PairedComparisonTests {
    let pool = ThreadPool(threads: 1)

    func result(_ name: String, _ values: [Float], users: [Int]? = nil) -> EvaluationResult {
        var result = EvaluationResult(method: "", users: values.count, metrics: [:], segments: [])
        result.model = name
        result.userValues = UserValues(users: users ?? Array(values.indices), values: ["ndcg@10": values])
        return result
    }

    /// Six users, all better by the same amount: of 64 sign patterns two are as extreme, so p is 1/32.
    @Test func exactRandomization() throws {
        let comparison = try PairedComparison(
            of: result("new", [1, 1, 1, 1, 1, 1]),
            against: result("old", [0, 0, 0, 0, 0, 0]),
            metric: "ndcg@10",
            resamples: 8000,
            pool: pool
        )
        #expect(abs(comparison.randomizationP - 1.0 / 32) < 0.008)
        #expect(comparison.difference == Estimate(value: 1, low: 1, high: 1))
        #expect(comparison.higher == 6 && comparison.lower == 0)
    }

    @Test func noiseIsNotSignificantAndAnEffectIs() throws {
        var random = RandomSource(seed: 2)
        let base = (0..<600).map { _ in random.uniform() }
        let noise = base.map { $0 + 0.2 * random.normal() }
        let effect = base.map { $0 + 0.2 * random.normal() + 0.04 }
        let none = try PairedComparison(
            of: result("noise", noise),
            against: result("base", base),
            metric: "ndcg@10",
            resamples: 500,
            pool: pool
        )
        #expect(none.randomizationP > 0.05 && none.bootstrapP > 0.05)
        #expect(none.difference.low < 0 && none.difference.high > 0)
        let some = try PairedComparison(
            of: result("effect", effect),
            against: result("base", base),
            metric: "ndcg@10",
            resamples: 500,
            pool: pool
        )
        #expect(some.randomizationP < 0.01 && some.bootstrapP < 0.01)
        #expect(some.difference.low > 0)
        #expect(some.text.contains("effect against base: NDCG@10 +0.0"))
    }

    @Test func equalModelsHavePOne() throws {
        let same = result("same", [0.5, 0, 1])
        let comparison = try PairedComparison(of: same, against: same, metric: "ndcg@10", resamples: 100, pool: pool)
        #expect(comparison.randomizationP == 1 && comparison.bootstrapP == 1)
    }

    @Test func otherUsersOrMetricsAreRefused() {
        #expect(throws: FreshetError.self) {
            try PairedComparison(
                of: result("a", [1]),
                against: result("b", [1], users: [7]),
                metric: "ndcg@10",
                pool: pool
            )
        }
        #expect(throws: FreshetError.self) {
            try PairedComparison(of: result("a", [1]), against: result("b", [1]), metric: "luck", pool: pool)
        }
    }
}
