import FreshetCore
import FreshetTensor

/// What a step of training learns from, and how much each part of it counts.
public struct Lesson: Sendable {
    /// New sequences; the mean loss of their targets counts 1.
    public var new = TrainingSequences()
    /// Sequences from before, to be kept.
    public var replayed = TrainingSequences()
    /// What the mean loss of the replayed targets counts.
    public var replayWeight: Float = 1
    /// What the mean distance from the teacher's ranking at the replayed targets counts; 0 without.
    public var distillationWeight: Float = 0

    /// An empty lesson.
    public init() {}
}

/// Trains a model step by step on whatever sequences it is given: who calls it decides how often each is gone over, and what
/// is replayed beside.
///
/// An ``OnlineLearner`` decides that itself, and goes over every event of a stream once. Belongs to one thread.
public protocol EpochTrainer: AnyObject {
    /// Makes one step; returns the mean loss of the new targets.
    @discardableResult
    func step(_ lesson: Lesson, rate: Float) -> Double

    /// The trained model as it is now.
    func makeScorer() -> any Scorer

    /// The vector of what each sequence's user wanted last, before the last target: `[S, C]`.
    func states(of sequences: TrainingSequences) -> [Float]
}

/// A model that has an ``EpochTrainer``.
public protocol EpochModel: OnlineModel {
    /// The settings that suit short sessions which are learned period by period.
    static var sessionConfiguration: Configuration { get }

    /// The settings that keep a model from learning its data by heart, by their path: 0 turns each off.
    static var regularizers: [String] { get }

    /// A trainer, of a new model or of one that was trained before.
    ///
    /// - Parameters:
    ///   - scorer: the model that is trained further, which the teacher of the replayed sequences is; a new one unless given.
    ///   - previous: what trained it.
    ///   - configuration: the settings of a new model.
    ///   - itemCount: the length of the catalogue.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Returns: the trainer.
    /// - Throws: ``FreshetError`` of kind `usage` when the scorer is of another model.
    static func makeEpochTrainer(
        from scorer: (any Scorer)?,
        after previous: (any EpochTrainer)?,
        configuration: Configuration,
        itemCount: Int,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> any EpochTrainer
}
