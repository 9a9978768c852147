import ArgumentParser
import FreshetCore
import FreshetFeedback

/// `freshet bench-feedback`: how fast feedback is added up, and whether a rebuild gives the same.
struct BenchFeedback: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-feedback",
        abstract: "Add up simulated answers and events, one by one and again from their logs, and compare.",
        discussion: """
            Answers are made up as they are read, which counts neither as time nor as memory of the figures.

              freshet bench-feedback --impressions 10000000 --json
            """,
        shouldDisplay: false
    )

    @Option(help: "How many answers.")
    var impressions = 1_000_000

    @Option(help: "Items of one answer.")
    var count = 10

    @Option(help: "Over how many days they come.")
    var days = 30

    @Option(help: "Users.")
    var users = 200_000

    @Option(help: "Items.")
    var items = 50_000

    @OptionGroup var common: CommonOptions

    /// What was measured.
    struct Report: Encodable {
        let impressions: Int
        let events: Int
        let seconds: Double
        let impressionsPerSecond: Double
        let answersRemembered: Int
        let bytesBefore: Int
        let bytes: Int
        let secondsOfFigures: Double
        let rows: Int
        let rebuildSeconds: Double
        let isRebuildEqual: Bool

        var words: String {
            """
            \(Words.count(impressions)) answers and \(Words.count(events)) events were added up in \
            \(Words.duration(seconds)): \(Words.count(Int(impressionsPerSecond))) answers a second. At the end \
            \(Words.count(answersRemembered)) answers are remembered, in \(Words.bytes(bytes - bytesBefore)) at most. \
            \(Words.count(rows)) rows of figures take \(Words.duration(secondsOfFigures)).
            A rebuild from the logs took \(Words.duration(rebuildSeconds)), the logs' making included, and gives \
            \(isRebuildEqual ? "the same figures" : "OTHER FIGURES").
            """
        }
    }

    func validate() throws {
        for (name, value) in [("impressions", impressions), ("count", count), ("users", users), ("items", items)]
        where !(1...1_000_000_000).contains(value) {
            throw ValidationError("--\(name) is \(value), but must be in 1...1000000000.")
        }
        guard (1...3650).contains(days) else { throw ValidationError("--days is \(days), but must be in 1...3650.") }
    }

    func execute(_ console: Console) throws {
        let log = SimulatedFeedback(
            answers: impressions,
            count: count,
            duration: Int64(days) * 86_400_000,
            users: users,
            items: items,
            seed: common.seed
        )
        let before = PeakMemory.bytes
        var join = FeedbackJoin()
        let (seconds, events) = Self.add(log, to: &join)
        let bytes = PeakMemory.bytes
        let began = ProgressReporter.now()
        let rows = Self.rows(join)
        let secondsOfFigures = ProgressReporter.now() - began
        let rebuilding = ProgressReporter.now()
        let rebuilt = try Self.rebuild(log)
        let report = Report(
            impressions: impressions,
            events: events,
            seconds: seconds,
            impressionsPerSecond: Double(impressions) / seconds,
            answersRemembered: join.openCount,
            bytesBefore: before,
            bytes: bytes,
            secondsOfFigures: secondsOfFigures,
            rows: rows.count,
            rebuildSeconds: ProgressReporter.now() - rebuilding,
            isRebuildEqual: Self.rows(rebuilt) == rows
        )
        try console.result(report) { report.words }
    }

    /// Adds all in the order in which it comes; the seconds that adding took, and how many events there were.
    private static func add(_ log: SimulatedFeedback, to join: inout FeedbackJoin) -> (seconds: Double, events: Int) {
        var (events, seconds, count) = (SimulatedFeedback.Events(log), 0.0, 0)
        var next = events.read()
        var number = 0
        func read() -> Impression? { number < log.answers ? log.answer(number) : nil }
        var answer = read()
        while answer != nil || next != nil {
            // A portion is made, then added with the clock running.
            var portion: [Entry] = []
            while portion.count < 10_000, answer != nil || next != nil {
                if let due = answer, due.time <= next?.received ?? .max {
                    portion.append(.answer(due))
                    number += 1
                    answer = read()
                } else if let event = next {
                    portion.append(.event(event))
                    next = events.read()
                    count += 1
                }
            }
            let began = ProgressReporter.now()
            for entry in portion { entry.add(to: &join) }
            seconds += ProgressReporter.now() - began
        }
        return (seconds, count)
    }

    /// Adds all from the logs, page by page.
    private static func rebuild(_ log: SimulatedFeedback) throws -> FeedbackJoin {
        var (join, feed, events) = (FeedbackJoin(), FeedbackFeed(), SimulatedFeedback.Events(log))
        _ = try feed.feed(
            into: &join,
            answers: { after, limit in
                (Int(after)..<min(Int(after) + limit, log.answers)).map { (Int64($0 + 1), log.answer($0)) }
            },
            events: { after, limit in
                var page: [(offset: Int64, event: FeedbackEvent)] = []
                while page.count < limit, let event = events.read() {
                    page.append((after + Int64(page.count) + 1, event))
                }
                return page
            }
        )
        return join
    }

    private static func rows(_ join: FeedbackJoin) -> [FeedbackRow] {
        let now: Int64 = 2_000_000_000_000
        return join.rows(by: [.scenario, .version, .variant, .segment, .day], now: now)
            + join.rows(by: [.position], now: now)
    }

    private enum Entry {
        case answer(Impression)
        case event(FeedbackEvent)

        func add(to join: inout FeedbackJoin) {
            switch self {
            case .answer(let impression): join.add(impression)
            case .event(let event): _ = join.add(event)
            }
        }
    }
}
