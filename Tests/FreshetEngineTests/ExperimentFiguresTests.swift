import FreshetCore
import FreshetExperiments
import FreshetFeedback
import Testing

@testable import FreshetEngine

/// What experiments show, from the logs.
@Suite(.serialized) struct ExperimentFiguresTests {
    /// Answers users, who click as many of the items as `clicks` says, and reads the logs.
    static func run(
        _ stage: ExperimentStage,
        users: Int,
        clicks: (_ user: Int, _ answer: Recommendation) -> [Int]
    ) async throws {
        let engine = stage.engine
        var events: [Event] = []
        for user in 0..<users {
            let answer = try await stage.answer("v\(user)")
            for place in clicks(user, answer) {
                events.append(
                    Event(user: "v\(user)", item: answer.items[place].id, type: "click", recommendationID: answer.id)
                )
            }
        }
        while engine.status().impressions.waiting > 0 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try await engine.accept(events).accepted == events.count)
        try engine.feedback.follow(upTo: .max)
    }

    private static func report(_ engine: Engine) throws -> ExperimentReport {
        guard case .comparison(let report) = try engine.figures(ofExperiment: "e") else {
            throw FreshetError(.notFound, "There are no figures.")
        }
        return report
    }

    /// A third clicks one of four items in the one variant, two thirds click two in the other.
    private static func clicked(_ user: Int, _ answer: Recommendation) -> [Int] {
        switch answer.variant {
        case "e:a": user % 3 == 0 ? [0] : []
        case "e:b": user % 3 == 0 ? [] : [1, 2]
        default: []
        }
    }

    @Test(.timeLimit(.minutes(10))) func theVerdictFollowsFromClicksAndComesAgainAfterARestart() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        _ = try await engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        try await Self.run(stage, users: 150, clicks: Self.clicked)
        let report = try Self.report(engine)
        #expect(report.units.values.reduce(0, +) == 150 && report.units.count == 2)
        let clicks = try #require(report.metrics.first)
        #expect(abs(try #require(clicks.controlValue) - 1.0 / 12) < 0.02)
        #expect(abs(try #require(clicks.value) - 1.0 / 3) < 0.05)
        #expect(report.verdict == .better && report.variant == "b")
        #expect(report.guardrails.map(\.metric) == ["empty"] && report.guardrails[0].value == 0)
        let ended = try await engine.concludeExperiment("e")
        #expect(ended.decision?.winner == "b" && ended.decision?.verdict == .better)
        let last = try Self.report(engine)
        await engine.shutDown()
        let again = try await stage.test.reopened()
        #expect(try again.figures(ofExperiment: "e") == nil)
        try again.feedback.follow(upTo: .max)
        #expect(try Self.report(again) == last)
    }

    /// Clicks on answers of before, and of users who take no part, are nobody's.
    @Test(.timeLimit(.minutes(10))) func whatWasBeforeIsNoFigureOfTheExperiment() async throws {
        let stage = try await ExperimentStage()
        try await Self.run(stage, users: 30) { _, _ in [0] }
        _ = try await stage.engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        try await Self.run(stage, users: 30) { _, _ in [] }
        let report = try Self.report(stage.engine)
        #expect(report.metrics[0].controlValue == 0 && report.metrics[0].value == 0)
        #expect(report.units.values.reduce(0, +) == 30)
    }

    @Test(.timeLimit(.minutes(10))) func theTimeBeforeIsReadFromTheLogs() async throws {
        let stage = try await ExperimentStage()
        try await Self.run(stage, users: 3) { user, _ in Array(0..<user) }
        try await Task.sleep(for: .milliseconds(5))
        let draft = try ExperimentStage.draft("e", [.nothing, .frozen(nil)], daysBefore: 1)
        let served = try await stage.engine.start(draft)
        try await Self.run(stage, users: 3) { _, _ in [0, 1, 2] }
        let before = try #require(try stage.engine.feedback.covariates(of: [served])?.first)
        #expect(before[StableHash.of("v2")]?[0] == 2 && before[StableHash.of("v1")]?[0] == 1)
        #expect((before[StableHash.of("v0")]?[0] ?? 0) == 0)
    }

    /// Read together, each has what it has when it is read alone: what was done in its own days, up to its own beginning.
    @Test(.timeLimit(.minutes(10))) func theTimesBeforeSeveralAreReadAtOnce() async throws {
        let stage = try await ExperimentStage()
        func begin(_ id: String, days: Double) async throws -> ServedExperiment {
            // Clicks of before must not be of the millisecond in which it begins.
            try await Task.sleep(for: .milliseconds(5))
            let part = Namespace(name: "n", from: Double(id.utf8.count - 1) / 4, to: Double(id.utf8.count) / 4)
            return try await stage.engine.start(ExperimentStage.draft(id, namespace: part, daysBefore: days))
        }
        try await Self.run(stage, users: 3) { user, _ in Array(0..<user) }
        let first = try await begin("e", days: 1)
        try await Self.run(stage, users: 3) { _, _ in [0] }
        let second = try await begin("ee", days: 2)
        let third = try await begin("eee", days: 0)
        let together = TimeBefore.first(of: [first, third, second])
        #expect(together.map(\.id) == ["e", "ee"] && TimeBefore.first(of: [third, first]).map(\.id) == ["eee"])
        let feedback = stage.engine.feedback
        let both = try #require(try feedback.covariates(of: together))
        let alone = try together.map { try #require(try feedback.covariates(of: [$0])?.first) }
        #expect(both == alone)
        let clicks = both.map { covariates in (0..<3).map { covariates[StableHash.of("v\($0)")]?[0] ?? 0 } }
        #expect(clicks == [[0, 1, 2], [1, 2, 3]])
        #expect(try feedback.covariates(of: [third]) == [[:]])
    }

    @Test(arguments: [0, 1, 5, 6, 99, 100, 101]) func theBeginningIsFoundByHalving(time: Int64) {
        // Every third number is there, and its time is the number.
        let entries = stride(from: Int64(3), through: 99, by: 3).map { (number: $0, time: $0) }
        let found = TimeBefore.last(before: time) { after in entries.first { $0.number > after } }
        let next = entries.first { $0.number > found }
        #expect(next?.time == entries.first { $0.time >= time }?.time)
    }

    @Test(.timeLimit(.minutes(10))) func interleavedClicksAreCreditedToWhoPutTheItemThere() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        _ = try await engine.start(
            ExperimentStage.draft("e", [.nothing, .settings(.onlyNew)], method: .interleaving)
        )
        for user in 0..<60 {
            let answer = try await stage.answer("v\(user)")
            let teams = try #require(try await engine.impression(answer.id)?.teams)
            let clicked = try #require(teams.firstIndex(of: user % 6 == 0 ? 0 : 1))
            while engine.status().impressions.waiting > 0 { try await Task.sleep(for: .milliseconds(1)) }
            let event = Event(
                user: "v\(user)",
                item: answer.items[clicked].id,
                type: "click",
                recommendationID: answer.id
            )
            _ = try await engine.accept([event])
        }
        try engine.feedback.follow(upTo: .max)
        guard case .preference(let report) = try engine.figures(ofExperiment: "e") else {
            Issue.record("there is no preference")
            return
        }
        #expect(report.rankers.map(\.variant) == ["b"] && report.rankers[0].wins == 50)
        #expect(report.verdict == .better && report.variant == "b", "\(report.words)")
        #expect(report.words.contains("Next: ship 'b'"))
    }

    // MARK: One outcome at a time

    private static func tally(_ changes: [(user: UInt64, variant: Int, change: FeedbackOutcome.Change)]) throws
        -> ExperimentReport
    {
        let draft = try ExperimentStage.draft(
            "e",
            [.nothing, .nothing],
            metrics: ["ctr", "conversion", "value", "profit"],
            guardrails: ["latency", "empty"]
        )
        let served = ServedExperiment(
            experiment: draft.experiment,
            changes: draft.changes,
            method: .split,
            scenarios: [],
            daysBefore: 0,
            started: 0
        )
        var tally = try ExperimentTally(served, covariates: [:])
        for entry in changes {
            let outcome = FeedbackOutcome(
                answer: 1,
                user: entry.user,
                variant: "e:" + ["a", "b"][entry.variant],
                time: 1,
                change: entry.change
            )
            tally.take(outcome, of: entry.variant)
        }
        guard case .comparison(let report) = tally.figures(of: served, days: 1) else {
            throw FreshetError(.notFound, "There is no comparison.")
        }
        return report
    }

    @Test func onlyWhatWasSeenCounts() throws {
        let report = try Self.tally([
            (1, 0, .answered(items: 10, latency: nil, teams: nil)), (1, 0, .seen(1, before: 10)),
            (1, 0, .seen(2, before: 1)), (1, 0, .clicked(position: 0, isFirst: true)),
        ])
        #expect(report.metrics[0].controlValue == 0.5)
    }

    @Test func answersSayHowLongTheyTookAndWhetherTheyWereEmpty() throws {
        let report = try Self.tally([
            (1, 1, .answered(items: 10, latency: 3, teams: nil)), (1, 1, .answered(items: 0, latency: 5, teams: nil)),
        ])
        #expect(report.guardrails.map(\.value) == [4, 0.5])
        #expect(report.guardrails.map(\.isHigherBetter) == [false, false])
    }

    @Test func whatIsTakenBackIsTakenBack() throws {
        let report = try Self.tally([
            (1, 1, .answered(items: 10, latency: nil, teams: nil)),
            (1, 1, .converted(value: 20, profit: 4)), (1, 1, .converted(value: 5, profit: 2)),
            (1, 1, .converted(value: 0, profit: nil)), (1, 1, .takenBack(value: 20, profit: 4)),
        ])
        #expect(report.metrics.map(\.value) == [0, 2, 5, 2])
    }

    /// Who turned out to be somebody with another variant counts as before.
    @Test func usersCountByTheVariantThatTheySawFirst() throws {
        let report = try Self.tally([
            (1, 0, .answered(items: 4, latency: nil, teams: nil)),
            (1, 1, .answered(items: 4, latency: nil, teams: nil)),
            (1, 1, .clicked(position: 0, isFirst: true)),
        ])
        #expect(report.units == ["a": 1, "b": 0])
        #expect(report.metrics[0].controlValue == 0 && report.metrics[0].value == nil)
    }
}

