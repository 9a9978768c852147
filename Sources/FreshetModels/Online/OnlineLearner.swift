import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// A model that goes on learning from a stream, batch by batch, and grows with the catalogue.
///
/// The learning loop knows nothing of a model but this. The same state and the same batches give the same weights, and a
/// state that was written and restored goes on as if nothing had been. Belongs to one thread.
///
/// ```swift
/// let model = try ModelRegistry.model(named: name)
/// let learner = try model.makeOnlineLearner(from: scorer, configurationJSON: json, settings: settings, seed: 1, pool: pool)
/// learner?.learn(batch)
/// ```
public protocol OnlineLearner: AnyObject {
    /// The length `V` of the catalogue that it knows: one more than the highest item it was given.
    var itemCount: Int { get }

    /// How many events it has learned; a new learner begins at 0 whatever its model had learned.
    var learnedEvents: Int { get }

    /// Takes in events that its model has learned before, so that they are not forgotten, as at the first start.
    func remember(_ events: [StreamEvent])

    /// Takes over what another learner remembers beside weights, such as exemplars; of another model it takes nothing.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the other one was made with other settings.
    func takeMemory(of other: any OnlineLearner) throws

    /// Takes what is said of the items, as often as it changes; a learner that goes by events alone has no use for it.
    func read(_ content: ItemVectors)

    /// Learns new events, which are in the order of the stream; the catalogue grows to hold their items.
    ///
    /// - Parameters:
    ///   - batch: the events, each with what its user had done before.
    ///   - emphasis: how the micro-update departs from the settings.
    ///   - replaying: called to make the steps that learn nothing new, so that their cost can be told from the rest.
    /// - Returns: what it did.
    @discardableResult
    func learn(
        _ batch: [StreamEvent],
        emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void
    ) -> OnlineLearning.Report

    /// The model as it is now; learning further does not change it.
    func makeScorer() -> any Scorer

    /// Forgets what it keeps of a user.
    /// - Returns: how many events that were.
    func erase(_ user: UserIndex) -> Int

    /// Gives up what was learned of items, which count as unknown until they have events again.
    ///
    /// - Parameter isOutdated: whether an item had no event for long.
    /// - Returns: how many there were; those that were given up before are not among them.
    func expireItems(where isOutdated: (ItemIndex) -> Bool) -> Int

    /// The whole state, from which ``restore(_:)`` goes on exactly.
    func checkpoint() -> Checkpoint

    /// Takes over a state of a learner of the same model and settings.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it does not fit.
    func restore(_ checkpoint: Checkpoint) throws
}

extension OnlineLearner {
    /// Goes by events alone.
    public func read(_ content: ItemVectors) {}

    /// Learns new events by the settings as they are.
    @discardableResult
    public func learn(
        _ batch: [StreamEvent],
        emphasis: OnlineLearning.Emphasis = .usual
    ) -> OnlineLearning.Report {
        learn(batch, emphasis: emphasis, replaying: { $0() })
    }
}

/// The settings of a model whose training can be told when to end.
public protocol TimedConfiguration: ModelConfiguration {
    /// Minutes of training at most; 0 for no limit.
    var minutes: Double { get set }
}

/// A model that has an ``OnlineLearner``, and that can be trained anew beside it within a given time.
public protocol OnlineModel: Learner where Configuration: TimedConfiguration {
    /// A learner that goes on from a trained model.
    ///
    /// - Parameters:
    ///   - scorer: the model, as ``Learner/makeScorer()``, ``Learner/restoreScorer(from:configuration:)`` or
    ///     ``OnlineLearner/makeScorer()`` gave it.
    ///   - configuration: its settings.
    ///   - settings: those of learning from a stream.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads that it may share its work with.
    /// - Returns: the learner.
    /// - Throws: ``FreshetError`` of kind `usage` when the scorer is of another model.
    static func makeOnlineLearner(
        from scorer: any Scorer,
        configuration: Configuration,
        settings: OnlineLearning.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> any OnlineLearner

    /// A trained model under other numbers of items and event types.
    ///
    /// - Parameters:
    ///   - checkpoint: that of its scorer.
    ///   - numbering: the new numbers.
    /// - Returns: the checkpoint of a scorer that says the same of the same items.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is no checkpoint of the model.
    static func renumber(_ checkpoint: Checkpoint, by numbering: Renumbering) throws -> Checkpoint
}

extension OnlineModel {
    /// Refuses, of a model that says nothing of its numbers.
    public static func renumber(_ checkpoint: Checkpoint, by numbering: Renumbering) throws -> Checkpoint {
        throw FreshetError(.usage, "A model of '\(name)' keeps the numbers of the data that it was trained on.")
    }
}
