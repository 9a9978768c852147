import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// What a user chose, told from a part of it through a narrow network: all items at once, by multinomial likelihood.
///
/// - `variational`: Mult-VAE^PR. A user's choices, as a row of length 1, give the mean and the variance of a latent vector;
///   a draw from it gives the logits of the catalogue. The loss is `-Σ_chosen log softmax + β KL`, and β rises from 0 to a
///   value below 1.
/// - `denoising`: Mult-DAE. One layer there and one back.
///
/// Both see a part of the choices only, each left out by a chance (Liang, Krishnan, Hoffman and Jebara, "Variational
/// autoencoders for collaborative filtering", WWW 2018, https://arxiv.org/abs/1802.05814). Departs from the paper in that β
/// rises by epochs, that training ends when the validation gets no better, and that older events may count less when
/// scoring.
///
/// The history decides: a user whom the model never saw is served like any other. The order of events says nothing but
/// by ``HistoryQuery/decay``.
public struct Autoencoder: Learner {
    /// The kinds.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Through a distribution.
        case variational
        /// Through a vector.
        case denoising
    }

    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// Through what choices are told.
        public var kind = Kind.variational
        /// The width of the layers before and behind the latent one, of the variational kind.
        public var hidden = 600
        /// The width of the latent layer.
        public var latent = 200
        /// The share of a user's choices that are left out of the input.
        public var dropout: Float = 0.5
        /// β: how much the divergence of the latent distribution counts in the end.
        public var divergence: Float = 0.2
        /// In how many epochs β gets there.
        public var annealingEpochs = 20
        /// How many epochs there are at most.
        public var epochs = 200
        /// After how many epochs without a better validation training ends.
        public var patience = 10
        /// How many users make a step.
        public var batchSize = 256
        /// The learning rate of Adam.
        public var learningRate: Float = 0.001
        /// How strongly weights are pulled to zero.
        public var weightDecay: Float = 0
        /// Which of a user's items are asked about, and how they are weighted.
        public var query = HistoryQuery()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("hidden", hidden, in: 1...16_384)
            try SettingRange.check("latent", latent, in: 1...16_384)
            try SettingRange.check("dropout", dropout, in: 0...0.99)
            try SettingRange.check("divergence", divergence, in: 0...10)
            try SettingRange.check("annealingEpochs", annealingEpochs, in: 0...10_000)
            try SettingRange.check("epochs", epochs, in: 1...10_000)
            try SettingRange.check("patience", patience, in: 1...10_000)
            try SettingRange.check("batchSize", batchSize, in: 1...1_000_000)
            try SettingRange.check("learningRate", learningRate, in: 1e-7...1)
            try SettingRange.check("weightDecay", weightDecay, in: 0...10)
            try query.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "autoencoder"
    /// One line for `--help`.
    public static let summary = "choices told from a part of them, through a narrow network (Mult-VAE)"

    /// `denoising` goes through a vector; `recent` lets each item count nine tenths of the next later one when scoring.
    public static var presets: [String: Configuration] {
        var denoising = Configuration()
        denoising.kind = .denoising
        var recent = Configuration()
        recent.query.decay = 0.9
        return ["variational": Configuration(), "denoising": denoising, "recent": recent]
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var network: AutoencoderNetwork?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Learns the weights.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        network = try AutoencoderTraining(configuration, data: data, session: session).run()
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let network else { preconditionFailure("makeScorer() before fit()") }
        return AutoencoderScorer(network, query: configuration.query)
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let itemCount = try checkpoint.finiteNumbers(AutoencoderNetwork.outputBias, shape: [1, nil]).count
        guard itemCount > 0 else { throw FreshetError(.invalidData, "The checkpoint has no items.") }
        let network = AutoencoderNetwork(configuration, itemCount: itemCount, seed: nil)
        try network.parameters.restore(checkpoint)
        return AutoencoderScorer(network, query: configuration.query)
    }
}
