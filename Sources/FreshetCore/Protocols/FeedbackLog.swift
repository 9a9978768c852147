/// What feedback is joined from: answers and events, in the order in which they came in.
public protocol FeedbackLog: Sendable {
    /// Up to `limit` impressions behind a number, in the order in which they were kept; none at the end.
    ///
    /// Blocks the calling thread.
    func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)]

    /// Up to `limit` events behind an offset, in order, with the answer that each names; none at the end.
    ///
    /// Blocks the calling thread.
    func namingEvents(after offset: Int64, limit: Int) throws -> [(event: LoggedEvent, recommendation: String?)]
}
