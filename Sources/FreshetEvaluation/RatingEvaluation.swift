import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// A rating that a user gave.
public struct Rating: Sendable, Equatable {
    /// The user, or `nil` for one the model was not trained on.
    public var user: UserIndex?
    /// The item.
    public var item: ItemIndex
    /// The rating.
    public var value: Float

    /// Creates a rating.
    public init(user: UserIndex?, item: ItemIndex, value: Float) {
        self.user = user
        self.item = item
        self.value = value
    }
}

/// Scores a model that predicts ratings: RMSE, MAE, and as a classifier of likes accuracy, precision, recall, F1, AUC.
///
/// The figures are over ratings; their intervals over users, whose ratings are drawn together.
public enum RatingEvaluation {
    /// Scores a model on held-out ratings.
    ///
    /// - Parameters:
    ///   - predictor: the model.
    ///   - ratings: what the users gave.
    ///   - threshold: the rating from which on an item counts as liked.
    ///   - histories: what the model learned from, for the segments of new and old users.
    ///   - catalogue: the items' popularity, for the segments of head and tail items.
    ///   - options: intervals and segments.
    ///   - pool: the threads.
    /// - Returns: every figure with its interval, by segment too, and each user's own errors.
    /// - Throws: ``FreshetError`` when an option is out of range or there is no rating.
    public static func evaluate(
        predictor: any RatingPredictor,
        ratings: [Rating],
        threshold: Float,
        histories: Histories? = nil,
        catalogue: CatalogueStatistics? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws -> EvaluationResult {
        var predictions = [Float](repeating: 0, count: ratings.count)
        predictions.withUnsafeMutableBufferPointer { predictions in
            pool.forEachRange(ratings.count, grain: 1024) { range, _ in
                for row in range {
                    predictions[row] = predictor.predictedValue(user: ratings[row].user, item: ratings[row].item)
                }
            }
        }
        return try evaluate(
            predictions: predictions,
            ratings: ratings,
            threshold: threshold,
            histories: histories,
            catalogue: catalogue,
            options: options,
            pool: pool
        )
    }

    /// Scores predicted ratings, whoever made them.
    ///
    /// - Parameters:
    ///   - predictions: a prediction for each rating.
    ///   - ratings: what the users gave.
    ///   - threshold: the rating from which on an item counts as liked.
    ///   - histories: what the model learned from, for the segments of new and old users.
    ///   - catalogue: the items' popularity, for the segments of head and tail items.
    ///   - options: intervals and segments.
    ///   - pool: the threads.
    /// - Returns: every figure with its interval, by segment too, and each user's own errors.
    /// - Throws: ``FreshetError`` when an option is out of range, a prediction is not finite or there is no rating.
    public static func evaluate(
        predictions: [Float],
        ratings: [Rating],
        threshold: Float,
        histories: Histories? = nil,
        catalogue: CatalogueStatistics? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws -> EvaluationResult {
        try options.validate()
        precondition(predictions.count == ratings.count, "\(predictions.count) predictions, \(ratings.count) ratings")
        guard !ratings.isEmpty else {
            throw FreshetError(.invalidData, "There is no rating to evaluate.", remedy: "Hold out some ratings first.")
        }
        guard let broken = predictions.firstIndex(where: { !$0.isFinite }) else {
            let rated = RatedEvents(predictions: predictions, ratings: ratings, threshold: threshold)
            return summary(of: rated, histories: histories, catalogue: catalogue, options: options, pool: pool)
        }
        throw FreshetError(.invalidData, "Prediction number \(broken) is not a number: \(predictions[broken]).")
    }

    private static func summary(
        of rated: RatedEvents,
        histories: Histories?,
        catalogue: CatalogueStatistics?,
        options: EvaluationOptions,
        pool: ThreadPool
    ) -> EvaluationResult {
        let bootstrap = Bootstrap(options, pool: pool)
        let segments = rated.segments(histories: histories, catalogue: catalogue, options: options).map { segment in
            let part = rated.selecting(segment.rows)
            return SegmentResult(
                name: segment.name,
                definition: segment.definition,
                users: part.tallies.count,
                metrics: part.estimates(bootstrap)
            )
        }
        var result = EvaluationResult(
            method: "\(rated.ratings.count) held-out ratings of \(rated.tallies.count) users; liked means a rating of "
                + "\(rated.threshold) or more. \(bootstrap.description)",
            users: rated.tallies.count,
            threshold: Double(rated.threshold),
            metrics: rated.estimates(bootstrap),
            segments: segments
        )
        result.userValues = rated.userValues
        return result
    }
}
