import FreshetCore
import FreshetNN

/// Puts candidates into one order by their features; immutable, belongs to the snapshot that answers.
///
/// The first is the linear fusion, ``FusionWeights``.
public protocol Ranker: Sendable {
    /// Gives every candidate its score, by ``CandidateSet/setScore(_:at:)``, from its features.
    ///
    /// Who ranks on the scale of a logarithm also takes off ``CandidateSet/penalty(at:)``.
    func rank(_ set: CandidateSet)

    /// The same for candidates with the features of a table, which are known by their names.
    func fitted(to table: FeatureTable) -> Self
}

extension Ranker {
    /// Itself: it reads each set's own table.
    public func fitted(to table: FeatureTable) -> Self { self }
}

/// A ranker that was learned, and can be written and read back.
public protocol LearnedRanker: Ranker {
    /// The name of its kind in the ``RankerRegistry``.
    static var name: String { get }

    /// The state as named arrays, from which ``init(from:)`` makes an equal ranker.
    func checkpoint() -> Checkpoint

    /// The ranker that ``checkpoint()`` described.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    init(from checkpoint: Checkpoint) throws
}

/// Learns from outcomes how candidates should be ranked; a value that belongs to one thread.
public protocol RankerLearner: Sendable {
    /// What it makes.
    associatedtype Learned: LearnedRanker

    /// Starts with a ranker of which it believes what the settings say; with the first one of all unless given.
    init(from ranker: Learned?, settings: RankerSettings)

    /// What it has learned so far.
    var ranker: Learned { get }
    /// How many events it has learned.
    var eventCount: Int64 { get }

    /// Learns which candidate came.
    ///
    /// - Parameters:
    ///   - item: the item of the event.
    ///   - set: the candidates as they were before the event, their features as collected; its scores are overwritten.
    /// - Returns: how surprising that was, −ln of the probability that the item had; `nil` when it was not a candidate:
    ///   nothing can be learned from that.
    @discardableResult
    mutating func learn(_ item: ItemIndex, among set: CandidateSet) -> Float?

    /// The learner for another trained model: the weights of the counts are kept, those of the model's features
    /// (``FeatureRow/isOfModel``) are learned anew.
    ///
    /// - Parameter ranker: the ranker to begin with; the one of now unless given.
    /// - Returns: a learner that has learned no event yet.
    func anew(from ranker: Learned?) -> Self

    /// What a ranker of another kind is worth as a beginning; `nil` where nothing of it can be used.
    static func adopted(_ ranker: any LearnedRanker) -> Learned?

    /// The whole state, from which ``init(restoring:settings:)`` goes on exactly.
    func checkpoint() -> Checkpoint

    /// Takes over a state.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is damaged.
    init(restoring checkpoint: Checkpoint, settings: RankerSettings) throws
}

extension RankerLearner {
    /// The learner for another trained model.
    public func anew() -> Self { anew(from: nil) }

    /// The same, beginning with a ranker of whatever kind; with the one of now where it is of another of which nothing can be used.
    public func anew(after ranker: any LearnedRanker) -> Self {
        anew(from: ranker as? Learned ?? Self.adopted(ranker))
    }

    /// Nothing: most kinds have nothing in common.
    public static func adopted(_ ranker: any LearnedRanker) -> Learned? { nil }
}

/// How a ranker learns.
///
/// Every ``RankerLearner`` has the same settings and goes by those that it has a use for; what only one knows belongs to
/// what it is registered with.
public struct RankerSettings: Codable, Sendable, Equatable {
    /// How firmly the starting weights are believed, in events.
    public var prior: Float = 10
    /// What is kept of the information at each event.
    public var memory: Float = 0.99995
    /// The largest change of a weight by one event.
    public var largestStep: Float = 0.1

    /// The defaults.
    public init() {}
}
