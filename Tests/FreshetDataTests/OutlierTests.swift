import Foundation
import FreshetCore
import Testing

@testable import FreshetData

/// Robots and bulk events among people, by the figures of the log.
@Suite struct OutlierTests {
    /// 2024-05-01.
    private static let start: Int64 = 1_714_521_600_000
    private static let items = 400

    private struct Choice {
        var user: String
        var item: Int
        var milliseconds: Int64
    }

    /// People who come back on many days and choose in bursts, with gaps of some seconds to minutes.
    private func people(_ count: Int = 40, events: Int = 150, unit: Int64 = 1000) -> [Choice] {
        var generator = TestGenerator(seed: 5)
        return (0..<count).flatMap { user in
            var time = Self.start
            return (0..<events).map { place in
                let pause = exp(Double.random(in: 1...6, using: &generator)) * 1000
                time += place % 30 == 29 ? Int64.random(in: 1...5, using: &generator) * 86_400_000 : Int64(pause)
                let item = Int.random(in: 0..<Self.items, using: &generator)
                return Choice(user: "person\(user)", item: item, milliseconds: time / unit * unit)
            }
        }
    }

    /// One user whose events come at even steps.
    private func robot(_ name: String, events: Int, every gap: Int64, item: (Int) -> Int) -> [Choice] {
        (0..<events).map { Choice(user: name, item: item($0), milliseconds: Self.start + Int64($0) * gap) }
    }

    private func read(
        _ choices: [Choice],
        times: Bool = true,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> ImportResult {
        let folder = try TemporaryFolder()
        let lines = choices.map { choice in
            "\(choice.user)\titem\(choice.item)" + (times ? "\t\(choice.milliseconds)" : "")
        }
        let header = times ? "user\titem\ttime" : "user\titem"
        var options = ImportOptions()
        change(&options)
        let path = try folder.write(([header] + lines).joined(separator: "\n"), to: "events.tsv")
        return try DatasetReader(options: options).read(path: path, format: "tsv")
    }

    private func suspects(_ choices: [Choice], times: Bool = true) throws -> [String] {
        try read(choices, times: times).report.outliers.suspects.map(\.user).sorted()
    }

    @Test func eachKindIsFoundWithItsReason() throws {
        var generator = TestGenerator(seed: 6)
        var jitter = robot("slow", events: 200, every: 30_000) { $0 * 7 % Self.items }
        for place in jitter.indices { jitter[place].milliseconds += Int64.random(in: -500...500, using: &generator) }
        let robots = [
            robot("fast", events: 350, every: 700) { $0 },
            robot("stuck", events: 120, every: 40_000_000) { _ in 7 },
            robot("circle", events: 160, every: 40_000_000) { $0 % 5 },
            jitter,
        ]
        let outliers = try read(people() + robots.flatMap(\.self)).report.outliers
        let reasons = Dictionary(uniqueKeysWithValues: outliers.suspects.map { ($0.user, $0.reasons.joined()) })
        #expect(Set(reasons.keys) == ["fast", "stuck", "circle", "slow"])
        #expect(reasons["fast"]?.contains("350 events within ten minutes") == true)
        #expect(reasons["stuck"]?.contains("each 120 times") == true)
        #expect(reasons["circle"]?.contains("each 32 times") == true)
        #expect(reasons["slow"]?.contains("as even as a clock's") == true)
        #expect(outliers.users == 4 && outliers.events == 830 && outliers.suspects[0].user == "fast")
    }

    @Test func cleanLogsHaveNone() throws {
        #expect(try suspects(people()).isEmpty)
        #expect(try suspects(people(3)).isEmpty)
        #expect(try suspects(people(1, events: 1000)).isEmpty)
        // Written down by the minute or by the day.
        #expect(try suspects(people(unit: 60_000)).isEmpty)
        #expect(try suspects(people(events: 400, unit: 86_400_000)).isEmpty)
        #expect(try suspects(people(), times: false).isEmpty)
    }

    @Test func wholeDaysAndNumbersOfOrdersAreNoRate() throws {
        // A large order in one day, and orders that are numbered from 1 on.
        let order = robot("shop", events: 600, every: 0) { $0 }
        #expect(try suspects(people(unit: 86_400_000) + order).isEmpty)
        let numbered = (0..<600).map { Choice(user: "shop", item: $0, milliseconds: Int64($0 / 10 + 1)) }
        #expect(try suspects(numbered).isEmpty)
    }

    @Test func whereAllActAlikeNobodyStandsOut() throws {
        let sensors = (0..<20).flatMap { sensor in
            robot("sensor\(sensor)", events: 150, every: 60_000) { ($0 + sensor) % 3 }
        }
        #expect(try suspects(sensors).isEmpty)
        let swift = (0..<20).flatMap { user in
            robot("u\(user)", events: 400, every: 900) { ($0 * 3 + user) % Self.items }
        }
        #expect(try suspects(swift).isEmpty)
    }

    @Test func withoutTimesOnlyRepetitionIsSeen() throws {
        let robots = robot("fast", events: 390, every: 1) { $0 } + robot("stuck", events: 120, every: 1) { _ in 7 }
        #expect(try suspects(people() + robots, times: false) == ["stuck"])
    }

    @Test func bulkEventsShareOneInstant() throws {
        var choices = people(40, events: 60)
        for user in 0..<60 {
            choices += robot("moved\(user)", events: 20, every: 0) { ($0 * 13 + user) % Self.items }
        }
        let outliers = try read(choices).report.outliers
        #expect(outliers.instants.map(\.events) == [1200] && outliers.instants.map(\.users) == [60])
        #expect(outliers.instants.map(\.time) == [Timestamp(milliseconds: Self.start)] && outliers.users == 0)
        let dropped = try read(choices) { $0.outliers = .drop }
        #expect(dropped.report.count(of: .bulk) == 1200 && dropped.report.eventsKept == 2400)
    }

    @Test func theyAreReportedAlwaysAndLeftOutOnRequest() throws {
        let choices = people() + robot("stuck", events: 120, every: 40_000_000) { _ in 7 }
        let kept = try read(choices)
        #expect(kept.report.eventsKept == choices.count && !kept.report.outliers.isLeftOut)
        #expect(kept.report.description.contains("1 user with 120 events acts like a machine"))
        #expect(kept.report.description.contains("--outliers drop"))
        // Before repetitions go, for else there would be nothing left to see.
        let dropped = try read(choices) { ($0.outliers, $0.duplicates) = (.drop, .keepFirst) }
        #expect(dropped.report.count(of: .machine) == 120 && dropped.report.outliers.isLeftOut)
        #expect(!dropped.dataset.users.identifiers.contains("stuck") && dropped.report.usersKept == 40)
        #expect(!dropped.report.description.contains("--outliers drop"))
    }
}
