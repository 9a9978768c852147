import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetFeedback

@Suite("Figures of feedback")
struct FigureTests {
    private static let noon: Int64 = 20_000 * 86_400_000 + 12 * 3_600_000

    /// Two versions on two days; users of version 2 click the first place.
    private static func join() -> FeedbackJoin {
        var join = FeedbackJoin()
        for number in 0..<400 {
            let time = noon + Int64(number / 200) * 86_400_000 + Int64(number)
            join.add(
                Impression(
                    id: "r\(number)",
                    user: "u\(number)",
                    time: time,
                    model: ModelVersion(1 + number % 2, update: number),
                    scenario: "home",
                    items: ["a", "b"].map { Impression.ShownItem(item: $0, score: 1) }
                )
            )
            guard number % 2 == 1 else { continue }
            join.add(event("click", "a", number, time + 1000))
            if number % 10 == 1 { join.add(event("purchase", "a", number, time + 2000, value: 30)) }
        }
        return join
    }

    private static func event(_ type: String, _ item: String, _ number: Int, _ time: Int64, value: Double? = nil)
        -> FeedbackEvent
    {
        FeedbackEvent(
            user: "u\(number)",
            item: item,
            type: type,
            value: value,
            time: time,
            recommendationID: "r\(number)"
        )
    }

    @Test func oneRowOfEverything() throws {
        let rows = Self.join().rows(by: [], now: Self.noon + 10 * 86_400_000)
        let row = try #require(rows.first)
        #expect(rows.count == 1 && row.group == [:])
        #expect(row.answers == 400 && row.served == 800 && row.seen == 800 && row.clicks == 200)
        #expect(row.clickThrough?.value == 0.25 && row.acceptance?.value == 0.5 && row.conversion?.value == 0.1)
        #expect(row.valuePerThousand == 3000)
        #expect(row.satisfaction == nil)
        #expect(row.clicksToCome == 0)
    }

    @Test func rowsByVersionDayAndPosition() throws {
        let join = Self.join()
        let versions = join.rows(by: [.version], now: Self.noon)
        #expect(versions.map { $0.group["version"] } == ["1", "2"])
        // Nobody clicked version 1: that is 0 with an interval, not missing.
        #expect(versions[0].clickThrough?.value == 0 && (versions[0].clickThrough?.high ?? 0) > 0)
        #expect(versions[1].clickThrough?.value == 0.5)
        let days = join.rows(by: [.day], days: 20_001...20_001, now: Self.noon)
        #expect(days.map { $0.group["day"] } == ["2024-10-05"] && days[0].answers == 200)
        let positions = join.rows(by: [.position, .version], now: Self.noon)
        #expect(positions.map { $0.group["position"] } == ["1", "1", "2", "2"])
        #expect(positions[1].clicks == 200 && positions[3].clicks == 0 && positions[0].answers == nil)
        #expect(positions[0].conversion == nil)
        #expect(FeedbackJoin().rows(by: [.version], now: 0).isEmpty)
    }

    /// A user in two segments counts in the rows of both, and nobody's counts are lost.
    @Test func rowsBySegment() throws {
        var join = FeedbackJoin()
        for number in 0..<12 {
            let segments = [["new"], ["large", "new"], []][number % 3]
            join.add(
                Impression(
                    id: "r\(number)",
                    user: "u\(number)",
                    time: Self.noon,
                    model: ModelVersion(1),
                    segments: segments,
                    items: [Impression.ShownItem(item: "a", score: 1)]
                )
            )
            if number % 3 == 1 { join.add(Self.event("click", "a", number, Self.noon + 1000)) }
        }
        let rows = join.rows(by: [.segment], now: Self.noon)
        #expect(rows.map { $0.group["segment"] } == ["", "large", "new"])
        #expect(rows.map(\.answers) == [4, 4, 8] && rows.map(\.clicks) == [0, 4, 4])
        let places = join.rows(by: [.segment, .position], now: Self.noon)
        #expect(places.map(\.served) == [4, 4, 8])
        #expect(join.rows(by: [], now: Self.noon)[0].answers == 12)
    }

