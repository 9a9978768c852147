import FreshetCore

/// Reads the logs of answers and events, a page at a time, and gives them to a join in the order in which they came in.
///
/// It remembers how far it is: a server calls it again and again, and after a restart reads everything anew.
public struct FeedbackFeed: Sendable {
    private static let page = 512

    private var answers: ArraySlice<(number: Int64, answer: Impression)> = []
    private var events: ArraySlice<(offset: Int64, event: FeedbackEvent)> = []
    private var lastAnswer: Int64
    private var lastEvent: Int64

    /// Creates a feed at the beginning of both logs, or behind an answer's number and an event's offset.
    public init(afterAnswer lastAnswer: Int64 = 0, afterEvent lastEvent: Int64 = 0) {
        (self.lastAnswer, self.lastEvent) = (lastAnswer, lastEvent)
    }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - join: what takes them.
    ///   - time: up to which time, in milliseconds since 1970; answers of that time must be in their log.
    ///   - limit: how many at most.
    ///   - read: gives answers behind a number, in order; none at the end.
    ///   - readEvents: gives events behind an offset, in order of receipt; none at the end.
    /// - Returns: how many there were.
    /// - Throws: what the logs throw.
    public mutating func feed(
        into join: inout FeedbackJoin,
        upTo time: Int64 = .max,
        limit: Int = .max,
        answers read: (_ after: Int64, _ limit: Int) throws -> [(number: Int64, answer: Impression)],
        events readEvents: (_ after: Int64, _ limit: Int) throws -> [(offset: Int64, event: FeedbackEvent)]
    ) throws -> Int {
        var count = 0
        var (areAnswersRead, areEventsRead) = (false, false)
        while count < limit {
            if answers.isEmpty, !areAnswersRead {
                answers = try read(lastAnswer, Self.page)[...]
                areAnswersRead = answers.isEmpty
                lastAnswer = answers.last?.number ?? lastAnswer
            }
            if events.isEmpty, !areEventsRead {
                events = try readEvents(lastEvent, Self.page)[...]
                areEventsRead = events.isEmpty
                lastEvent = events.last?.offset ?? lastEvent
            }
            let received = events.first?.event.received ?? .max
            // Of the same millisecond the answer comes first: nothing is done about what has not been given.
            if let next = answers.first, next.answer.time <= min(received, time) {
                join.add(next.answer)
                answers.removeFirst()
            } else if let next = events.first, received <= time {
                join.add(next.event)
                events.removeFirst()
            } else {
                break
            }
            count += 1
        }
        return count
    }
}
