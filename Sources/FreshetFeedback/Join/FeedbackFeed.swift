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
    /// Whether the logs had nothing more when they were read last.
    private var (areAnswersRead, areEventsRead) = (false, false)

    /// Creates a feed at the beginning of both logs, or behind an answer's number and an event's offset.
    public init(afterAnswer lastAnswer: Int64 = 0, afterEvent lastEvent: Int64 = 0) {
        (self.lastAnswer, self.lastEvent) = (lastAnswer, lastEvent)
    }

    /// Reads on and gives what was read, until there is no more.
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
        var (count, isMore) = (0, true)
        while isMore, count < limit {
            try self.read(answers: read, events: readEvents)
            let given = give(to: &join, upTo: time, limit: limit - count)
            (count, isMore) = (count + given.count, given.isMore)
        }
        return count
    }

    /// Reads the next page of each log of which everything was given.
    ///
    /// - Parameters:
    ///   - read: gives answers behind a number, in order; none at the end.
    ///   - readEvents: gives events behind an offset, in order of receipt; none at the end.
    /// - Throws: what the logs throw.
    public mutating func read(
        answers read: (_ after: Int64, _ limit: Int) throws -> [(number: Int64, answer: Impression)],
        events readEvents: (_ after: Int64, _ limit: Int) throws -> [(offset: Int64, event: FeedbackEvent)]
    ) throws {
        if answers.isEmpty {
            answers = try read(lastAnswer, Self.page)[...]
            areAnswersRead = answers.isEmpty
            lastAnswer = answers.last?.number ?? lastAnswer
        }
        if events.isEmpty {
            events = try readEvents(lastEvent, Self.page)[...]
            areEventsRead = events.isEmpty
            lastEvent = events.last?.offset ?? lastEvent
        }
    }

    /// Gives what was read in order, as long as no page is used up that another may follow.
    ///
    /// - Parameters:
    ///   - join: what takes them.
    ///   - time: up to which time, in milliseconds since 1970.
    ///   - limit: how many at most.
    /// - Returns: how many there were, and whether there may be more of that time.
    public mutating func give(
        to join: inout FeedbackJoin,
        upTo time: Int64 = .max,
        limit: Int = .max
    ) -> (count: Int, isMore: Bool) {
        var count = 0
        while count < limit, areAnswersRead || !answers.isEmpty, areEventsRead || !events.isEmpty {
            let received = events.first?.event.received ?? .max
            // Of the same millisecond the answer comes first: nothing is done about what has not been given.
            if let next = answers.first, next.answer.time <= min(received, time) {
                join.add(next.answer)
                answers.removeFirst()
            } else if let next = events.first, received <= time {
                join.add(next.event)
                events.removeFirst()
            } else {
                return (count, false)
            }
            count += 1
        }
        return (count, true)
    }
}
