/// A figure that an evaluation gives: its key in JSON, its name for people, and which way is better.
///
/// The definitions with their formulas are in `Documentation/Evaluation.md`.
public enum Metric: String, CaseIterable, Sendable, Codable {
    /// Whether at least one relevant item is among the first `K`.
    case hitRate = "hr"
    /// The share of the relevant items that are among the first `K`.
    case recall
    /// The share of the first `K` places that hold relevant items.
    case precision
    /// The harmonic mean of precision and recall. For rating models, of the class "liked".
    case f1
    /// Normalised discounted cumulative gain with binary relevance.
    case ndcg
    /// The reciprocal of the first relevant item's rank, zero beyond `K`.
    case mrr
    /// Average precision, divided by the number of relevant items.
    case map
    /// The chance that a relevant item stands before one that is not.
    case auc
    /// The share of the catalogue that is recommended to anybody.
    case coverage
    /// The inequality of how often items are recommended: 0 all alike, 1 one item only.
    case gini
    /// The mean self-information of the recommended items, in bits.
    case novelty
    /// The mean number of training events of the recommended items.
    case popularity
    /// How unlike the items of one list are: the mean distance of its pairs.
    case diversity
    /// The mean squared error of predicted ratings.
    case mse
    /// The root of the mean squared error of predicted ratings.
    case rmse
    /// The mean absolute error of predicted ratings.
    case mae
    /// The share of ratings that fall on the right side of the threshold.
    case accuracy

    /// Which values are better.
    public enum Direction: Sendable {
        /// Higher is better.
        case higher
        /// Lower is better.
        case lower
        /// Neither: the figure describes.
        case neither
    }

    /// Which values are better.
    public var direction: Direction {
        switch self {
        case .mse, .rmse, .mae: .lower
        case .coverage, .gini, .novelty, .popularity, .diversity: .neither
        default: .higher
        }
    }

    /// The name for people.
    public var label: String {
        switch self {
        case .hitRate: "HR"
        case .f1, .ndcg, .mrr, .map, .auc, .mse, .rmse, .mae: rawValue.uppercased()
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }

    /// What it measures, in a sentence for people.
    public var explanation: String {
        switch self {
        case .hitRate: "The share of users who find something they chose among the first K."
        case .recall: "The share of what a user chose that is among the first K."
        case .precision: "The share of the first K places that hold something the user chose."
        case .f1: "The harmonic mean of precision and recall."
        case .ndcg: "Like the hit rate, but a hit counts less the lower it stands: 1 at the top, 0.29 at rank 10."
        case .mrr: "One over the rank of the first hit: 1 at the top, 0.5 at rank 2."
        case .map: "The mean precision at the ranks of the hits."
        case .auc: "The chance that an item that the user chose stands before another."
        case .coverage: "The share of the catalogue that anybody is recommended."
        case .gini: "How unequally recommendations fall on items: 0 all alike, 1 all on one item."
        case .novelty: "How rare the recommended items are in the training data, in bits."
        case .popularity: "How many training events the recommended items have on average."
        case .diversity: "How unlike the items of one list are: 0 all alike, 1 nothing in common."
        case .mse: "The mean squared error of predicted ratings."
        case .rmse: "The root of the mean squared error of predicted ratings."
        case .mae: "The mean absolute error of predicted ratings."
        case .accuracy: "The share of ratings that are predicted on the right side of the threshold."
        }
    }

    /// The key in JSON: `ndcg@10`, or `auc` without a cutoff.
    public func key(at cutoff: Int? = nil) -> String {
        cutoff.map { "\(rawValue)@\($0)" } ?? rawValue
    }

    /// The metric and the cutoff of a key, or `nil` when it is not one of ours.
    public static func parse(_ key: String) -> (metric: Metric, cutoff: Int?)? {
        let parts = key.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let metric = Metric(rawValue: String(name)) else { return nil }
        guard parts.count == 2 else { return (metric, nil) }
        guard let cutoff = Int(parts[1]) else { return nil }
        return (metric, cutoff)
    }

    /// The name of a key for people: `NDCG@10`.
    public static func label(of key: String) -> String {
        guard let (metric, cutoff) = parse(key) else { return key }
        return cutoff.map { "\(metric.label)@\($0)" } ?? metric.label
    }
}
