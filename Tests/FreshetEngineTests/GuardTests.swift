import FreshetCore
import FreshetData
import FreshetModels
import FreshetStorage
import Testing

@testable import FreshetEngine

/// Bursts of new accounts, found as events come in.
@Suite struct GuardTests {
    private static let start: Int64 = 1_700_000_000
    private static let day: Int64 = 86_400

    /// Accounts that came over a hundred days, with five events each.
    private var past: [Event] {
        (0..<300).flatMap { account in
            (0..<5).map { event in
                Event(
                    user: "old\(account)",
                    item: "i\((account * 3 + event) % 30)",
                    time: Timestamp(
                        seconds: Self.start - 101 * Self.day + Int64(account) * Self.day / 3 + Int64(event) * 60
                    )
                )
            }
        }
    }

    /// New accounts that all come for one item after another one.
    private func burst(_ accounts: Range<Int>, on item: String = "bait", at time: Int64 = start) -> [Event] {
        accounts.flatMap { account in
            [("i\(account % 30)", Int64(0)), (item, 30)].map {
                Event(user: "new\(account)", item: $0.0, time: Timestamp(seconds: time + Int64(account) * 40 + $0.1))
            }
        }
    }

    private func popularity(_ item: String, _ engine: Engine) throws -> Double {
        let index = try #require(engine.vocabulary.item(item))
        return engine.streaming.withModels {
            $0.popularity.count(of: index, halfLife: PopularityHalfLife.ever.rawValue, at: Self.start).rounded()
        }
    }

    private func zeros(_ test: TestEngine) throws -> Int {
        try test.store.events(after: 0, limit: 5000).count { $0.weight == 0 }
    }

    @Test(arguments: GuardPolicy.allCases)
    func burstsAreFoundAndLeftOutOnRequest(policy: GuardPolicy) async throws {
        let test = try await TestEngine { $0.ingest.guard.policy = policy }
        let engine = test.engine
        _ = try await engine.accept(past)
        _ = try await engine.accept(burst(0..<40))
        let status = engine.status().quarantine
        #expect(status.policy == policy && status.unkept == 0)
        #expect(status.newest.map(\.item) == (policy == .off ? [] : ["bait"]))
        let found = status.events["burst"] ?? 0
        #expect(policy == .off ? found == 0 : found == 37, "\(status)")
        #expect(try popularity("bait", engine) == (policy == .leaveOut ? 3 : 40))
        #expect(try popularity("i3", engine) >= 50)
        // All are in the log and in their users' histories.
        #expect(try await engine.history(of: "new39", limit: 10).count == 2)
        #expect(try zeros(test) == (policy == .leaveOut ? 37 : 0))

        await engine.shutDown()
        let again = try await test.reopened()
        #expect(try zeros(test) == (policy == .leaveOut ? 37 : 0))
        // What is known of items and accounts is there after a restart.
        _ = try await again.accept(burst(40..<80))
        #expect(try zeros(test) == (policy == .leaveOut ? 77 : 0))
        #expect(try popularity("bait", again) == (policy == .leaveOut ? 3 : 80))
    }

    @Test func oneAccountCannotCountForMany() async throws {
        let test = try await TestEngine { $0.ingest.guard.policy = .leaveOut }
        let same = (0..<25).map {
            Event(user: "u", item: "bait", time: Timestamp(seconds: Self.start + Int64($0) * 90))
        }
        _ = try await test.engine.accept(same)
        #expect(try popularity("bait", test.engine) == 10)
        #expect(test.engine.status().quarantine.events["repetition"] == 15)
    }

    @Test func quarantineGoesWithItsUser() async throws {
        let test = try await TestEngine { $0.ingest.guard.policy = .leaveOut }
        let engine = test.engine
        _ = try await engine.accept(past)
        _ = try await engine.accept(burst(0..<40))
        _ = try await engine.merge("new39", into: "account")
        let account = try #require(engine.vocabulary.user("account"))
        #expect(engine.vocabulary.quarantined.holds(account))
        #expect(try test.store.newestEvents(of: account, limit: 5).map(\.weight).sorted() == [0, 1])
        _ = try await engine.eraseUser("account")
        #expect(!engine.vocabulary.quarantined.holds(account) && engine.vocabulary.quarantined.count == 36)
        await engine.shutDown()
        let again = try await test.reopened()
        #expect(again.vocabulary.quarantined.count == 36)
    }

    /// Switched off, what was left out counts again in whatever reads the log.
    @Test func policyDecidesWhatIsLeftOut() async throws {
        let test = try await TestEngine { $0.ingest.guard.policy = .leaveOut }
        _ = try await test.engine.accept(past)
        _ = try await test.engine.accept(burst(0..<40))
        await test.engine.shutDown()
        test.engine.vocabulary.changeQuarantined { $0 = LeftOutEvents() }
        #expect(try zeros(test) == 0)
        _ = try await test.reopened()
        #expect(try zeros(test) == 37)
    }
}
