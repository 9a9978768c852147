import FreshetCore
import FreshetData
import FreshetNN

/// Several models in one score: their normalised scores, weighted, or their ranks, fused.
///
/// With `scores` the score of an item is `Σ w · normalised(s)` over the parts, each normalised in its own way
/// (``ScoreNormalization``): for the transformer and co-visitation the product of a probability and a power of a share of
/// counts, a log-linear model (Hinton, "Products of experts", 1999). With `ranks` it is `Σ w / (60 + rank)`, reciprocal
/// rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). The weights are chosen on the validation events.
public struct Hybrid: Learner {
    /// The name on the command line and in snapshots.
    public static let name = "hybrid"
    /// One line for `--help`.
    public static let summary = "a weighted or rank-fused combination of other models"

    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// The models to combine.
        public var parts = [Part(model: SequenceTransformer.name), Part(model: CoVisitation.name)]
        /// What is added up.
        public var fusion = Fusion.scores
        /// The weight of each part; empty to choose them on the validation events.
        public var weights: [Double] = []

        /// The defaults.
        public init() {}

        /// Checks that there are parts, known ones, and no hybrid among them.
        public func validate() throws {
            try SettingRange.check("number of parts", parts.count, in: 1...16)
            for part in parts {
                _ = try ModelRegistry.model(named: part.model)
                guard part.model != Hybrid.name else {
                    throw FreshetError(.usage, "A hybrid cannot be a part of a hybrid.")
                }
            }
            guard weights.isEmpty || weights.count == parts.count else {
                throw FreshetError(.usage, "\(weights.count) weights are given for \(parts.count) parts.")
            }
            for weight in weights { try SettingRange.check("weights", weight, in: -1e6...1e6) }
        }
    }

    /// The transformer and the counts, and where the catalogue says something of its items, what that says.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        if data.content != nil {
            configuration.parts += [ContentSimilarity.name, ContentCoVisitation.name].map { Part(model: $0) }
        }
        return configuration
    }

    /// A model of the combination.
    public struct Part: Codable, Sendable, Equatable {
        /// Its name in the registry.
        public var model: String
        /// Its preset, or `nil` for what suits the data.
        public var preset: String?
        /// Changes to its settings, by path.
        public var settings: [String: String]

        /// Creates a part.
        public init(model: String, preset: String? = nil, settings: [String: String] = [:]) {
            self.model = model
            self.preset = preset
            self.settings = settings
        }

        /// Reads a part; preset and settings may be missing.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            model = try container.decode(String.self, forKey: .model)
            preset = try container.decodeIfPresent(String.self, forKey: .preset)
            settings = try container.decodeIfPresent([String: String].self, forKey: .settings) ?? [:]
        }
    }

    /// What is added up.
    public enum Fusion: String, Codable, Sendable, CaseIterable {
        /// Normalised scores.
        case scores
        /// Reciprocal ranks.
        case ranks
    }

    /// The settings.
    public let configuration: Configuration
    private var scorer: HybridScorer?

    /// Creates an untrained hybrid.
    public init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Creates a hybrid of trained models: only the weights are left to choose.
    ///
    /// - Parameters:
    ///   - parts: the models, with the names and settings they were made by.
    ///   - fusion: what is added up.
    ///   - data: what they were trained on; its validation events choose the weights.
    ///   - session: the threads.
    /// - Throws: ``FreshetError`` when the parts do not go together.
    public init(
        parts: [TrainedPart],
        fusion: Fusion = .scores,
        data: TrainingData,
        session: TrainingSession
    ) throws {
        var configuration = Configuration()
        configuration.parts = parts.map { Part(model: $0.model) }
        configuration.fusion = fusion
        try configuration.validate()
        self.configuration = configuration
        try combine(parts, data, session)
    }

    /// Trains every part, then chooses the weights.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try configuration.validate()
        var parts: [TrainedPart] = []
        for part in configuration.parts {
            let description = try ModelRegistry.model(named: part.model)
            var learner = try description.makeLearner(preset: part.preset, overrides: part.settings, data: data)
            var partSession = session
            // A checkpoint describes one part's run; the combination is not resumed in the middle of one.
            partSession.resumed = nil
            partSession.saveCheckpoint = nil
            let report = session.report
            partSession.report = { progress in
                var named = progress
                named.phase = "\(part.model), \(progress.phase)"
                report(named)
            }
            try learner.fit(data, session: partSession)
            parts.append(
                TrainedPart(
                    model: part.model,
                    configurationJSON: description.configurationJSON(of: learner),
                    scorer: learner.makeScorer()
                )
            )
        }
        try combine(parts, data, session)
    }

    private mutating func combine(_ parts: [TrainedPart], _ data: TrainingData, _ session: TrainingSession) throws {
        for part in parts where part.scorer.itemCount != data.itemCount {
            throw FreshetError(
                .invalidData,
                "The part \(part.model) knows \(part.scorer.itemCount) items, the data have \(data.itemCount).",
                remedy: "Train all parts on the same data."
            )
        }
        var combined = HybridScorer(parts: parts, fusion: configuration.fusion, weights: configuration.weights)
        if configuration.weights.isEmpty {
            let search = FusionWeightSearch(combined, on: data, pool: session.pool)
            combined = HybridScorer(parts: parts, fusion: configuration.fusion, weights: search.best(session.report))
        }
        scorer = combined
    }

    /// The combination.
    public func makeScorer() -> any Scorer {
        guard let scorer else { preconditionFailure("makeScorer() before fit()") }
        return scorer
    }

    /// The combination that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let weights = try checkpoint.numbers("weights", of: Double.self, shape: [configuration.parts.count])
        guard weights.allSatisfy(\.isFinite) else {
            throw FreshetError(.invalidData, "Array 'weights' holds a number that is not finite.")
        }
        let parts = try configuration.parts.enumerated().map { index, part in
            try TrainedPart(part.model, from: checkpoint, prefix: "parts.\(index).")
        }
        guard Set(parts.map(\.scorer.itemCount)).count == 1 else {
            throw FreshetError(.invalidData, "The parts of the hybrid know catalogues of different lengths.")
        }
        return HybridScorer(parts: parts, fusion: configuration.fusion, weights: weights)
    }
}

extension Hybrid {
    /// Trained models fused with given weights, without a search.
    ///
    /// - Parameters:
    ///   - parts: the models, which must know the same items.
    ///   - fusion: how their scores become comparable.
    ///   - weights: the weight of each.
    /// - Returns: a model that scores by the weighted sum.
    public static func fused(_ parts: [TrainedPart], fusion: Fusion = .scores, weights: [Double]) -> any Scorer {
        precondition(!parts.isEmpty && parts.count == weights.count, "\(weights.count) weights of \(parts.count) parts")
        precondition(Set(parts.map(\.scorer.itemCount)).count == 1, "parts of different catalogues")
        return HybridScorer(parts: parts, fusion: fusion, weights: weights)
    }
}
