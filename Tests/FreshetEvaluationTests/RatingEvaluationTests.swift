import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetTensor
import Testing

@Suite("Evaluation of rating models")
struct RatingEvaluationTests {
    let pool = ThreadPool(threads: 1)
    let options = EvaluationOptions(resamples: 200)

    /// Two users and three items, worked by hand with a threshold of 4.
    @Test func handWorkedCase() throws {
        let predictor = TableScorer(rows: [[5, 3, 4], [2, 4, 1]])
        let ratings = [(0, 0, 4), (0, 1, 5), (1, 0, 2), (1, 1, 3)].map { user, item, value in
            Rating(user: UserIndex(user), item: ItemIndex(item), value: Float(value))
        }
        let result = try RatingEvaluation.evaluate(
            predictor: predictor,
            ratings: ratings,
            threshold: 4,
            histories: Histories(offsets: [0, 1, 4], items: [0, 0, 1, 2].map { ItemIndex($0) }),
            catalogue: CatalogueStatistics(eventCounts: [8, 1, 1]),
            options: options,
            pool: pool
        )
        #expect(abs((result[.rmse]?.value ?? 0) - 1.5.squareRoot()) < 1e-9)
        #expect(result[.mae]?.value == 1)
        #expect(result[.accuracy]?.value == 0.5)
        #expect(result[.f1]?.value == 0.5)
        // Liked: predicted 5 and 3; not liked: 2 and 4. Three of the four pairs are right.
        #expect(result[.auc]?.value == 0.75)
        #expect(result.users == 2 && result.threshold == 4)
        #expect(result.segments.map(\.name) == ["new users", "old users", "head items", "tail items"])
        #expect(result.segments[2].metrics["mae"]?.value == 0.5)
        // The users' squared errors are 5 and 1, two ratings each.
        #expect(abs((result[.rmse]?.low ?? 0) - 0.5.squareRoot()) < 1e-6)
        #expect(abs((result[.rmse]?.high ?? 0) - 2.5.squareRoot()) < 1e-6)
    }

    @Test func brokenPredictionsAreRefused() {
        let ratings = [Rating(user: nil, item: ItemIndex(0), value: 3)]
        #expect(throws: FreshetError.self) {
            try RatingEvaluation.evaluate(predictions: [.nan], ratings: ratings, threshold: 4, pool: pool)
        }
        #expect(throws: FreshetError.self) {
            try RatingEvaluation.evaluate(predictions: [], ratings: [], threshold: 4, pool: pool)
        }
    }

    @Test func oneClassHasNoArea() throws {
        let ratings = [Rating(user: nil, item: ItemIndex(0), value: 3)]
        let result = try RatingEvaluation.evaluate(predictions: [3], ratings: ratings, threshold: 4, pool: pool)
        #expect(result[.auc] == nil)
        #expect(result[.rmse]?.value == 0)
    }
}
