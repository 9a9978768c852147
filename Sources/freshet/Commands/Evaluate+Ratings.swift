import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels

extension Evaluate {
    /// Measures predicted ratings against those that the truth's events carry as values.
    ///
    /// A rating of an item that the model does not know cannot be predicted and is left out.
    /// - Throws: ``FreshetError`` when the model predicts no ratings or the truth has none.
    func evaluateRatings(snapshot: Snapshot, _ truth: Dataset) throws -> EvaluationResult {
        let rated = snapshot.ratings(in: truth)
        var result = try RatingEvaluation.evaluate(
            predictor: snapshot.ratingPredictor(),
            ratings: rated.known,
            threshold: likedFrom,
            histories: snapshot.dataset.histories,
            catalogue: CatalogueStatistics(of: snapshot.dataset),
            options: evaluation.options(seed: common.seed),
            pool: common.makePool()
        )
        result.model = snapshot.manifest.model
        if rated.unknown > 0 {
            result.method += " Left out: \(Words.count(rated.unknown)) ratings of items that the model does not know."
        }
        return result
    }
}

extension Snapshot {
    /// The model as one that predicts ratings.
    /// - Throws: ``FreshetError`` of kind `usage` when it is none.
    func ratingPredictor() throws -> any RatingPredictor {
        if let predictor = scorer as? any RatingPredictor { return predictor }
        throw FreshetError.predictsNoRatings(manifest.model)
    }

    /// The ratings of a truth in the model's own numbers, and how many of them are of items that it does not know.
    fileprivate func ratings(in truth: Dataset) -> (known: [Rating], unknown: Int) {
        var known: [Rating] = []
        var unknown = 0
        for user in 0..<truth.users.count {
            let history = truth.histories[UserIndex(user)]
            let index = dataset.users.position(of: truth.users[user]).map(UserIndex.init(_:))
            for (item, value) in zip(history.items, history.values) where !value.isNaN {
                if let position = dataset.items.position(of: truth.items[item.position]) {
                    known.append(Rating(user: index, item: ItemIndex(position), value: value))
                } else {
                    unknown += 1
                }
            }
        }
        return (known, unknown)
    }
}

extension FreshetError {
    /// The error for a model that is asked for ratings and foretells none.
    static func predictsNoRatings(_ model: String) -> FreshetError {
        FreshetError(
            .usage,
            "A model of kind '\(model)' predicts no ratings.",
            remedy: "Train one that does: freshet train --model matrix-factorization --set trainer=sgd."
        )
    }
}
