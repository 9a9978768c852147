import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Item neighbours: what is like the items of a history, by who chose them, by what is known of them, or by both.
///
/// The similarity of two items is
///
///     (1 - featureWeight) · xᵢ·xⱼ / (|xᵢ| |xⱼ| + shrinkage) + featureWeight · fᵢ·fⱼ
///
/// with `x` an item's column of the interaction matrix and `f` its features at length 1. Each item keeps its most
/// similar items, and a history's score for an item is the sum of what its items say of it (Deshpande and Karypis,
/// "Item-based top-N recommendation algorithms", TOIS 2004; the shrinkage is Bell and Koren's, 2007). Departs from the
/// paper in leaving out the normalisation of each item's neighbour list.
public struct ItemKNN: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How many of an item's most similar items are kept.
        public var neighbours = 200
        /// What damps similarities that rest on few users.
        public var shrinkage = 10.0
        /// How repeated events and values count.
        public var weight = InteractionWeight.binary
        /// The share of the features in the similarity, 0 (behaviour only) to 1 (features only).
        public var featureWeight = 0.0
        /// How the blocks of the features count among each other.
        public var features = ItemFeatures.Weights()
        /// Which of a user's events are asked about, and how they are weighted.
        public var query = HistoryQuery()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("neighbours", neighbours, in: 1...1_000_000)
            try SettingRange.check("shrinkage", shrinkage, in: 0...1e9)
            try SettingRange.check("featureWeight", featureWeight, in: 0...1)
            try query.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "item-knn"
    /// One line for `--help`.
    public static let summary = "what is like the items of the history, by behaviour, by features, or both"
    /// `features` goes by what is known of the items alone; `both` mixes it half and half with behaviour; `recent` lets
    /// each item of a history count seven tenths of the next later one.
    public static var presets: [String: Configuration] {
        var features = Configuration()
        features.featureWeight = 1
        var both = Configuration()
        both.featureWeight = 0.5
        var recent = Configuration()
        recent.query.decay = 0.7
        return ["features": features, "both": both, "recent": recent]
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var neighbours = SparseRows(columnCount: 0, offsets: [0], columns: [], values: [])

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Computes every item's neighbours.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try session.checkCancellation()
        let behaviour = 1 - Float(configuration.featureWeight)
        let users = SparseRows(
            interactions: behaviour == 0 ? Histories(offsets: [0]) : data.histories,
            itemCount: data.itemCount,
            weight: configuration.weight,
            pool: session.pool
        )
        let items = users.transposed()
        let norms = items.norms()
        let shrinkage = max(Float(configuration.shrinkage), .leastNormalMagnitude)
        let features = configuration.featureWeight == 0 ? nil : Features(of: data.dataset, configuration: configuration)
        neighbours = SparseRows(
            rowCount: data.itemCount,
            columnCount: data.itemCount,
            keep: configuration.neighbours,
            pool: session.pool,
            sum: { item, sums in
                sums.add(items, item, through: users)
                sums.update { other, dot in behaviour * dot / (norms[item] * norms[other] + shrinkage) }
                if let features { sums.add(features.rows, item, through: features.items) }
            },
            value: { item, other, similarity in item == other ? 0 : similarity }
        )
        try session.checkCancellation()
        session.report(TrainingProgress(phase: "comparing items", completed: 1, total: 1))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer { ItemToItemScorer(neighbours: neighbours, query: configuration.query) }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        try ItemToItemScorer(from: checkpoint, query: configuration.query)
    }

    /// The features, and for each feature the items that have it, already times the share of features.
    private struct Features {
        let rows: SparseRows
        let items: SparseRows

        init(of dataset: Dataset, configuration: Configuration) {
            rows = SparseRows(ItemFeatures(of: dataset, weights: configuration.features).rows)
            items = rows.transposed().scaled(by: Float(configuration.featureWeight))
        }
    }
}
