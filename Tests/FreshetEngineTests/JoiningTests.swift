import FreshetCore
import FreshetData
import FreshetLearning
import FreshetRecommendation
import FreshetStorage
import Testing

@testable import FreshetEngine

/// A visitor who turns out to be an account.
@Suite struct JoiningTests {
    private static func visits(_ user: String, _ items: [String], from time: Int64) -> [Event] {
        items.enumerated().map {
            Event(user: user, item: $1, type: .purchase, time: Timestamp(seconds: time + Int64($0)))
        }
    }

    /// Both were asked for before, so that both are in memory; what either bought is not shown to them again.
    @Test func accountHasDoneWhatVisitorDid() async throws {
        let test = try await TestEngine { $0.recommender.policies.repeats = .never }
        let engine = test.engine
        _ = try await engine.accept(Self.visits("crowd", (0..<9).map { "i\($0)" }, from: 1_700_000_000))
        _ = try await engine.accept(Self.visits("account", ["i0", "i1"], from: 1_700_000_100))
        _ = try await engine.accept(Self.visits("visitor", ["i2", "i3"], from: 1_700_000_050))
        for user in ["account", "visitor"] {
            _ = try await engine.recommend(RecommendationRequest(user: user, count: 9))
        }
        let merge = try await engine.merge("visitor", into: "account")
        #expect(merge.isNew && merge.events == 2 && merge.name == "account")
        // Under either name, and what comes under the visitor's is in its place.
        for (user, late) in [("account", "i4"), ("visitor", "i5")] {
            _ = try await engine.accept(Self.visits("visitor", [late], from: 1_700_000_080))
            let shown = try await engine.recommend(RecommendationRequest(user: user, count: 9)).items.map(\.id)
            let bought = ["i0", "i1", "i2", "i3", late]
            #expect(!shown.isEmpty && Set(shown).isDisjoint(with: bought), "\(user): \(shown)")
        }
        let history = try await engine.history(of: "visitor", limit: 10)
        #expect(history.map(\.item) == ["i2", "i3", "i4", "i5", "i0", "i1"])
        #expect(history.allSatisfy { $0.user == "account" })
        #expect(try await engine.merge("visitor", into: "account").isNew == false)
    }

