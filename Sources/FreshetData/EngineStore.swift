import FreshetCore

/// All that an engine keeps, of one tenant: whoever has the store can reach nothing of another.
///
/// Numbers, names and durability are the store's. What may wait for a disk or a network is asynchronous, or says that it
/// blocks and is called on threads of the engine's own; the rest is known in memory.
public protocol EngineStore:
    EventLog, SourcePositionStore, SearchLog, Catalog, ImpressionLog, FeedbackLog, VersionStore, SettingsStore,
    CompactingStore, SharedStore
{
    /// Whose store it is.
    var tenant: Tenant { get }
    /// The external ids and their numbers, which only this store gives; complete when the store is opened, and with every
    /// commit before its events are observed.
    var vocabulary: Vocabulary { get }
    /// Writes as much as a large delivery and removes it: throws when the store would not take that.
    func checkWriting() async throws
}
