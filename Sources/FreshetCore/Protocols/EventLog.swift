/// The durable, numbered record of everything that happened: the truth that all else is rebuilt from.
public protocol EventLog: Sendable {
    /// Appends events, and searches among them, in one transaction, shared with others that wait at the moment.
    ///
    /// Returns after the commit: what was acknowledged is durable. An event whose id the log has is left out.
    /// - Throws: ``FreshetError`` of kind `external` when nothing was written, a full disk for one.
    func append(_ events: [Event]) async throws -> AppendReceipt

    /// Sets what is called with the events of every commit, in the order of the log, before they are acknowledged.
    ///
    /// Called on the writing thread, so it must be quick. Set once, before the first append.
    func setObserver(_ observer: @escaping @Sendable ([LoggedEvent]) -> Void)

    /// Up to `limit` events after an offset, in order; empty at the end. Blocks the calling thread.
    func events(after offset: Int64, limit: Int) throws -> [LoggedEvent]

    /// The newest events of a user by their time, up to `limit`, oldest first. Blocks the calling thread.
    func newestEvents(of user: UserIndex, limit: Int) throws -> [LoggedEvent]

    /// As ``newestEvents(of:limit:)``, without blocking: for requests.
    func fetchNewestEvents(of user: UserIndex, limit: Int) async throws -> [LoggedEvent]

    /// Removes the event or search that has an id of its own; whose it was, or `nil` where there is none.
    func removeEvent(_ id: String) async throws -> UserIndex?

    /// The offset of the newest event; 0 when there is none. Known in memory.
    var newestOffset: Int64 { get }

    /// The number of events that the log holds now, those compacted away left out. Known in memory.
    func eventCount() -> Int
}

/// What became of an append.
public struct AppendReceipt: Sendable, Equatable {
    /// The events that are new, in order, with their offsets.
    public var events: [LoggedEvent]
    /// The searches that are new, in order.
    public var searches: [LoggedSearch]
    /// How many were there before.
    public var duplicates: Int

    /// Creates a receipt.
    public init(events: [LoggedEvent], searches: [LoggedSearch] = [], duplicates: Int) {
        self.events = events
        self.searches = searches
        self.duplicates = duplicates
    }
}
