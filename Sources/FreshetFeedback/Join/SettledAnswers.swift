import FreshetCore
import FreshetExperiments

/// Reads the logs of answers and events, and gives each answer with what became of it, once that is known.
///
/// Memory holds the answers of a day (``FeedbackRules``), however long the logs.
public struct SettledAnswers {
    private let rules: FeedbackRules
    private var join: FeedbackJoin
    private var feed = FeedbackFeed()
    private var waiting: [UInt64: Impression] = [:]

    /// Creates a reader at the beginning of both logs.
    public init(rules: FeedbackRules = FeedbackRules()) {
        self.rules = rules
        join = FeedbackJoin(rules: rules, settles: true)
    }

    /// Reads both logs to their ends.
    ///
    /// - Parameters:
    ///   - now: the time until which events are in their log, in milliseconds since 1970.
    ///   - answers: gives answers behind a number, in order; none at the end.
    ///   - events: gives events behind an offset, in order of receipt; none at the end.
    ///   - body: gets an answer and what became of it, the oldest first.
    /// - Returns: how many answers were left out since clicks may still come to them.
    /// - Throws: what the logs and `body` throw.
    public mutating func read(
        upTo now: Int64,
        answers: (_ after: Int64, _ limit: Int) throws -> [(number: Int64, answer: Impression)],
        events: (_ after: Int64, _ limit: Int) throws -> [(offset: Int64, event: FeedbackEvent)],
        _ body: (Impression, SettledAnswer) throws -> Void
    ) throws -> Int {
        let known = now - rules.window(of: .click) - Int64(rules.grace * 1000)
        var (isMore, unknown) = (true, 0)
        while isMore {
            var page: [(number: Int64, answer: Impression)] = []
            try feed.read(
                answers: { after, limit in
                    page = try answers(after, limit)
                    return page
                },
                events: events
            )
            for (_, answer) in page { waiting[StableHash.of(answer.id)] = answer }
            isMore = feed.give(to: &join).isMore
            // What is given last settles all: nothing is behind it.
            for settled in join.takeSettled(all: !isMore) {
                guard let answer = waiting.removeValue(forKey: settled.id) else { continue }
                guard answer.time <= known else {
                    unknown += 1
                    continue
                }
                try body(answer, settled)
            }
        }
        return unknown
    }
}
