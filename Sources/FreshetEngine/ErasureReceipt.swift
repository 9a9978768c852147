import FreshetCore

/// What was removed when a user was erased, and what follows: the answer to `DELETE /v1/users/{id}`.
///
/// Events, impressions, attributes, sessions and replay memory go at once. Weights that learned from the events follow
/// with the next full training, which the erasure calls for: until then the state is ``State/retraining``.
public struct ErasureReceipt: Sendable, Equatable, Codable {
    /// How far an erasure is.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// All rows are gone; weights that learned from them still serve until a full training replaces them.
        case retraining
        /// No serving weights have learned from the user.
        case complete
    }

    /// The receipt's own id, by which it can be asked for again.
    public var id: String
    /// The external id of the user.
    public var user: String
    /// When, in milliseconds since 1970.
    public var time: Int64
    /// How many rows of the store went: events, impressions, attributes.
    public var rows: Int
    /// How many events of the user the engine held in memory and forgot.
    public var sessionEvents: Int
    /// How many exemplars of the user the learner kept for replay and forgot.
    public var exemplars: Int
    /// How far the erasure is.
    public var state: State
    /// The newest event at the moment of the erasure: weights trained from the log after it never saw the user.
    public var offset: Int64

    enum CodingKeys: String, CodingKey {
        case id, user, time, rows, exemplars, state, offset
        case sessionEvents = "session_events"
    }

    /// Creates a receipt.
    public init(
        id: String,
        user: String,
        time: Int64,
        rows: Int,
        sessionEvents: Int,
        exemplars: Int,
        state: State,
        offset: Int64
    ) {
        self.id = id
        self.user = user
        self.time = time
        self.rows = rows
        self.sessionEvents = sessionEvents
        self.exemplars = exemplars
        self.state = state
        self.offset = offset
    }
}