    /// An account without an event of its own is not taken for one without any.
    @Test func newAccountBeginsWithTheVisitorsEvents() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        _ = try await engine.accept(Self.visits("visitor", ["i0", "i1"], from: 1_700_000_000))
        _ = try await engine.merge("visitor", into: "account")
        _ = try await engine.accept(Self.visits("account", ["i2"], from: 1_700_000_100))
        let account = try #require(engine.vocabulary.user("account"))
        #expect(
            try await engine.sessions.history(of: account).items.map { engine.vocabulary.id(of: $0) } == [
                "i0", "i1", "i2",
            ]
        )
    }

    /// What was shown to the visitor is the account's, written or waiting, and an answer to it counts.
    @Test(.timeLimit(.minutes(10))) func impressionsOfVisitorAreTheAccounts() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        _ = try await engine.accept(Self.visits("crowd", ["i0", "i1", "i2"], from: 1_700_000_000))
        let written = try await engine.recommend(RecommendationRequest(user: "visitor", count: 2))
        while engine.status().impressions.written < 1 { try await Task.sleep(for: .milliseconds(5)) }
        let waiting = try await engine.recommend(RecommendationRequest(user: "visitor", count: 2))
        _ = try await engine.merge("visitor", into: "account")
        let answer = Event(user: "account", item: "i0", recommendationID: written.id)
        #expect(try await engine.accept([answer]).unknownRecommendations.isEmpty)
        await engine.shutDown()
        for id in [written.id, waiting.id] { #expect(try await engine.impression(id)?.user == "account") }
        #expect(try await test.store.feedback(on: written.id).map(\.user) == ["account"])
    }

    @Test func attributesOfBothAreTheAccounts() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        try await engine.put((0..<4).map { Item(id: "i\($0)", attributes: ["price": .number(Double($0))]) })
        try await engine.put([User(id: "visitor", attributes: ["budget": .number(2), "city": .text("Oslo")])])
        try await engine.put([User(id: "account", attributes: ["city": .text("Bergen")])])
        _ = try await engine.accept(Self.visits("account", ["i3"], from: 1_700_000_000))
        var request = RecommendationRequest(user: "account", count: 4)
        request.filter = ItemFilter(try FilterExpression("attributes.price < user.budget"))
        #expect(try await engine.recommend(request).items.isEmpty)
        _ = try await engine.merge("visitor", into: "account")
        #expect(try await Set(engine.recommend(request).items.map(\.id)) == ["i0", "i1"])
        #expect(try await engine.user("visitor")?.attributes["city"] == .text("Bergen"))
        // A change under the old name is the account's.
        try await engine.put([User(id: "visitor", attributes: ["budget": .number(1)])])
        #expect(try await engine.recommend(request).items.map(\.id) == ["i0"])
        #expect(try await engine.users(limit: 9).map(\.id) == ["account"])
    }

    /// Erasing either erases both: rows, sessions, what waits to be written, and the name.
    @Test(.timeLimit(.minutes(10)), arguments: ["account", "visitor"])
    func erasureErasesBoth(name: String) async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 60 }
        let engine = test.engine
        _ = try await engine.accept(Self.visits("crowd", ["i0", "i1", "i2"], from: 1_700_000_000))
        _ = try await engine.accept(Self.visits("visitor", ["i0"], from: 1_700_000_010))
        let shown = try await engine.recommend(RecommendationRequest(user: "visitor", count: 2))
        _ = try await engine.merge("visitor", into: "account")
        _ = try await engine.accept(Self.visits("account", ["i1"], from: 1_700_000_020))
        let receipt = try await engine.eraseUser(name)
        #expect(receipt.user == "account" && receipt.rows == 3, "two events and an impression that waits")
        await engine.shutDown()
        let impression = try #require(try await engine.impression(shown.id))
        #expect(impression.user == nil)
        #expect(engine.vocabulary.user("account") == nil && engine.vocabulary.user("visitor") == nil)
        #expect(try test.store.events(after: 0, limit: 9).count == 3)
    }

    @Test func survivesRestart() async throws {
        let test = try await TestEngine()
        _ = try await test.engine.accept(Self.visits("visitor", ["i0"], from: 1_700_000_000))
        _ = try await test.engine.accept(Self.visits("account", ["i1"], from: 1_700_000_001))
        _ = try await test.engine.merge("visitor", into: "account")
        let engine = try await test.reopened()
        _ = try await engine.accept(Self.visits("visitor", ["i2"], from: 1_700_000_002))
        #expect(try await engine.history(of: "account", limit: 9).map(\.item) == ["i0", "i1", "i2"])
    }

    /// The learner predicts the account's next event after what both did, before and after its own thread was told.
    @Test(.timeLimit(.minutes(10))) func learnerKnowsTheJoinedHistory() async throws {
        let test = try await TestEngine { $0.learning.isEnabled = true }
        let engine = test.engine
        engine.learning.start()
        _ = try await engine.accept(Self.visits("visitor", ["i0", "i1"], from: 1_700_000_000))
        _ = try await engine.accept(Self.visits("account", ["i2"], from: 1_700_000_010))
        try await waitUntil { engine.status().learner.offset == 3 }
        let visitor = try #require(engine.vocabulary.user("visitor"))
        _ = try await engine.merge("visitor", into: "account")
        let account = try #require(engine.vocabulary.user("account"))
        _ = try await engine.accept(Self.visits("account", ["i3"], from: 1_700_000_020))
        try await waitUntil { engine.status().learner.offset == 4 }
        let counts = try await engine.learning.perform {
            [$0.loop.histories[account].count, $0.loop.histories[visitor].count]
        }
        #expect(counts == [4, 0])
        await engine.shutDown()
    }

    @Test func audienceOfItemsFollows() {
        let audience = RecentAudience()
        func events(_ users: [Int]) -> [LoggedEvent] {
            users.enumerated().map {
                LoggedEvent(offset: Int64($0), user: UserIndex($1), item: ItemIndex($0 / 3), type: 0, time: 0)
            }
        }
        // Of the first item both are known, of the second the former alone.
        audience.append(events([1, 2, 3, 4, 1, 5]))
        audience.join(UserIndex(1), to: UserIndex(3), of: [ItemIndex(0), ItemIndex(1), ItemIndex(7)])
        let items: [(item: ItemIndex, weight: Float)] = [(ItemIndex(0), 1), (ItemIndex(1), 10)]
        let users = audience.users(of: items)
        #expect(users.map(\.user.rawValue) == [3, 4, 5, 2] && users[0].weight == 11)
    }

    @Test(arguments: [("", "a"), ("a", "a\0b"), ("a", "a"), (String(repeating: "x", count: 257), "a")])
    func unsoundNamesAreRefused(from: String, into: String) async throws {
        let test = try await TestEngine()
        await #expect(throws: FreshetError.self) { try await test.engine.merge(from, into: into) }
    }
}
