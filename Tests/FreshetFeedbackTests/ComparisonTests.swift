import FreshetCore
import Testing

@testable import FreshetFeedback

/// Two periods beside each other.
@Suite("Comparing feedback")
struct ComparisonTests {
    private static let today = 20_000
    private static let noon = Int64(today) * 86_400_000 + 12 * 3_600_000

    /// Answers of two scenarios on one day: clicks of a part of them, and one purchase.
    private static func day(_ age: Int, _ answers: Int, clicked: Int, scenario: String, into join: inout FeedbackJoin) {
        let time = noon - Int64(age) * 86_400_000
        for number in 0..<answers {
            let (id, user) = ("\(scenario) \(age) \(number)", "u\(age) \(number)")
            join.add(
                Impression(
                    id: id,
                    user: user,
                    time: time,
                    model: ModelVersion(1),
                    scenario: scenario,
                    items: [Impression.ShownItem(item: "a", score: 1)]
                )
            )
            func event(_ type: String, _ value: Double?) -> FeedbackEvent {
                FeedbackEvent(user: user, item: "a", type: type, value: value, time: time + 1, recommendationID: id)
            }
            if number < clicked { join.add(event("click", nil)) }
            if number == 0 { join.add(event("purchase", 5)) }
        }
    }

    /// "home, page" was asked in both weeks, "new" in this one, "old" in the one before.
    private static func join() -> FeedbackJoin {
        var join = FeedbackJoin()
        day(13, 10, clicked: 1, scenario: "old", into: &join)
        day(8, 80, clicked: 48, scenario: "home, page", into: &join)
        day(1, 70, clicked: 56, scenario: "home, page", into: &join)
        day(0, 10, clicked: 0, scenario: "new", into: &join)
        return join
    }

    private static func compared(by dimensions: [FeedbackDimension]) throws -> FeedbackComparison {
        let join = join()
        let (now, before) = try FeedbackPeriod.compared(
            from: nil,
            to: nil,
            beforeFrom: nil,
            beforeTo: nil,
            today: today
        )
        return try FeedbackComparison(now, with: before, by: dimensions) {
            join.rows(by: dimensions, days: $0, now: noon)
        }
    }

    /// The example of Newcombe (1998): 56 of 70 against 48 of 80.
    @Test func theIntervalOfADifferenceIsNewcombes() throws {
        let (now, before) = (try #require(FeedbackRate(56, of: 70)), try #require(FeedbackRate(48, of: 80)))
        let change = FeedbackChange(now, from: before)
        let (low, high) = (try #require(change.low), try #require(change.high))
        #expect(abs(change.difference - 0.2) < 1e-12 && abs((change.relative ?? 0) - 1 / 3.0) < 1e-12)
        #expect(abs(low - 0.0524) < 5e-5 && abs(high - 0.3339) < 5e-5)
        // From nothing there is no share of it, and a loss is a loss whatever the sign of what was before.
        #expect(FeedbackChange(3, from: 0).relative == nil && FeedbackChange(-4, from: -2).relative == -1)
    }

    @Test func noDataIsToldApartFromNothing() throws {
        let comparison = try Self.compared(by: [.scenario])
        #expect(comparison.now.from == "2024-09-28" && comparison.now.to == "2024-10-04")
        #expect(comparison.before.from == "2024-09-21" && comparison.before.to == "2024-09-27")
        #expect(comparison.rows.map { $0.group["scenario"] } == ["home, page", "new", "old"])
        let (home, new, old) = (comparison.rows[0], comparison.rows[1], comparison.rows[2])
        #expect(home.now?.clickThrough?.value == 0.8 && home.before?.clickThrough?.value == 0.6)
        #expect(home.changes["ctr"]?.difference == 0.8 - 0.6 && home.changes["profit_per_1000"] == nil)
        let value = try #require(home.changes["value_per_1000"])
        #expect(value.low == nil && abs(value.difference - (5000.0 / 70 - 5000.0 / 80)) < 1e-9)
        // Nobody clicked what is new, which is 0; of the week before nothing is known.
        #expect(new.now?.clickThrough?.value == 0 && new.before == nil && new.changes.isEmpty)
        #expect(old.now == nil && old.before?.answers == 10 && old.changes.isEmpty)
    }

    @Test func tablesHaveAFieldForEachFigure() throws {
        let comparison = try Self.compared(by: [.scenario])
        let lines = comparison.csv(by: [.scenario]).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[1].hasPrefix("\"home, page\",70,80,"))
        let columns = lines[0].split(separator: ",").map { String($0) }
        let fields = lines[2].split(separator: ",", omittingEmptySubsequences: false)
        #expect(fields.count == columns.count && Set(columns).count == columns.count)
        let new = Dictionary(uniqueKeysWithValues: zip(columns, fields))
        #expect(
            new["ctr"] == "0.0" && new["ctr_before"] == "" && new["ctr_change"] == "" && new["answers_before"] == ""
        )
        let report = FeedbackReport(rows: Self.join().rows(by: [.position], now: Self.noon))
        let row = report.csv(by: [.position]).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        // By position there are no answers to count.
        #expect(row.count == 2 && row[0].count == row[1].count && row[1][0] == "1" && row[1][1] == "")
    }

    @Test func whatCannotBeComparedIsRefused() throws {
        func compared(_ from: Timestamp?, _ to: Timestamp?, _ beforeFrom: Timestamp?, _ beforeTo: Timestamp?) throws {
            _ = try FeedbackPeriod.compared(
                from: from,
                to: to,
                beforeFrom: beforeFrom,
                beforeTo: beforeTo,
                today: Self.today
            )
        }
        let days = (0..<4).map { Timestamp(seconds: Int64(Self.today + $0) * 86_400) }
        try compared(days[2], days[3], days[0], days[1])
        // The newer one may as well be the one compared with.
        try compared(days[0], days[1], days[2], days[3])
        #expect(throws: FreshetError.self) { try compared(days[1], days[3], days[0], days[1]) }
        #expect(throws: FreshetError.self) { try compared(days[3], days[2], nil, nil) }
        #expect(throws: FreshetError.self) { try compared(days[3], nil, nil, nil) }
        #expect(throws: FreshetError.self) { try compared(days[2], days[3], days[1], days[0]) }
        #expect(throws: FreshetError.self) { try Self.compared(by: [.scenario, .day]) }
    }
}
