import FreshetCore

/// An event of a stream with what was known just before it: first predicted, then learned.
public struct StreamEvent: Sendable {
    /// The event.
    public var event: LoggedEvent
    /// The user's events before it.
    public var history: History
    /// Whether it is the first event about its item.
    public var isNewItem: Bool

    /// Whether it is the user's first event.
    public var isNewUser: Bool { history.count == 0 }

    /// Creates a stream event.
    public init(event: LoggedEvent, history: History, isNewItem: Bool) {
        self.event = event
        self.history = history
        self.isNewItem = isNewItem
    }
}
