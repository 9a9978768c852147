import FreshetEvaluation
import Testing

@Suite("Comparison table")
struct ComparisonTableTests {
    func result(_ name: String, _ values: [String: Double], sampled: Int? = nil) -> EvaluationResult {
        var result = EvaluationResult(
            method: "",
            users: 1,
            metrics: values.mapValues { Estimate(value: $0, low: $0 - 0.01, high: $0 + 0.02) },
            segments: []
        )
        result.model = name
        result.sampled = sampled
        return result
    }

    @Test func columnsAlignAndTheBestIsMarked() {
        let table = ComparisonTable([
            result("popularity", ["ndcg@10": 0.018, "rmse": 0.9]),
            result("hybrid", ["ndcg@10": 0.2, "rmse": 1.1]),
            result("old", ["ndcg@10": 0.5], sampled: 100),
        ])
        #expect(table.metrics == ["ndcg@10", "rmse"])
        #expect(
            table.text == """
                model                       NDCG@10              RMSE
                popularity           0.0180 ±0.0150   *0.9000 ±0.0150
                hybrid              *0.2000 ±0.0150    1.1000 ±0.0150
                old [sampled 100]    0.5000 ±0.0150                 –

                """
        )
        #expect(table.markdown.contains("| hybrid | **0.2000** ±0.0150 | 1.1000 ±0.0150 |"))
    }

    @Test(arguments: ["ndcg@10", "auc", "hr@1", "popularity@100"]) func keysParseBack(key: String) {
        let parsed = Metric.parse(key)
        #expect(parsed?.metric.key(at: parsed?.cutoff) == key)
    }

    @Test(arguments: ["", "ndcg@", "ndcg@x", "luck@10"]) func otherKeysDoNot(key: String) {
        #expect(Metric.parse(key) == nil)
    }
}
