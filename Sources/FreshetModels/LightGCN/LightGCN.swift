import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Users and items as vectors that are smoothed over the graph of who chose what: LightGCN.
///
/// With a learned vector `e⁽⁰⁾` for every user and item, each layer takes from the neighbours,
/// `e⁽ᵏ⁺¹⁾_u = Σ_{i of u} e⁽ᵏ⁾_i / √(d_u d_i)` with degrees `d`, and alike for items; what counts is the mean of all layers,
/// and a score is a product (He, Deng, Wang, Li, Zhang and Wang, "LightGCN", SIGIR 2020, https://arxiv.org/abs/2002.02126).
/// Learned by pairs of a chosen item and one that was not (Rendle and others, 2009).
///
/// Departs from the paper in the batches, which are large, since every step passes over the whole graph; in weight decay in
/// place of a penalty on the batch; and in serving users whom the model never saw, and events after the training: the
/// vector of a user is what the layers make of the history's items, with a learned part only for users that it knows.
/// Without any event there is no graph, and all scores are near zero.
public struct LightGCN: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// The length of a vector.
        public var factors = 64
        /// How many times vectors are taken from neighbours.
        public var layers = 2
        /// How many epochs there are at most.
        public var epochs = 200
        /// After how many epochs without a better validation training ends.
        public var patience = 10
        /// How many choices make a step.
        public var batchSize = 16_384
        /// The learning rate of Adam.
        public var learningRate: Float = 0.01
        /// How strongly the learned vectors are pulled to zero.
        public var weightDecay: Float = 0.01
        /// Which of a user's items are asked about, and how they are weighted.
        public var query = HistoryQuery()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("factors", factors, in: 1...4096)
            try SettingRange.check("layers", layers, in: 1...10)
            try SettingRange.check("epochs", epochs, in: 1...10_000)
            try SettingRange.check("patience", patience, in: 1...10_000)
            try SettingRange.check("batchSize", batchSize, in: 1...10_000_000)
            try SettingRange.check("learningRate", learningRate, in: 1e-7...1)
            try SettingRange.check("weightDecay", weightDecay, in: 0...10)
            try query.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "graph"
    /// One line for `--help`.
    public static let summary = "vectors smoothed over the graph of who chose what (LightGCN)"

    /// `recent` lets each item count nine tenths of the next later one when scoring.
    public static var presets: [String: Configuration] {
        var recent = Configuration()
        recent.query.decay = 0.9
        return ["recent": recent]
    }

    /// An epoch of a small log has a dozen steps too.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        configuration.batchSize = min(configuration.batchSize, max(256, data.histories.eventCount / 12))
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var vectors: GraphVectors?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Learns the vectors.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        vectors = try GraphTraining(configuration, data: data, session: session).run()
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let vectors else { preconditionFailure("makeScorer() before fit()") }
        return GraphScorer(vectors, query: configuration.query)
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let vectors = try GraphVectors(from: checkpoint, width: configuration.factors, layers: configuration.layers)
        return GraphScorer(vectors, query: configuration.query)
    }
}
