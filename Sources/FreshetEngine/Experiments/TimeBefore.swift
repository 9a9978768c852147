import FreshetCore
import FreshetData
import FreshetExperiments
import FreshetFeedback

/// What the users of an experiment did in the days before it, by the same logs: what CUPED takes out.
struct TimeBefore {
    /// How many answers and events are read between two looks at whether to stop.
    private static let portion = 2_000

    private let from: Int64
    private let to: Int64
    private let metrics: [String]

    init(_ served: ServedExperiment) {
        to = served.started - 1
        from = served.started - Int64(served.daysBefore * 86_400_000)
        metrics = served.experiment.metrics + served.experiment.guardrails
    }

    /// What each user did, by metric; users who did nothing are left out.
    ///
    /// Blocks the calling thread.
    /// - Parameters:
    ///   - store: the log of answers.
    ///   - events: reads the log of events.
    ///   - isStopping: whether to give up.
    /// - Returns: the sums above the line by a user's number; `nil` when it gave up.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read.
    func covariates(
        store: any EngineStore,
        events: (_ after: Int64, _ limit: Int) throws -> [(offset: Int64, event: FeedbackEvent)],
        isStopping: () -> Bool
    ) throws -> [UInt64: [Double]]? {
        guard from <= to else { return [:] }
        var covariates: [UInt64: [Double]] = [:]
        var join = FeedbackJoin(follows: .everything)
        var feed = FeedbackFeed(
            afterAnswer: try Self.last(before: from) { number in
                try store.impressions(after: number, limit: 1).first.map { ($0.number, $0.impression.time) }
            },
            afterEvent: try Self.last(before: from) { offset in
                try store.events(after: offset, limit: 1).first.map { ($0.offset, $0.received) }
            }
        )
        while !isStopping() {
            let count = try feed.feed(
                into: &join,
                upTo: to,
                limit: Self.portion,
                answers: { try store.impressions(after: $0, limit: $1).map { ($0.number, $0.impression) } },
                events: events
            )
            for outcome in join.takeOutcomes() { add(outcome, to: &covariates) }
            if count < Self.portion { return covariates }
        }
        return nil
    }

    private func add(_ outcome: FeedbackOutcome, to covariates: inout [UInt64: [Double]]) {
        for (place, metric) in metrics.enumerated() {
            guard let change = outcome.change.contribution(to: metric)?.above, change != 0 else { continue }
            covariates[outcome.user, default: [Double](repeating: 0, count: metrics.count)][place] += change
        }
    }

    /// The number of the last entry of a log before a time, found by halving.
    ///
    /// - Parameters:
    ///   - time: the time.
    ///   - next: the number and the time of the first entry behind a number; `nil` at the end.
    /// - Returns: its number; 0 where there is none.
    static func last(before time: Int64, _ next: (Int64) throws -> (number: Int64, time: Int64)?) rethrows -> Int64 {
        func isEarly(_ number: Int64) throws -> Bool { try next(number).map { $0.time < time } ?? false }
        guard try isEarly(0) else { return 0 }
        var (low, reach) = (Int64(0), Int64(1))
        while try isEarly(low + reach) {
            low += reach
            reach *= 2
        }
        // What follows `low` is early, what follows `low + reach` is not.
        var high = low + reach
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try isEarly(middle) { low = middle } else { high = middle }
        }
        return high
    }
}
