import FreshetCore
import FreshetData
import FreshetNN

/// What a score is asked for: a user as the model knows them, and their events so far.
public struct ScoringContext: Sendable {
    /// The user, or `nil` for one the model was not trained on.
    public var user: UserIndex?
    /// The user's events in time order.
    public var history: History
    /// The session that asks, where it is named: its events are of it however long ago they were.
    public var session: SessionTag

    /// Creates a context.
    public init(user: UserIndex?, history: History, session: SessionTag = .none) {
        self.user = user
        self.history = history
        self.session = session
    }
}

/// A trained model, immutable: it scores the whole catalogue for contexts.
///
/// Scoring runs on the calling thread and may run on many at once.
public protocol Scorer: Sendable {
    /// The length `V` of the catalogue.
    var itemCount: Int { get }

    /// Scores every item for every context; higher is better, and every score is finite.
    ///
    /// - Parameters:
    ///   - contexts: `B` contexts.
    ///   - scores: where to write, shape `[B, V]`.
    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>)

    /// How alike every item is to one, for "similar items"; the item itself may hold any value.
    ///
    /// - Parameters:
    ///   - item: the item to compare with.
    ///   - scores: where to write, shape `[V]`.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>)

    /// The state as named arrays, from which ``Learner/restoreScorer(from:configuration:)`` makes an equal scorer.
    func checkpoint() -> Checkpoint
}

/// A model that also predicts the value of an event, such as a rating.
public protocol RatingPredictor: Scorer {
    /// The expected value of an event of this user on this item.
    func predictedValue(user: UserIndex?, item: ItemIndex) -> Float
}

extension Scorer {
    /// The scores of one context.
    public func scores(for context: ScoringContext) -> [Float] {
        [Float](unsafeUninitializedCapacity: itemCount) { buffer, count in
            let target = UnsafeMutableBufferPointer(rebasing: buffer[..<itemCount])
            score([context][...], into: target)
            count = itemCount
        }
    }
}
