import FreshetCore

/// An event of a stream with what was known just before it: first predicted, then learned.
public struct StreamEvent: Sendable {
    /// The event.
    public var event: LoggedEvent
    /// What the user had done when it happened.
    public var history: History
    /// Whether it is the first event about its item.
    public var isNewItem: Bool

    /// Whether it came so long after it happened that it says nothing of today: it is learned, and not predicted.
    public var isLate: Bool

    /// Whether it is the user's first event.
    public var isNewUser: Bool { history.count == 0 }

    /// Creates a stream event.
    public init(event: LoggedEvent, history: History, isNewItem: Bool, isLate: Bool = false) {
        self.event = event
        self.history = history
        self.isNewItem = isNewItem
        self.isLate = isLate
    }
}
