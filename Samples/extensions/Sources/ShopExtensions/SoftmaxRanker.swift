import FreshetCore
import FreshetModels
import FreshetNN

/// Scores candidates by a weighted sum of their features: one weight a feature, whatever the situation.
///
/// Weights are known by the features' names, so features come and go without making a state unreadable.
public struct SoftmaxRanker: LearnedRanker {
    /// The name in settings and in checkpoints.
    public static let name = "softmax-regression"

    /// What a system starts with; every other weight begins at 0.
    private static let start: [String: Float] = ["popularity1": 0.5, "coVisitation": 0.5, "transformer": 0.5]

    /// The names of the features in their order.
    public private(set) var names: [String]
    /// Their weights.
    public internal(set) var weights: [Float]

    /// The ranker that a system starts with.
    public init() { self = SoftmaxRanker(names: [], weights: []).fitted(to: .counts) }

    init(names: [String], weights: [Float]) { (self.names, self.weights) = (names, weights) }

    /// The weight of a feature.
    public subscript(feature: String) -> Float { names.firstIndex(of: feature).map { weights[$0] } ?? 0 }

    /// The same weights, in the order of a table's features.
    public func fitted(to table: FeatureTable) -> SoftmaxRanker {
        guard names != table.names else { return self }
        let known = Dictionary(uniqueKeysWithValues: zip(names, weights))
        return SoftmaxRanker(names: table.names, weights: table.names.map { known[$0] ?? Self.start[$0] ?? 0 })
    }

    /// Computes the sums.
    public func rank(_ set: CandidateSet) {
        let weights = fitted(to: set.table).weights
        for place in 0..<set.count {
            var sum = -set.penalty(at: place)
            for term in weights.indices { sum += weights[term] * set.value(of: term, at: place) }
            set.setScore(sum, at: place)
        }
    }

    /// The weights as an array.
    public func checkpoint() -> Checkpoint {
        Checkpoint(arrays: ["weights": StoredArray(weights)], metadata: ["features": names.joined(separator: ",")])
    }

    /// The ranker of a checkpoint.
    /// - Throws: `FreshetError` of kind `invalidData` when it is none.
    public init(from checkpoint: Checkpoint) throws {
        let names = (checkpoint.metadata["features"] ?? "").split(separator: ",").map(String.init)
        guard Set(names).count == names.count else {
            throw FreshetError(.invalidData, "The checkpoint names a feature twice.")
        }
        self.init(names: names, weights: try checkpoint.finiteNumbers("weights", shape: [names.count]))
    }
}
