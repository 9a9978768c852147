import FreshetCore

extension FeedbackEvent {
    /// An event of the log with the names of what it has numbers for, and the profit of its item.
    public init(
        _ event: LoggedEvent,
        user: String,
        item: String,
        type: EventType,
        profit: Double? = nil,
        recommendation: String?
    ) {
        self.init(
            user: user,
            item: item,
            type: type.rawValue,
            value: event.value.isNaN ? nil : Double(event.value),
            profit: profit,
            time: event.time.milliseconds,
            received: event.received,
            recommendationID: recommendation
        )
    }
}
