import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// User neighbours: what the users who are most like this one chose.
///
/// The similarity of two users is
///
///     (1 - featureWeight) · x·y / (|x| |y| + shrinkage) + featureWeight · p·q
///
/// with `x`, `y` their rows of the interaction matrix and `p`, `q` their profiles: the sums of their items' features at
/// length 1. The score of an item is the sum of the similarities of the nearest users who chose it, weighted by how
/// much they did. The history alone decides, so a user whom the model never saw is served like any other (Herlocker,
/// Konstan, Borchers and Riedl, "An algorithmic framework for performing collaborative filtering", SIGIR 1999, in its
/// form for implicit feedback; cosine instead of Pearson's correlation, and shrinkage instead of significance weights).
public struct UserKNN: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How many of the most similar users speak.
        public var neighbours = 100
        /// What damps similarities that rest on few items.
        public var shrinkage = 10.0
        /// How repeated events and values count.
        public var weight = InteractionWeight.binary
        /// The share of the profiles in the similarity, 0 (behaviour only) to 1 (features only).
        public var featureWeight = 0.0
        /// How the blocks of the features count among each other.
        public var features = ItemFeatures.Weights()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("neighbours", neighbours, in: 1...1_000_000)
            try SettingRange.check("shrinkage", shrinkage, in: 0...1e9)
            try SettingRange.check("featureWeight", featureWeight, in: 0...1)
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "user-knn"
    /// One line for `--help`.
    public static let summary = "what similar users chose; similar by behaviour, by their items' features, or both"
    /// `features` goes by the features of the users' items alone; `both` mixes them half and half with behaviour.
    public static var presets: [String: Configuration] {
        var features = Configuration()
        features.featureWeight = 1
        var both = Configuration()
        both.featureWeight = 0.5
        return ["features": features, "both": both]
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var interactions = SparseRows(columnCount: 0, offsets: [0], columns: [], values: [])
    private var features: SparseRows?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Takes in who chose what; the neighbours are found when somebody asks.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try session.checkCancellation()
        interactions = SparseRows(
            interactions: data.histories,
            itemCount: data.itemCount,
            weight: configuration.weight,
            pool: session.pool
        )
        if configuration.featureWeight > 0 {
            features = SparseRows(ItemFeatures(of: data.dataset, weights: configuration.features).rows)
        }
        session.report(TrainingProgress(phase: "indexing users", completed: 1, total: 1))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        UserKNNScorer(interactions: interactions, features: features, configuration: configuration)
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let items = try checkpoint.numbers("items", of: Int32.self, shape: [1])[0]
        guard items >= 0 else { throw FreshetError(.invalidData, "Array 'items' says \(items) items.") }
        let interactions = try SparseRows(from: checkpoint, named: "interactions", columnCount: Int(items))
        guard configuration.featureWeight > 0 else {
            return UserKNNScorer(interactions: interactions, features: nil, configuration: configuration)
        }
        let width = try checkpoint.numbers("width", of: Int32.self, shape: [1])[0]
        let features = try SparseRows(
            from: checkpoint,
            named: "features",
            rowCount: Int(items),
            columnCount: Int(max(width, 0))
        )
        return UserKNNScorer(interactions: interactions, features: features, configuration: configuration)
    }
}
