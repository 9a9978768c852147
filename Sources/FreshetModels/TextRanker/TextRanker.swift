import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetNN
import FreshetTensor

/// How likely a user chooses an item, from what both say: `σ(w · [u, i, u∘i] + b)`, where `u` is the vector of the texts of
/// what the user chose last and `i` that of the item's text, by one encoder (siamese).
///
/// The product of both goes in beside them: of `[u, i]` alone every user would have the same order of items. It learns from
/// each user's last choices against items that others chose; the encoder may learn with it.
public struct TextRanker: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// What reads: `light`, an installed model or a model's folder; empty for what read the catalogue.
        public var encoder = ""
        /// The numbers of a vector of the light encoder.
        public var width = LightEncoder.Configuration().width
        /// What of the encoder learns.
        public var tuning = Tuning.none
        /// With `lora` and `adalora`: how many numbers an adapter passes on, with `adalora` on average in the end.
        public var rank = 8
        /// With `last`: how many layers.
        public var layers = 2
        /// How many of a user's last choices are read.
        public var historyLength = 5
        /// How many choices of each user are learned from, the newest first.
        public var choices = 3
        /// How many items that were not chosen stand against one that was.
        public var negatives = 4
        /// How often every choice is seen.
        public var epochs = 10
        /// How many choices make a step.
        public var batchSize = 32
        /// The highest rate of learning; 0 for what suits the tuning.
        public var learningRate: Float = 0

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("width", width, in: 1...4096)
            try SettingRange.check("rank", rank, in: 1...4096)
            try SettingRange.check("layers", layers, in: 1...1000)
            try SettingRange.check("historyLength", historyLength, in: 1...1000)
            try SettingRange.check("choices", choices, in: 1...1_000_000)
            try SettingRange.check("negatives", negatives, in: 1...1000)
            try SettingRange.check("epochs", epochs, in: 1...10_000)
            try SettingRange.check("batchSize", batchSize, in: 1...1_000_000)
            try SettingRange.check("learningRate", learningRate, in: 0...1)
        }

        /// The way of tuning for the library.
        var method: TuningMethod {
            switch tuning {
            case .none: return .none
            case .all: return .all
            case .last: return .last(layers: layers)
            case .lora:
                var settings = LowRankSettings()
                settings.rank = rank
                return .lowRank(settings)
            case .adalora:
                var settings = AdaptiveRankSettings()
                (settings.rank, settings.initialRank) = (rank, (3 * rank + 1) / 2)
                return .adaptiveLowRank(settings)
            }
        }

        /// The settings of the training.
        var training: TextTraining.Settings {
            var settings = TextTraining.Settings(for: method)
            (settings.epochs, settings.batchSize) = (epochs, batchSize)
            if learningRate > 0 { settings.learningRate = learningRate }
            return settings
        }
    }

    /// What of the encoder learns.
    public enum Tuning: String, Codable, Sendable, CaseIterable {
        /// Nothing: vectors stay as they are.
        case none
        /// Its last layers.
        case last
        /// Low-rank adapters.
        case lora
        /// Low-rank adapters whose ranks are shared out.
        case adalora
        /// Everything.
        case all
    }

    /// The name on the command line and in snapshots.
    public static let name = "text-ranker"
    /// One line for `--help`.
    public static let summary = "how likely items are chosen, from the texts of both sides; needs --catalogue"

    /// The settings it was created with.
    public let configuration: Configuration
    /// The figures on the held-out events: each against as many others as in training.
    public private(set) var figures: [String: Double] = [:]
    private var scorer: TextRankerScorer?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Learns which items go with which users' last ones.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try configuration.validate()
        let texts = data.dataset.itemDetails.map(ItemText.text)
        guard texts.contains(where: { !$0.isEmpty }) else {
            throw FreshetError(
                .usage,
                "The model \(Self.name) reads what is said of the items, and nothing is.",
                remedy: "Give titles or texts with --catalogue FILE."
            )
        }
        try session.checkCancellation()
        let choice = try encoder(of: data)
        let examples = RankerExample.all(of: data, configuration, seed: session.seed)
        let scorer = try TextRankerTraining(configuration, choice, texts: texts, session).scorer(learning: examples)
        self.scorer = scorer
        measure(scorer, on: data, session)
    }

    /// What reads: by its own name, or as the catalogue was read.
    private func encoder(of data: TrainingData) throws -> EncoderChoice {
        let read = data.content?.encoder ?? "light"
        let name = configuration.encoder.isEmpty ? (read.hasPrefix("light") ? "light" : read) : configuration.encoder
        return try EncoderChoice(named: name)
    }

    /// Asks for each held-out item, and as many others as in training.
    private mutating func measure(_ scorer: TextRankerScorer, on data: TrainingData, _ session: TrainingSession) {
        let asked = data.validation.prefix(Self.measured)
        guard !asked.isEmpty else { return }
        let sampler = NegativeSampler(data.histories, itemCount: data.itemCount)
        var random = RandomSource.stream(seed: session.seed, 32)
        var predictions: [(probability: Double, isRight: Bool)] = []
        for holdout in asked {
            let history = data.histories[holdout.user]
            let others = RankerExample.others(
                than: [holdout.item.rawValue] + history.items.map(\.rawValue),
                configuration.negatives,
                of: sampler,
                using: &random
            )
            let probabilities = scorer.probabilities(of: [holdout.item.rawValue] + others, history)
            predictions += zip(probabilities, 0...).map { (probability: Double($0), isRight: $1 == 0) }
        }
        let report = BinaryReport(predictions)
        figures = [
            "auc": report.auc, "accuracy": report.accuracy, "precision": report.figures.precision,
            "recall": report.figures.recall, "f1": report.figures.f1, "calibration error": report.calibration.error,
        ]
    }

    private static let measured = 5_000

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let scorer else { preconditionFailure("makeScorer() before fit()") }
        return scorer
    }

    /// The scorer that a checkpoint describes; a pretrained model that it stands on must be installed.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        try TextRankerScorer(from: checkpoint, configuration)
    }
}