    /// The profit of conversions as far as it is known, a refund taken back; missing where none is known.
    @Test func profitIsWhatConversionsLeave() throws {
        var join = Self.join()
        #expect(join.rows(by: [], now: Self.noon)[0].profitPerThousand == nil)
        func add(_ type: String, _ number: Int, _ after: Int64, profit: Double?) {
            let time = Self.noon + Int64(number / 200) * 86_400_000 + Int64(number) + after
            var event = Self.event(type, "b", number, time, value: 10)
            event.profit = profit
            join.add(event)
        }
        add("purchase", 3, 10_000, profit: 4)
        add("purchase", 5, 10_000, profit: 2.5)
        add("purchase", 7, 10_000, profit: nil)
        #expect(join.rows(by: [], now: Self.noon)[0].profitPerThousand == 1000 * 6.5 / 400)
        add("refund", 3, 20_000, profit: nil)
        #expect(join.rows(by: [], now: Self.noon)[0].profitPerThousand == 1000 * 2.5 / 400)
    }

    @Test func noDataIsNotZero() {
        #expect(FeedbackRate(0, of: 0) == nil)
        #expect(FeedbackRate(0, of: 10)?.value == 0)
    }

    /// Wilson's interval of 10 of 100, and that of ten users who did the same ten times each.
    @Test func intervals() throws {
        let plain = try #require(FeedbackRate(10, of: 100))
        #expect(abs(plain.low - 0.05522914) < 1e-6 && abs(plain.high - 0.17436566) < 1e-6)
        let clustered = try #require(FeedbackRate(10, of: 100, designEffect: 10))
        #expect(clustered.high - clustered.low > 2.5 * (plain.high - plain.low))
    }

    /// Users who click everything or nothing make intervals wider than as many independent sights would.
    @Test func intervalsAreClusteredByUser() throws {
        func width(sights: Int) throws -> Double {
            var random = RandomSource(seed: 3)
            var join = FeedbackJoin()
            for number in 0..<2_000 {
                let (user, time) = (number / sights, Self.noon + Int64(number))
                join.add(
                    Impression(
                        id: "r\(number)",
                        user: "u\(user)",
                        time: time,
                        model: ModelVersion(1),
                        items: [Impression.ShownItem(item: "a", score: 1)]
                    )
                )
                var own = RandomSource.stream(seed: 4, UInt64(user))
                let isClicked = sights > 1 ? own.uniform() < 0.3 : random.uniform() < 0.3
                if isClicked { join.add(Self.event("click", "a", number, time)) }
            }
            let rate = try #require(join.rows(by: [], now: Self.noon)[0].clickThrough)
            return rate.high - rate.low
        }
        let (independent, clustered) = (try width(sights: 1), try width(sights: 20))
        #expect(clustered > 3.5 * independent && clustered < 6 * independent)
    }

    /// Ten minutes after answers of which half are clicked at once and half after 20 minutes, half is still to come.
    @Test func whatIsStillToComeIsSaid() throws {
        var join = FeedbackJoin()
        let midnight: Int64 = 20_000 * 86_400_000
        for number in 0..<200 {
            join.add(
                Impression(
                    id: "r\(number)",
                    user: "u\(number)",
                    time: midnight + Int64(number),
                    model: ModelVersion(1),
                    items: [Impression.ShownItem(item: "a", score: 1)]
                )
            )
        }
        for number in 0..<200 {
            let delay: Int64 = number % 2 == 0 ? 1_000 : 1_200_000
            join.add(Self.event("click", "a", number, midnight + Int64(number) + delay))
        }
        // What was served in the first hour is taken to be as old as its middle.
        let row = try #require(join.rows(by: [], now: midnight + 40 * 60_000).first)
        #expect(row.clicksToCome == 0.5)
        #expect(join.rows(by: [], now: Self.noon)[0].clicksToCome == 0)
        #expect(row.conversionsToCome == nil)
    }

    @Test func dimensionsAreNamed() throws {
        #expect(try FeedbackDimension.list("scenario,position") == [.scenario, .position])
        #expect(try FeedbackDimension.list("") == [])
        #expect { try FeedbackDimension.list("versoin") } throws: {
            ($0 as? FreshetError)?.message.contains("version") == true
        }
    }
}
