import FreshetCore
import FreshetExperiments
import FreshetTensor
import Testing

@testable import FreshetFeedback

@Suite("Rebuilding feedback")
struct RebuildTests {
    private struct Logs {
        var answers: [Impression] = []
        var events: [FeedbackEvent] = []
        var live = FeedbackJoin()
    }

    /// Three days of a shop: answers, reports, clicks, purchases with and without their answer, refunds, late arrivals.
    private static func shop(seed: UInt64) -> Logs {
        var random = RandomSource(seed: seed)
        var logs = Logs()
        var now: Int64 = 20_000 * 86_400_000
        var last: [Int: (id: String, items: [String])] = [:]
        for step in 0..<6_000 {
            now += 1 + Int64(random.below(90_000))
            let user = random.below(40)
            if random.uniform() < 0.5 || last[user] == nil {
                let items = (0..<random.below(6)).map { "i\(($0 * 7 + random.below(7)) % 50)" }
                let impression = Impression(
                    id: "r\(step)",
                    user: user == 0 ? nil : "u\(user)",
                    time: now,
                    model: ModelVersion(step / 2_000, update: step),
                    scenario: random.uniform() < 0.5 ? "home" : nil,
                    variant: user % 2 == 0 ? "a" : "b",
                    items: Set(items).sorted().map { Impression.ShownItem(item: $0, score: 0) }
                )
                logs.answers.append(impression)
                logs.live.add(impression)
                last[user] = (impression.id, impression.items.map(\.item))
            } else if let known = last[user] {
                let type = ["click", "click", "purchase", "refund", "satisfaction", "search", "seen", "seen"][
                    random.below(8)
                ]
                let isLate = random.uniform() < 0.1
                let event = FeedbackEvent(
                    user: "u\(user)",
                    item: known.items.isEmpty ? "none" : known.items[random.below(known.items.count)],
                    type: type,
                    value: type == "purchase" ? Double(1 + random.below(100)) / 4 : nil,
                    time: now - (isLate ? Int64(random.below(200)) * 60_000 : 0),
                    received: now,
                    recommendationID: random.uniform() < 0.6 ? known.id : nil
                )
                logs.events.append(event)
                logs.live.add(event)
            }
        }
        return logs
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aRebuildGivesTheSameFigures(seed: UInt64) throws {
        let logs = Self.shop(seed: seed)
        var (rebuilt, feed) = (FeedbackJoin(), FeedbackFeed())
        // In parts, as a running server does.
        let middle = logs.events[logs.events.count / 2].received
        let first = try Self.feed(logs, &feed, &rebuilt, upTo: middle)
        #expect(first > 1_000)
        let rest = try Self.feed(logs, &feed, &rebuilt, upTo: .max)
        #expect(first + rest == logs.answers.count + logs.events.count)
        #expect(rebuilt.table.cells == logs.live.table.cells)
        let groups = Set(logs.live.table.keys.map(\.group))
        for group in groups {
            let (again, before) = (rebuilt.table.spread(of: group), logs.live.table.spread(of: group))
            #expect(again?.clicks == before?.clicks && again?.conversions == before?.conversions)
        }
        let total = logs.live.table.cells.values.reduce(into: FeedbackCell()) { $0 += $1 }
        #expect(total.answers.answers == logs.answers.count)
        #expect(total.total.clicks > 100 && total.total.conversions > 50 && total.total.assisted > 10)
        // Sums by cell and by user are of the same clicks.
        let sums = groups.compactMap { logs.live.table.spread(of: $0)?.clicks }
        let (clicks, seen) = sums.reduce((0, 0)) { ($0.0 + $1.numerator, $0.1 + $1.denominator) }
        #expect(clicks == Double(total.total.clicks) && seen == Double(total.total.seen))
    }

    private static func feed(_ logs: Logs, _ feed: inout FeedbackFeed, _ join: inout FeedbackJoin, upTo time: Int64)
        throws
        -> Int
    {
        try feed.feed(
            into: &join,
            upTo: time,
            answers: { after, limit in
                logs.answers.enumerated().dropFirst(Int(after)).prefix(limit).map { (Int64($0.offset) + 1, $0.element) }
            },
            events: { after, limit in
                logs.events.enumerated().dropFirst(Int(after)).prefix(limit).map { (Int64($0.offset) + 1, $0.element) }
            }
        )
    }

    /// Each log is asked for a page at a time, not once for every event.
    @Test func pagesAreReadOnce() throws {
        let logs = Self.shop(seed: 4)
        var (join, feed, calls) = (FeedbackJoin(), FeedbackFeed(), 0)
        _ = try feed.feed(
            into: &join,
            answers: { after, limit in
                calls += 1
                return logs.answers.prefix(700).enumerated().dropFirst(Int(after)).prefix(limit)
                    .map { (Int64($0.offset) + 1, $0.element) }
            },
            events: { after, limit in
                calls += 1
                return logs.events.enumerated().dropFirst(Int(after)).prefix(limit)
                    .map { (Int64($0.offset) + 1, $0.element) }
            }
        )
        #expect(calls < 30)
    }
}
