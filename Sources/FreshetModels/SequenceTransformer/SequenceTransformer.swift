import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// The flagship: a causal transformer over a user's events that scores the whole catalogue for what comes next.
///
/// After SASRec (Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018), which `--preset sasrec`
/// reproduces. Departures of the defaults: softmax over the whole catalogue instead of one sampled negative
/// (Klenitskiy and Vasilev, RecSys 2023), LiGR blocks (Borisyuk and others, 2025), a learned attention bias by distance,
/// all of a long history instead of its newest part, and a running average of the weights. Sequences are packed without
/// padding; positions count back from the newest event.
public struct SequenceTransformer: Learner {
    /// The name on the command line and in snapshots.
    public static let name = "sequence-transformer"
    /// One line for `--help`.
    public static let summary = "causal transformer over a user's events (SASRec and our own recipe)"

    /// The settings.
    public let configuration: Configuration
    /// Whose ranking it learns beside the events.
    private var teacher: SequenceScorer?
    private var trained: (network: SequenceNetwork, shape: Shape, moments: AdamMoments, encoder: String?)?

    /// Creates an untrained model.
    public init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// What a network's parameters depend on beside its configuration.
    struct Shape: Equatable {
        /// `V`.
        var items: Int
        /// How many event types; 1 where they are not an input.
        var types: Int
        /// Whether time gaps are an input.
        var hasTimes: Bool
        /// Whether it is an input that an event likes its item or not; without it, dislikes are left out.
        var hasOpinions: Bool
        /// How wide each block is inside, and how many there are; as the configuration says unless given.
        var widths: [TransformerBlock.Width]?

        /// A shape from its numbers.
        init(
            items: Int,
            types: Int,
            hasTimes: Bool,
            hasOpinions: Bool,
            widths: [TransformerBlock.Width]? = nil
        ) {
            self.widths = widths
            self.items = items
            self.types = types
            self.hasTimes = hasTimes
            self.hasOpinions = hasOpinions
        }

        /// The shape that fits a data set.
        init(_ data: TrainingData, _ configuration: Configuration) {
            items = data.itemCount
            types = configuration.eventTypes && !data.histories.types.isEmpty ? data.dataset.eventTypes.count : 1
            hasTimes = configuration.timeGaps && !data.histories.times.isEmpty
            hasOpinions = configuration.opinions && data.histories.weights.contains { $0 < 0 }
        }

        /// The shape that a checkpoint describes.
        init(_ checkpoint: Checkpoint) throws {
            // Older ones have three numbers.
            let numbers = try checkpoint.numbers("shape", of: Int64.self, shape: [nil])
            guard 3...4 ~= numbers.count, numbers[0] > 0, numbers[0] <= Int64(Int32.max), 1...256 ~= numbers[1] else {
                throw FreshetError(.invalidData, "The checkpoint describes a network of shape \(numbers).")
            }
            items = Int(numbers[0])
            types = Int(numbers[1])
            hasTimes = numbers[2] != 0
            hasOpinions = numbers.count > 3 && numbers[3] != 0
            guard checkpoint.arrays[Self.widths] != nil else { return }
            let widths = try checkpoint.numbers(Self.widths, of: Int64.self, shape: [nil, 2])
            let isCut = checkpoint.arrays.keys.contains { $0.hasPrefix("blocks.\(widths.count / 2).") }
            guard !isCut, widths.count <= 128, widths.allSatisfy({ 1...65_536 ~= $0 }) else {
                throw FreshetError(.invalidData, "The checkpoint describes blocks of the widths \(widths).")
            }
            self.widths = stride(from: 0, to: widths.count, by: 2).map {
                TransformerBlock.Width(heads: Int(widths[$0]), hidden: Int(widths[$0 + 1]))
            }
        }

        /// How wide each block of a network is.
        func blockWidths(_ configuration: Configuration) -> [TransformerBlock.Width] {
            widths ?? Array(repeating: TransformerBlock.Width(configuration), count: configuration.blocks)
        }

