import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Users and items as vectors of a few factors, whose products are the scores; with three trainers.
///
/// - `als`: implicit feedback by alternating least squares (Hu, Koren and Volinsky, "Collaborative filtering for implicit
///   feedback datasets", ICDM 2008), see ``AlternatingLeastSquares``.
/// - `sgd`: ratings with biases by stochastic gradient descent (Koren, Bell and Volinsky, "Matrix factorization techniques
///   for recommender systems", Computer 2009); the scores are expected ratings.
/// - `bpr`: a chosen item before one not chosen (Rendle, Freudenthaler, Gantner and Schmidt-Thieme, "BPR: Bayesian
///   personalized ranking from implicit feedback", UAI 2009).
///
/// Departs from the papers in serving users whom the model never saw: their vector is solved from their history with the
/// item vectors held fixed. `als` does so for everybody, so that a new event counts at once.
public struct MatrixFactorization: Learner {
    /// The ways to train.
    public enum Trainer: String, Codable, Sendable, CaseIterable {
        /// Alternating least squares on implicit feedback.
        case als
        /// Stochastic gradient descent on ratings.
        case sgd
        /// Bayesian personalized ranking.
        case bpr
    }

    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How the vectors are learned.
        public var trainer = Trainer.als
        /// The length of a vector.
        public var factors = 64
        /// The settings of `als`.
        public var als = AlternatingLeastSquares.Configuration()
        /// The settings of `sgd`.
        public var sgd = RatingDescent.Configuration()
        /// The settings of `bpr`.
        public var bpr = PairwiseDescent.Configuration()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("factors", factors, in: 1...4096)
            try als.validate()
            try sgd.validate()
            try bpr.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "matrix-factorization"
    /// One line for `--help`.
    public static let summary = "users and items as vectors; trained by als, sgd (ratings) or bpr"
    /// One a trainer.
    public static var presets: [String: Configuration] {
        Dictionary(
            uniqueKeysWithValues: Trainer.allCases.map { trainer in
                var configuration = Configuration()
                configuration.trainer = trainer
                return (trainer.rawValue, configuration)
            }
        )
    }

    /// In a catalogue of which everybody knows much, an event says little more than its absence; in a sparse one, a lot.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        let cells = Double(data.itemCount) * Double(data.histories.userCount)
        configuration.als.confidence = Double(data.histories.eventCount) > 0.01 * cells ? 1 : 10
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var scorer: FactorScorer?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Learns the vectors.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        let factors =
            switch configuration.trainer {
            case .als:
                try AlternatingLeastSquares(configuration.als, factors: configuration.factors).fit(data, session)
            case .sgd: try RatingDescent(configuration.sgd, factors: configuration.factors).fit(data, session)
            case .bpr: try PairwiseDescent(configuration.bpr, factors: configuration.factors).fit(data, session)
            }
        guard factors.isFinite else {
            throw FreshetError(
                .usage,
                "The training of \(Self.name) by \(configuration.trainer) did not stay finite.",
                remedy: "Use a smaller learning rate or a larger regularization."
            )
        }
        scorer = FactorScorer(factors, foldIn: configuration.foldIn(factors))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let scorer else { preconditionFailure("makeScorer before fit") }
        return configuration.trainer == .sgd ? RatingFactorScorer(factors: scorer) : scorer
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let factors = try Factors(from: checkpoint, width: configuration.factors)
        let scorer = FactorScorer(factors, foldIn: configuration.foldIn(factors))
        return configuration.trainer == .sgd ? RatingFactorScorer(factors: scorer) : scorer
    }
}

extension MatrixFactorization.Configuration {
    /// How the vector of a user whom the model never saw is solved.
    fileprivate func foldIn(_ factors: Factors) -> FoldIn {
        switch trainer {
        case .als:
            FoldIn(
                evidence: .choice(als.weight, confidence: Float(als.confidence), gram: factors.itemGram()),
                regularization: Float(als.regularization)
            )
        case .sgd:
            FoldIn(evidence: .rating, regularization: Float(sgd.regularization))
        case .bpr:
            FoldIn.choices(of: factors)
        }
    }
}
