import FreshetCore

/// What was removed when a user was erased, and what follows: the answer to `DELETE /v1/users/{id}`.
///
/// Events, impressions, attributes, sessions and replay memory go at once. Weights that learned from the events follow
/// with the next full training, which the erasure calls for, and the versions before it after that:
/// ``State/retraining``, ``State/retrained``, ``State/complete``.
public struct ErasureReceipt: Sendable, Equatable, Codable {
    /// How far an erasure is.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// All rows are gone; weights that learned from them still serve until a full training replaces them.
        case retraining
        /// Weights serve that come from a training without the user; older versions are still kept.
        case retrained
        /// Nothing is kept that has learned from the user.
        case complete
    }

    /// The receipt's own id, by which it can be asked for again.
    public var id: String
    /// The external id of the user.
    public var user: String
    /// When, in milliseconds since 1970.
    public var time: Int64
    /// How many rows of the store went, those that were still to be written with them.
    public var rows: Int
    /// How many of which kind were in the store; `nil` in receipts of old.
    public var removed: ErasedRows?
    /// How many events of the user the engine held in memory and forgot.
    public var sessionEvents: Int
    /// How many exemplars of the user the learner kept for replay and forgot.
    public var exemplars: Int
    /// How far the erasure is.
    public var state: State
    /// The newest event at the moment of the erasure: weights trained from the log after it never saw the user.
    public var offset: Int64
    /// Until when a training without the user begins, in milliseconds since 1970; `nil` where none is needed.
    public var due: Int64?
    /// The version by which the weights are free of the user; `nil` before, and where there were none.
    public var version: ModelVersion?
    /// When that was seen, in milliseconds since 1970.
    public var retrained: Int64?
    /// When the last version was deleted that had learned from the user, in milliseconds since 1970.
    public var completed: Int64?
    /// The versions on disk that may have learned from the user.
    public var olderVersions: [ModelVersion]?
    /// Until when backups hold the user, in milliseconds since 1970, as the setting `retention.backup_days` says; `nil` where
    /// it says nothing.
    public var backupsUntil: Int64?

    enum CodingKeys: String, CodingKey {
        case id, user, time, rows, removed, exemplars, state, offset, due, version, retrained, completed
        case sessionEvents = "session_events"
        case olderVersions = "older_versions"
        case backupsUntil = "backups_until"
    }

    /// Creates a receipt.
    public init(
        id: String,
        user: String,
        time: Int64,
        rows: Int,
        removed: ErasedRows? = nil,
        sessionEvents: Int,
        exemplars: Int,
        state: State,
        offset: Int64
    ) {
        self.id = id
        self.user = user
        self.time = time
        self.rows = rows
        self.removed = removed
        self.sessionEvents = sessionEvents
        self.exemplars = exemplars
        self.state = state
        self.offset = offset
    }
}
