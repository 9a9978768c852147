import FreshetCore

extension FeedbackEvent {
    /// An event of the log with the names of what it has numbers for.
    ///
    /// - Parameters:
    ///   - logged: the event.
    ///   - user: its user.
    ///   - item: its item.
    ///   - type: its type.
    ///   - profit: what a conversion of its item leaves where the event itself does not say it.
    public init(
        _ logged: NamingEvent,
        user: String,
        item: String,
        type: EventType,
        profit: @autoclosure () -> Double? = nil
    ) {
        let event = logged.event
        self.init(
            user: user,
            item: item,
            type: type.rawValue,
            value: event.value.isNaN ? nil : Double(event.value),
            profit: logged.profit ?? profit(),
            time: event.time.milliseconds,
            received: event.received,
            recommendationID: logged.recommendation
        )
    }
}
