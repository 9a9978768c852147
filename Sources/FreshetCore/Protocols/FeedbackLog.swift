/// What feedback is joined from: answers and events, in the order in which they came in.
public protocol FeedbackLog: Sendable {
    /// Up to `limit` impressions behind a number, in the order in which they were kept; none at the end.
    ///
    /// Blocks the calling thread.
    func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)]

    /// Up to `limit` events behind an offset, in order, with what they say to feedback; none at the end.
    ///
    /// Blocks the calling thread.
    func namingEvents(after offset: Int64, limit: Int) throws -> [NamingEvent]
}

/// An event of the log with what feedback reads of it and nothing learns from.
public struct NamingEvent: Sendable, Equatable {
    /// The event.
    public var event: LoggedEvent
    /// The `recommendation_id` of the answer that it names, if any.
    public var recommendation: String?
    /// What it leaves, where it says so itself.
    public var profit: Double?

    /// Creates one.
    public init(event: LoggedEvent, recommendation: String? = nil, profit: Double? = nil) {
        (self.event, self.recommendation, self.profit) = (event, recommendation, profit)
    }
}
