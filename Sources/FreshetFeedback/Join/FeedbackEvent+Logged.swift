import FreshetCore

extension FeedbackEvent {
    /// An event of the log with the names of what it has numbers for.
    public init(_ event: LoggedEvent, user: String, item: String, type: EventType, recommendation: String?) {
        self.init(
            user: user,
            item: item,
            type: type.rawValue,
            value: event.value.isNaN ? nil : Double(event.value),
            time: event.time.milliseconds,
            received: event.received,
            recommendationID: recommendation
        )
    }
}
