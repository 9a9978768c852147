/// How long a store keeps what grows: every limit that is set holds, the strictest decides.
public struct RetentionRule: Sendable, Equatable, Codable {
    /// Days after which an event or a search goes, counted from its receipt.
    public var eventDays: Int?
    /// How many events are kept, the newest.
    public var maximumEvents: Int?
    /// How many newest events of each user stay whatever the limits say: what sessions look back on.
    public var eventsPerUser = 200
    /// Days after which an impression goes.
    public var impressionDays: Int?
    /// How many impressions are kept, the newest.
    public var maximumImpressions: Int?
    /// How many decisions are kept, the newest.
    public var maximumDecisions: Int? = 100_000

    /// Creates a rule that keeps all events and impressions.
    public init() {}

    /// Checks the limits.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public func validate() throws {
        let limits = [eventDays, maximumEvents, eventsPerUser, impressionDays, maximumImpressions, maximumDecisions]
        guard limits.allSatisfy({ $0.map { (0...1_000_000_000_000).contains($0) } ?? true }) else {
            throw FreshetError(.usage, "A limit of retention is negative or over 10^12.")
        }
    }
}

/// What a compaction removed.
public struct CompactionReceipt: Sendable, Equatable, Codable {
    /// Events.
    public var events = 0
    /// Searches.
    public var searches = 0
    /// Impressions.
    public var impressions = 0
    /// Decisions.
    public var decisions = 0

    /// Creates a receipt of nothing.
    public init() {}
}

/// Keeps what grows within limits.
public protocol CompactingStore: Sendable {
    /// Removes what a rule does not keep, the oldest first and a little at a time, beside reading and writing.
    ///
    /// A compaction that is interrupted, by a kill or by cancelling the task, has done a part of its work; the next one
    /// does the rest.
    ///
    /// - Parameters:
    ///   - rule: what is kept.
    ///   - offset: the newest event that whoever learns from the log has learned durably: later ones stay.
    ///   - now: the time, in milliseconds since 1970.
    /// - Returns: what was removed.
    /// - Throws: ``FreshetError``: of kind `usage` for a rule out of range, `external` when the store cannot be written.
    func compact(_ rule: RetentionRule, learnedUpTo offset: Int64, now: Int64) async throws -> CompactionReceipt
}
