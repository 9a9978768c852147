import FreshetCore
import FreshetData
import FreshetFeedback
import FreshetStorage

extension StoreReader {
    /// Up to `limit` answers behind a number, as feedback reads them.
    func answers(after number: Int64, limit: Int) throws -> [(number: Int64, answer: Impression)] {
        try impressions(after: number, limit: limit).map { ($0.number, $0.impression) }
    }

    /// Up to `limit` events behind an offset, as feedback reads them.
    ///
    /// - Parameters:
    ///   - offset: the offset of the last one that was read.
    ///   - limit: how many at most.
    ///   - profit: what an event of a type leaves on an item, where it does not say so itself.
    /// - Returns: the events with their offsets; none at the end.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func feedbackEvents(
        after offset: Int64,
        limit: Int,
        profit: (_ item: String, _ type: EventType) -> Double? = { _, _ in nil }
    ) throws -> [(offset: Int64, event: FeedbackEvent)] {
        let types = vocabulary.eventTypes
        return try namingEvents(after: offset, limit: limit).map { logged in
            let event = logged.event
            let (item, type) = (vocabulary.id(of: event.item), types[Int(event.type)])
            let named = FeedbackEvent(
                logged,
                user: vocabulary.id(of: event.user),
                item: item,
                type: type,
                profit: profit(item, type)
            )
            return (event.offset, named)
        }
    }
}