        private static let widths = "widths"

        /// The shape as arrays of a checkpoint.
        var arrays: [String: StoredArray] {
            var arrays = ["shape": array]
            arrays[Self.widths] = widths.map { widths in
                StoredArray(widths.flatMap { [Int64($0.heads), Int64($0.hidden)] }, shape: [widths.count, 2])
            }
            return arrays
        }

        /// Three numbers, and a fourth where opinions are an input: as older ones are, and none can be left out unseen.
        var array: StoredArray {
            StoredArray([Int64(items), Int64(types), hasTimes ? 1 : 0] + (hasOpinions ? [1] : []))
        }
    }

    /// Learns from data: epochs of shuffled windows until validation stops improving.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try configuration.validate()
        guard data.itemCount > 0 else { throw FreshetError(.invalidData, "There is no item to learn about.") }
        guard configuration.slate == 0 || !data.propensities.isEmpty else {
            throw FreshetError(
                .usage,
                "slate = \(configuration.slate) corrects for what was shown, but it is not known with which chance.",
                remedy: "Give --propensities, a table of what was shown, or set slate=0."
            )
        }
        let shape = Shape(data, configuration)
        try check(teacher, for: shape)
        var trainer = SequenceTrainer(configuration, shape: shape, data: data, teacher: teacher, session: session)
        try trainer.run()
        trained = (trainer.best, shape, trainer.moments, trainer.encoder)
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let trained else { preconditionFailure("makeScorer() before fit()") }
        return SequenceScorer(
            trained.network,
            configuration,
            trained.shape,
            moments: trained.moments,
            encoder: trained.encoder
        )
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let shape = try Shape(checkpoint)
        if CompressedSequenceScorer.isDescribed(by: checkpoint) {
            return try CompressedSequenceScorer(checkpoint, configuration, shape)
        }
        let rows = checkpoint.arrays["items"]?.shape.first
        guard rows == shape.items else {
            throw FreshetError(.invalidData, "The checkpoint has \(rows ?? 0) item vectors for \(shape.items) items.")
        }
        let network = SequenceNetwork(configuration, shape: shape, seed: nil)
        try network.parameters.restore(checkpoint)
        let encoder = try SequenceScorer.encoder(of: checkpoint)
        return SequenceScorer(network, configuration, shape, encoder: encoder)
    }
}

extension SequenceTransformer: DistillingLearner {
    /// Has the next ``fit(_:session:)`` learn a trained transformer's ranking beside the events.
    ///
    /// After Tang and Wang, "Ranking distillation: learning compact ranking models with high performance for recommender
    /// system" (KDD 2018): a smaller model learns from the order in which a larger one puts items that the user has not
    /// chosen. Departs in taking the order of a sample of the catalogue, by the top-one probabilities of ListNet (Cao and
    /// others, ICML 2007), instead of the teacher's first items as further positives: the loss that keeps the live model
    /// from forgetting.
    public mutating func learn(from teacher: any Scorer) throws {
        guard let scorer = teacher.trainable as? SequenceScorer else {
            throw FreshetError(
                .usage,
                "The teacher of a \(Self.name) must be one itself.",
                remedy: "Give a snapshot of the model \(Self.name)."
            )
        }
        self.teacher = scorer
    }

    /// A teacher reads the very batches of its student.
    private func check(_ teacher: SequenceScorer?, for shape: Shape) throws {
        guard let teacher else { return }
        var other = teacher.shape
        other.widths = shape.widths
        let isPlaced = teacher.configuration.absolutePositions
        let fits = !isPlaced || teacher.configuration.maximumLength >= configuration.maximumLength
        guard other == shape, fits else {
            throw FreshetError(
                .usage,
                "The teacher was trained on other items or reads other things of events: \(other) against \(shape).",
                remedy: "Train both on the same data, with the same eventTypes, timeGaps, opinions and maximumLength."
            )
        }
    }
}
