import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// The settings of a model: codable, with a default for everything, and checked.
public protocol ModelConfiguration: Codable, Sendable, Equatable {
    /// The defaults.
    init()
    /// Checks ranges.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and its range.
    func validate() throws
}

/// What a model learns from.
public struct TrainingData: Sendable {
    /// The users, the catalogue and the events to learn from (held-out events are not among them).
    public let dataset: Dataset
    /// Each user's next event after those, for early stopping and fusion weights; may be empty.
    public let validation: [Holdout]
    /// A vector of what is said of each item, for models that read; `nil` where nothing is said.
    public let content: ItemContent?
    /// With what chance the item of each event was shown to its user, not a number where that is not known; empty where it
    /// is of none.
    public let propensities: [Float]

    /// Creates training data.
    public init(
        dataset: Dataset,
        validation: [Holdout] = [],
        content: ItemContent? = nil,
        propensities: [Float] = []
    ) {
        precondition(content == nil || content?.itemCount == dataset.items.count, "content of another catalogue")
        precondition(
            propensities.isEmpty || propensities.count == dataset.histories.eventCount,
            "\(propensities.count) propensities for \(dataset.histories.eventCount) events"
        )
        self.propensities = propensities
        self.dataset = dataset
        self.validation = validation
        self.content = content
    }

    /// The same data with what a live engine knows of the items; `nil` for nothing.
    public func reading(_ vectors: ItemVectors?) -> TrainingData {
        guard let vectors, vectors.itemCount > 0 else { return self }
        let content = ItemContent(of: vectors, itemCount: itemCount)
        return TrainingData(
            dataset: dataset,
            validation: validation,
            content: content,
            propensities: propensities
        )
    }

    /// The length `V` of the catalogue.
    public var itemCount: Int { dataset.items.count }
    /// The events to learn from.
    public var histories: Histories { dataset.histories }
}

/// A model in the making: mutable, and a factory of ``Scorer``s.
public protocol Learner: SendableMetatype {
    /// The model's settings.
    associatedtype Configuration: ModelConfiguration

    /// The name on the command line and in snapshots.
    static var name: String { get }
    /// One line for `--help`.
    static var summary: String { get }
    /// Named settings other than the defaults.
    static var presets: [String: Configuration] { get }

    /// Whether it has nothing to learn from where the data say nothing of the items.
    static var needsContent: Bool { get }

    /// The settings that suit the size of the data, used when nobody names a preset.
    static func recommendedConfiguration(for data: TrainingData) -> Configuration

    /// The settings it was created with, which go into the snapshot.
    var configuration: Configuration { get }

    /// Creates an untrained model.
    init(configuration: Configuration)

    /// Learns from data.
    ///
    /// - Parameters:
    ///   - data: what to learn from.
    ///   - session: seed, threads, progress and checkpoints.
    /// - Throws: ``FreshetError`` when the data do not suit the model or the session was cancelled.
    mutating func fit(_ data: TrainingData, session: TrainingSession) throws

    /// Figures of the training beside the losses, by name; none unless a model has some.
    var figures: [String: Double] { get }

    /// The trained model. Call after ``fit(_:session:)``.
    func makeScorer() -> any Scorer

    /// The scorer that ``Scorer/checkpoint()`` described.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer
}

extension Learner {
    /// Learns from events.
    public static var needsContent: Bool { false }
    /// None.
    public var figures: [String: Double] { [:] }
    /// No presets.
    public static var presets: [String: Configuration] { [:] }
    /// The defaults, whatever the data.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration { Configuration() }
}

/// A learner that can learn another trained model's ranking beside the events.
public protocol DistillingLearner: Learner {
    /// Takes a teacher for the next ``Learner/fit(_:session:)``.
    /// - Throws: ``FreshetError`` of kind `usage` when the model cannot teach it.
    mutating func learn(from teacher: any Scorer) throws
}
