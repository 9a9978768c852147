import Foundation

/// How far predicted ratings are from the given ones, and how often they fall on the right side of a threshold.
///
/// All follow from sums, so the metrics of a resample of users are those of the sum of the users' tallies.
public struct RatingMetrics: Sendable, Equatable {
    /// How many ratings.
    public var count = 0.0
    /// The sum of the squared errors.
    public var squaredError = 0.0
    /// The sum of the absolute errors.
    public var absoluteError = 0.0
    /// Liked, and predicted so.
    public var truePositives = 0.0
    /// Not liked, but predicted so.
    public var falsePositives = 0.0
    /// Liked, but not predicted so.
    public var falseNegatives = 0.0

    /// The tally of no rating.
    public init() {}

    /// Adds a rating; at `threshold` and above an item counts as liked.
    public mutating func add(rating: Float, prediction: Float, threshold: Float) {
        let error = Double(prediction) - Double(rating)
        count += 1
        squaredError += error * error
        absoluteError += abs(error)
        switch (rating >= threshold, prediction >= threshold) {
        case (true, true): truePositives += 1
        case (false, true): falsePositives += 1
        case (true, false): falseNegatives += 1
        case (false, false): break
        }
    }

    /// The mean squared error.
    public var mse: Double { squaredError / count }
    /// The root of the mean squared error.
    public var rmse: Double { mse.squareRoot() }
    /// The mean absolute error.
    public var mae: Double { absoluteError / count }
    /// The share of ratings on the right side of the threshold.
    public var accuracy: Double { 1 - (falsePositives + falseNegatives) / count }
    /// The share of the predicted likes that are likes; 0 without any.
    public var precision: Double { ratio(truePositives, truePositives + falsePositives) }
    /// The share of the likes that are predicted; 0 without any.
    public var recall: Double { ratio(truePositives, truePositives + falseNegatives) }
    /// The harmonic mean of the two, `2TP / (2TP + FP + FN)`; 0 where undefined.
    public var f1: Double { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    private func ratio(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }

    /// The area under the ROC curve of scores for a class, a tied pair counting half (Mann and Whitney, 1947).
    ///
    /// - Parameters:
    ///   - scores: the scores.
    ///   - labels: whether each belongs to the class.
    /// - Returns: the area, or `nan` when one class is empty.
    public static func areaUnderCurve(scores: [Float], labels: [Bool]) -> Double {
        SortedScores(scores: scores, labels: labels).area { _ in 1 }
    }

    var named: [(Metric, Double)] {
        [
            (.mse, mse), (.rmse, rmse), (.mae, mae), (.accuracy, accuracy), (.precision, precision), (.recall, recall),
            (.f1, f1),
        ]
    }
}

/// Labelled scores in ascending order, for areas under the curve with changing weights.
struct SortedScores {
    private let order: [Int]
    private let scores: [Float]
    private let labels: [Bool]

    init(scores: [Float], labels: [Bool]) {
        precondition(scores.count == labels.count, "\(scores.count) scores, \(labels.count) labels")
        self.scores = scores
        self.labels = labels
        order = scores.indices.sorted { scores[$0] < scores[$1] }
    }

    func area(weight: (Int) -> Double) -> Double {
        var (area, positives, negatives, place) = (0.0, 0.0, 0.0, 0)
        while place < order.count {
            let score = scores[order[place]]
            var (tiedPositives, tiedNegatives) = (0.0, 0.0)
            repeat {
                let index = order[place]
                if labels[index] { tiedPositives += weight(index) } else { tiedNegatives += weight(index) }
                place += 1
            } while place < order.count && scores[order[place]] == score
            area += tiedPositives * (negatives + tiedNegatives / 2)
            positives += tiedPositives
            negatives += tiedNegatives
        }
        return positives * negatives > 0 ? area / (positives * negatives) : .nan
    }
}