/// Bandits give more users to what does better, window by window.
@Suite(.serialized) struct BanditTests {
    @Test(.timeLimit(.minutes(10))) func theBetterVariantGetsMoreUsersInTheNextWindow() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        var draft = try ExperimentStage.draft("e", [.nothing, .frozen(nil)], method: .bandit)
        draft.bandit.floor = 0.1
        draft.bandit.windowHours = 1
        let served = try await engine.start(draft)
        #expect(served.windows.map(\.shares) == [[0.5, 0.5]])
        let first = try await ExperimentStage.labels(engine, count: 200)
        #expect(try await ExperimentStage.labels(engine, count: 200) == first, "a window changes nobody's variant")
        try await ExperimentFiguresTests.run(stage, users: 200) { user, answer in
            answer.variant == "e:b" ? (user % 2 == 0 ? [0] : []) : (user % 10 == 0 ? [0] : [])
        }
        try await engine.allocate(at: served.started + 3_599_000)
        #expect(try engine.experiment("e").windows.count == 1, "the window is not over")
        try await engine.allocate(at: served.started + 3_600_000)
        let next = try #require(try engine.experiment("e").windows.last)
        #expect(next.number == 1 && next.shares[1] > 0.85 && next.shares[0] >= 0.1 - 1e-9)
        let second = try await ExperimentStage.labels(engine, count: 200)
        #expect(second.count { $0 == "e:b" } > 150 && first.count { $0 == "e:b" } < 130)
        while engine.status().impressions.waiting > 0 { try await Task.sleep(for: .milliseconds(2)) }
        try engine.feedback.follow(upTo: .max)
        guard case .allocation(let report) = try engine.figures(ofExperiment: "e") else {
            Issue.record("there is no allocation")
            return
        }
        #expect(report.arms[1].share == next.shares[1] && report.words.contains("'b' is the best"))
        // Nobody ends it: as after a kill. A window that is due waits until the logs are read again.
        let again = try await stage.test.reopened()
        try await again.allocate(at: served.started + 7_200_000)
        #expect(try again.experiment("e").windows.count == 2)
        try again.feedback.follow(upTo: .max)
        guard case .allocation(let same) = try again.figures(ofExperiment: "e") else {
            Issue.record("there is no allocation")
            return
        }
        #expect(same.arms == report.arms)
        #expect(try await ExperimentStage.labels(again, count: 200) == second)
    }

    /// Windows begin when the clock says so, and what is older than the newest of them is forgotten, although nobody asks.
    @Test(.timeLimit(.minutes(10))) func windowsAdvanceByTheClockWithoutTraffic() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        var draft = try ExperimentStage.draft("e", [.nothing, .frozen(nil)], method: .bandit)
        (draft.bandit.floor, draft.bandit.windowHours, draft.bandit.windows) = (0.1, 1, 3)
        let served = try await engine.start(draft)
        try await ExperimentFiguresTests.run(stage, users: 200) { user, answer in
            answer.variant == "e:b" ? (user % 2 == 0 ? [0] : []) : (user % 10 == 0 ? [0] : [])
        }
        let hour: Int64 = 3_600_000
        try await engine.allocate(at: served.started + hour + 20)
        var windows = try engine.experiment("e").windows
        #expect(windows.map(\.number) == [0, 1] && windows[1].started == served.started + hour)
        #expect(windows[1].shares[1] > 0.85)
        // Nothing ran for one and a half hours: the window that was missed is left out.
        try await engine.allocate(at: served.started + 3 * hour + hour / 2)
        windows = try engine.experiment("e").windows
        #expect(windows.map(\.number) == [0, 1, 3] && windows[2].started == served.started + 3 * hour)
        #expect(windows[2].shares[1] > 0.85)
        // The window in which there was something to see is none of the three before any more.
        try await engine.allocate(at: served.started + 6 * hour)
        windows = try engine.experiment("e").windows
        #expect(windows.map(\.number) == [3, 6] && windows[1].shares == [0.5, 0.5])
    }
}
