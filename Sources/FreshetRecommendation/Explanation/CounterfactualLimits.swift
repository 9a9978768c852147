/// How far the search for the events that an item needs may go.
public struct CounterfactualLimits: Sendable, Hashable {
    /// The search packs a set of groups into 32 bits.
    static let mostEvents = 32

    /// The number of newest events that are looked at, at most 32.
    public var events: Int
    /// All sets up to this size are tried, so that a set of at most one more is proven the smallest.
    public var size: Int
    /// The most lists that may be computed for one answer.
    public var lists: Int

    /// Creates limits; the defaults prove sets of three events of twenty, and of four where the user has fewer events.
    public init(events: Int = 20, size: Int = 3, lists: Int = 500) {
        self.events = min(max(events, 0), Self.mostEvents)
        self.size = max(size, 1)
        self.lists = max(lists, 0)
    }
}
