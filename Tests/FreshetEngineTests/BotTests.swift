import FreshetCore
import FreshetData
import FreshetModels
import FreshetStorage
import FreshetTensor
import Testing

@testable import FreshetEngine

/// Who acts like a machine, found and forgotten as events come in.
@Suite struct BotTests {
    private static let start: Int64 = 1_700_000_000

    // MARK: Signs

    /// What speaks against a user over a number of events, each a gap (in milliseconds) after the one before.
    private func signs(_ count: Int, gap: (Int) -> Int, item: (Int) -> Int) -> Set<BotDetector.Sign> {
        var detector = BotDetector()
        var time = Self.start * 1000
        var signs: Set<BotDetector.Sign> = []
        for place in 0..<count {
            time += Int64(gap(place))
            let event = LoggedEvent(
                offset: Int64(place + 1),
                user: UserIndex(3),
                item: ItemIndex(item(place)),
                type: 0,
                time: Timestamp(milliseconds: time)
            )
            if let finding = detector.note(event) { signs.insert(finding.sign) }
        }
        return signs
    }

    @Test func eachSignIsSeen() {
        var random = RandomSource(seed: 4)
        #expect(signs(600, gap: { _ in 500 + random.below(1000) }, item: { $0 }) == [.rate])
        #expect(signs(400, gap: { _ in 100_000 + random.below(400_000) }, item: { $0 % 5 }) == [.repetition])
        #expect(signs(400, gap: { _ in 59_000 + random.below(2_000) }, item: { $0 }) == [.regularity])
    }

    @Test func peopleShowNone() {
        var random = RandomSource(seed: 5)
        // They look, look again, and buy; they go to bed.
        let busy = signs(3_000) {
            $0 % 60 == 59 ? 40_000_000 : 2_000 + random.below(60_000)
        } item: {
            $0 / 3 * 7 % 300
        }
        #expect(busy.isEmpty)
        // Whoever comes back to the same few items, twice a day.
        #expect(signs(500, gap: { _ in 36_000_000 + random.below(10_000_000) }, item: { $0 % 3 }).isEmpty)
    }

    @Test func eventsOfOneMomentAreOne() {
        #expect(signs(2_000, gap: { $0 % 100 == 0 ? 1_000 : 0 }, item: { $0 }).isEmpty)
    }

    @Test func slotsOfTheBusyAreNotTaken() {
        var detector = BotDetector()
        var found = 0
        for place in 0..<500 {
            // A visitor whose slot it is too comes after every event of the robot.
            for (user, item) in [(7, place), (7 + BotDetector.slotCount * (place + 1), 0)] {
                let event = LoggedEvent(
                    offset: Int64(2 * place + 1),
                    user: UserIndex(user),
                    item: ItemIndex(item),
                    type: 0,
                    time: Timestamp(milliseconds: Self.start * 1000 + Int64(place) * 500)
                )
                if detector.note(event) != nil { found += user == 7 ? 1 : 1_000 }
            }
        }
        #expect((100..<500).contains(found))
    }

    /// The first finding of a sign, by the gaps (in seconds) and the items of one user's events.
    private func first(_ sign: BotDetector.Sign, _ events: [(gap: Int64, item: Int)]) -> Int64? {
        var detector = BotDetector()
        var time = Self.start
        for (place, (gap, item)) in events.enumerated() {
            time += gap
            let event = LoggedEvent(
                offset: Int64(place + 1),
                user: UserIndex(3),
                item: ItemIndex(item),
                type: 0,
                time: Timestamp(seconds: time)
            )
            if let finding = detector.note(event), finding.sign == sign { return finding.first }
        }
        return nil
    }

    /// Whoever comes every few hours never fades; a month of it is no part of what gives them away at its end.
    @Test func signsDoNotReachFarBack() throws {
        let month = (0..<180).map { (gap: Int64(14_400 + $0 % 7 * 600), item: $0) }
        let burst = (0..<600).map { (gap: Int64($0 == 0 ? 14_400 : 1), item: $0) }
        #expect(first(.rate, month + burst) == 181)
        let same = (0..<300).map { (gap: Int64(60 + $0 * $0 % 90), item: 1) }
        let start = try #require(first(.repetition, month + same))
        // At most two days, of six events each or fewer.
        #expect((168...181).contains(start))
    }

    @Test func neighbouringStretchesAreOne() {
        func event(_ offset: Int64) -> LoggedEvent {
            LoggedEvent(offset: offset, user: UserIndex(1), item: ItemIndex(0), type: 0, time: 0)
        }
        var leftOut = LeftOutEvents()
        leftOut.begin(UserIndex(1), at: 5)
        leftOut.end(UserIndex(1), before: 8)
        var same = leftOut
        same.begin(UserIndex(1), at: 8)
        same.end(UserIndex(1), before: 8)
        let offsets = [Int64](3...9).filter { same.contains(event($0)) }
        #expect(same == leftOut && offsets == [5, 6, 7])
        leftOut.begin(UserIndex(2), at: 9)
        leftOut.end(UserIndex(2), before: 9)
        #expect(leftOut == same && !leftOut.holds(UserIndex(2)))
    }

    // MARK: In the engine

    /// One event a minute, a little more or less.
    private func events(_ user: String, _ count: Int, from time: Int64, _ item: (Int) -> String) -> [Event] {
        var random = RandomSource(seed: UInt64(count))
        return (0..<count).map { place in
            Event(
                user: user,
                item: item(place),
                time: Timestamp(seconds: time + Int64(place) * 60 + Int64(random.below(50)))
            )
        }
    }

