import FreshetCore
import FreshetData
import FreshetExperiments
import FreshetFeedback

/// What the users of experiments did in the days before each, by the same logs: what CUPED takes out.
///
/// The logs are read once for all of them, from the first of these days to the last.
struct TimeBefore {
    /// How many answers and events are read between two looks at whether to stop.
    private static let portion = 2_000

    /// One experiment's days, and what is asked of them.
    private struct Part {
        let from: Int64
        let to: Int64
        let metrics: [String]
        var covariates: [UInt64: [Double]] = [:]

        init(_ served: ServedExperiment) {
            to = served.started - 1
            from = served.started - Int64(served.daysBefore * 86_400_000)
            metrics = served.experiment.metrics + served.experiment.guardrails
        }

        var isEmpty: Bool { from > to }

        mutating func add(_ outcome: FeedbackOutcome) {
            for (place, metric) in metrics.enumerated() {
                guard let change = outcome.change.contribution(to: metric)?.above, change != 0 else { continue }
                let none = [Double](repeating: 0, count: metrics.count)
                covariates[outcome.user, default: none][place] += change
            }
        }
    }

    private var parts: [Part]

    init(_ group: [ServedExperiment]) { parts = group.map(Part.init) }

    /// The first of some experiments, and the others whose days before hang together with its own.
    static func first(of experiments: [ServedExperiment]) -> [ServedExperiment] {
        guard let first = experiments.first else { return [] }
        let own = Part(first)
        guard !own.isEmpty else { return [first] }
        var (from, to) = (own.from, own.to)
        var (group, others) = ([first], Array(experiments.dropFirst()))
        while let next = others.firstIndex(where: { other in
            let part = Part(other)
            return !part.isEmpty && part.from <= to && part.to >= from
        }) {
            let part = Part(others[next])
            (from, to) = (min(from, part.from), max(to, part.to))
            group.append(others.remove(at: next))
        }
        return group
    }

    /// What each user did, by metric; users who did nothing are left out.
    ///
    /// Blocks the calling thread.
    /// - Parameters:
    ///   - store: the log of answers.
    ///   - events: reads the log of events.
    ///   - isStopping: whether to give up.
    /// - Returns: for each experiment the sums above the line by a user's number; `nil` when it gave up.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read.
    func covariates(
        store: any EngineStore,
        events: (_ after: Int64, _ limit: Int) throws -> [(offset: Int64, event: FeedbackEvent)],
        isStopping: () -> Bool
    ) throws -> [[UInt64: [Double]]]? {
        var parts = parts
        let asked = parts.filter { !$0.isEmpty }
        guard let from = asked.map(\.from).min() else { return parts.map(\.covariates) }
        var join = FeedbackJoin(follows: .everything)
        var feed = FeedbackFeed(
            afterAnswer: try Self.last(before: from) { number in
                try store.impressions(after: number, limit: 1).first.map { ($0.number, $0.impression.time) }
            },
            afterEvent: try Self.last(before: from) { offset in
                try store.events(after: offset, limit: 1).first.map { ($0.offset, $0.received) }
            }
        )
        // What comes up to one end is for all experiments that began no earlier.
        for end in Set(asked.map(\.to)).sorted() {
            var isMore = true
            while isMore {
                guard !isStopping() else { return nil }
                let count = try feed.feed(
                    into: &join,
                    upTo: end,
                    limit: Self.portion,
                    answers: { try store.impressions(after: $0, limit: $1).map { ($0.number, $0.impression) } },
                    events: events
                )
                isMore = count == Self.portion
                for outcome in join.takeOutcomes() {
                    for place in parts.indices where parts[place].to >= end && parts[place].from <= outcome.time {
                        parts[place].add(outcome)
                    }
                }
            }
        }
        return parts.map(\.covariates)
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