    private func popularity(_ item: String, _ engine: Engine) throws -> Double {
        let index = try #require(engine.vocabulary.item(item))
        // Without a half-life; counts are kept as logarithms.
        return engine.streaming.withModels { $0.popularity.count(of: index, halfLife: 4, at: Self.start).rounded() }
    }

    private static let hour: Int64 = 3_600

    @Test(arguments: BotPolicy.allCases)
    func robotIsFoundAndLeftOutOnRequest(policy: BotPolicy) async throws {
        let test = try await TestEngine { $0.ingest.bots = policy }
        let engine = test.engine
        _ = try await engine.accept(events("person", 50, from: Self.start) { "i\($0)" })
        _ = try await engine.accept(events("robot", 150, from: Self.start) { _ in "bait" })
        _ = try await engine.accept(events("robot", 20, from: Self.start + 3 * Self.hour) { _ in "late" })
        let bots = engine.status().bots
        #expect(bots.policy == policy && bots.users == 1 && bots.newest.map(\.user) == ["robot"])
        #expect(bots.newest.first?.sign == "repetition" && (20...71).contains(bots.events))
        #expect(try popularity("late", engine) == (policy == .report ? 20 : 0))
        #expect(try popularity("i3", engine) == 1)
        // All are in the log and in the history, and the whole stretch counts for nothing there.
        #expect(try await engine.history(of: "robot", limit: 500).count == 170)
        let weights = try test.store.events(after: 50, limit: 500).map(\.weight)
        #expect(weights.count == 170 && weights.allSatisfy { $0 == (policy == .report ? 1 : 0) })

        await engine.shutDown()
        let again = try await test.reopened()
        #expect(again.status().bots.users == (policy == .report ? 0 : 1))
        _ = try await again.accept(events("robot", 5, from: Self.start + 4 * Self.hour) { _ in "later" })
        #expect(try popularity("later", again) == (policy == .report ? 5 : 0))
        // What was left out stays so, what comes after a quiet day counts.
        _ = try await again.accept(events("robot", 5, from: Self.start + 30 * Self.hour) { "new\($0)" })
        #expect(try popularity("new4", again) == 1 && again.status().bots.users == 0)
        #expect(try test.store.events(after: 50, limit: 170).map(\.weight) == weights)
    }

    @Test func accountOfARobotIsOne() async throws {
        let test = try await TestEngine { $0.ingest.bots = .leaveOut }
        let engine = test.engine
        _ = try await engine.accept(events("account", 1, from: Self.start) { _ in "i" })
        _ = try await engine.accept(events("visitor", 150, from: Self.start) { _ in "bait" })
        _ = try await engine.merge("visitor", into: "account")
        #expect(engine.status().bots.newest.map(\.user) == ["account"])
        let account = try #require(engine.vocabulary.user("account"))
        let weights = try test.store.newestEvents(of: account, limit: 500).map(\.weight)
        #expect(weights.count == 151 && weights.filter { $0 == 0 }.count == 150)
        _ = try await engine.eraseUser("account")
        #expect(engine.status().bots.users == 0 && engine.vocabulary.leftOut.isEmpty)
    }

    /// The weights of the newest events of a user.
    private func weights(_ user: String, _ test: TestEngine) throws -> [Float] {
        let number = try #require(test.store.vocabulary.user(user))
        return try test.store.newestEvents(of: number, limit: 500).map(\.weight)
    }

    /// What was left out of a visitor who is a person again stays so under the account's number.
    @Test func pastOfAnAccountIsKept() async throws {
        let test = try await TestEngine { $0.ingest.bots = .leaveOut }
        let engine = test.engine
        _ = try await engine.accept(events("visitor", 150, from: Self.start) { _ in "bait" })
        _ = try await engine.accept(events("visitor", 2, from: Self.start + 30 * Self.hour) { "i\($0)" })
        _ = try await engine.merge("visitor", into: "account")
        let expected = [Float](repeating: 0, count: 150) + [1, 1]
        #expect(try weights("account", test) == expected)
        await engine.shutDown()
        let again = try await test.reopened()
        #expect(try weights("account", test) == expected && again.status().bots.users == 0)
    }

    /// The stretch of a visitor who never came back is not the account's.
    @Test func accountOfAPastRobotCounts() async throws {
        let test = try await TestEngine { $0.ingest.bots = .leaveOut }
        let engine = test.engine
        _ = try await engine.accept(events("visitor", 150, from: Self.start) { _ in "bait" })
        _ = try await engine.accept(events("account", 2, from: Self.start + 30 * Self.hour) { "i\($0)" })
        _ = try await engine.merge("visitor", into: "account")
        _ = try await engine.accept(events("account", 3, from: Self.start + 31 * Self.hour) { "j\($0)" })
        #expect(engine.status().bots.users == 0)
        #expect(try weights("account", test) == [Float](repeating: 0, count: 150) + [1, 1, 1, 1, 1])
    }

    /// Whoever was flagged before a restart and does not come back is not flagged for good.
    @Test func flagsOfBeforeExpire() async throws {
        let test = try await TestEngine { $0.ingest.bots = .leaveOut }
        _ = try await test.engine.accept(events("robot", 150, from: Self.start) { _ in "bait" })
        await test.engine.shutDown()
        let again = try await test.reopened()
        #expect(again.status().bots.users == 1)
        _ = try await again.accept(events("person", 1, from: Self.start + 30 * Self.hour) { _ in "i" })
        #expect(again.status().bots.users == 0)
    }
}
