import FreshetCore
import FreshetEngine
import FreshetRecommendation
import Testing

/// What is gone stays gone: nothing but a put brings an item back.
@Suite(.timeLimit(.minutes(10))) struct RemovedItemsTests {
    /// Every list that an engine makes, over all its items.
    private static func shown(by engine: Engine) async throws -> Set<String> {
        let ids = (0..<6).map { "i\($0)" } + ["ghost"]
        let lists = try await [
            engine.recommend(RecommendationRequest(user: "u0", count: 50)).items,
            engine.recommend(RecommendationRequest(count: 50)).items,
            engine.recommend(RecommendationRequest(events: [SessionEvent(item: "i0")], count: 50)).items,
            engine.rank(RankingRequest(user: "u0", items: ids)).items,
            engine.popular(ListRequest(count: 50)),
            engine.similar(to: "i0", ListRequest(count: 50)),
        ]
        return Set(lists.joined().map(\.id))
    }

    private static func explained(by engine: Engine) async throws -> Set<String> {
        var request = RecommendationRequest(user: "u0", count: 50)
        request.explain = true
        return Set(try await engine.recommend(request).items.flatMap { $0.reasons ?? [] }.compactMap(\.item))
    }

    private static func buy(_ item: String, _ engine: Engine, from user: Int = 0) async throws {
        _ = try await engine.accept((user..<user + 12).map { Event(user: "u\($0)", item: item, type: .purchase) })
    }

    private static func filled(
        _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) async throws -> TestEngine {
        let test = try await TestEngine(change)
        try await test.engine.put((0..<6).map { Item(id: "i\($0)", title: "thing \($0)", categories: ["c"]) })
        for item in 0..<6 { try await buy("i\(item)", test.engine) }
        return test
    }

    @Test func removedItemStaysGoneThroughLateEventsAndRestart() async throws {
        let test = try await Self.filled()
        let engine = test.engine
        #expect(try await Self.shown(by: engine).contains("i1"))
        #expect(try await engine.removeItem("i1"))
        try await Self.buy("i1", engine, from: 5)
        for engine in [engine, try await test.reopened()] {
            let shown = try await Self.shown(by: engine)
            #expect(!shown.contains("i1") && shown.contains("i2"))
            #expect(try await !Self.explained(by: engine).contains("i1"))
            #expect(try await engine.item("i1") == nil)
            await #expect { try await engine.similar(to: "i1") } throws: { ($0 as? FreshetError)?.kind == .notFound }
        }
    }

    @Test func putBringsRemovedItemBackForGood() async throws {
        let test = try await Self.filled()
        #expect(try await test.engine.removeItem("i1"))
        try await test.engine.put([Item(id: "i1")])
        #expect(try await Self.shown(by: test.engine).contains("i1"))
        #expect(try await Self.shown(by: try await test.reopened()).contains("i1"))
    }

    @Test func hiddenItemStaysHiddenThroughLateEventsAndRestart() async throws {
        let test = try await Self.filled()
        _ = try await test.engine.updateItem("i1") { $0.available = false }
        try await Self.buy("i1", test.engine, from: 5)
        for engine in [test.engine, try await test.reopened()] {
            #expect(try await !Self.shown(by: engine).contains("i1"))
            #expect(try await !Self.explained(by: engine).contains("i1"))
            #expect(try await engine.item("i1")?.available == false)
        }
    }

    @Test func importBringsNeitherRemovedNorHiddenItemsBack() async throws {
        let test = try await Self.filled()
        let engine = test.engine
        #expect(try await engine.removeItem("i1"))
        _ = try await engine.updateItem("i2") { $0.available = false }
        let items = ["i1", "i2", "i3", "new"].map { Item(id: $0, title: "imported") }
        #expect(try await engine.importItems(items) == 3)
        let shown = try await Self.shown(by: engine)
        #expect(shown.isDisjoint(with: ["i1", "i2"]) && shown.isSuperset(of: ["i3", "new"]))
        #expect(try await engine.item("i1") == nil)
        #expect(try await engine.item("i2")?.title == "imported")
        #expect(try await engine.item("i3")?.title == "imported")
    }

    /// Whoever removes an id before its first event means it as well.
    @Test func idRemovedBeforeItsFirstEventStaysGone() async throws {
        let test = try await TestEngine()
        #expect(try await !test.engine.removeItem("ghost"))
        try await Self.buy("i0", test.engine)
        try await Self.buy("ghost", test.engine)
        for engine in [test.engine, try await test.reopened()] {
            let shown = try await Self.shown(by: engine)
            #expect(!shown.contains("ghost") && shown.contains("i0"))
        }
    }

    /// Without a catalogue ids of events are all there is, and they can be removed one by one.
    @Test func shopWithoutCatalogueIsServedFromEventsAlone() async throws {
        let test = try await TestEngine()
        for item in ["i0", "i1", "i2"] { try await Self.buy(item, test.engine) }
        #expect(try await Self.shown(by: test.engine).isSuperset(of: ["i0", "i1", "i2"]))
        #expect(try await test.engine.removeItem("i1"))
        #expect(try await !test.engine.removeItem("i1"))
        for engine in [test.engine, try await test.reopened()] {
            let shown = try await Self.shown(by: engine)
            #expect(!shown.contains("i1") && shown.isSuperset(of: ["i0", "i2"]))
        }
    }

    @Test func itemThatTheCatalogueNeverHadIsNotShownWhereThereIsOne() async throws {
        let test = try await Self.filled()
        for _ in 0..<3 { try await Self.buy("ghost", test.engine) }
        #expect(try await !Self.shown(by: test.engine).contains("ghost"))
        #expect(try await !Self.explained(by: test.engine).contains("ghost"))
        #expect(try await !Self.shown(by: try await test.reopened()).contains("ghost"))
        try await test.engine.put([Item(id: "ghost")])
        #expect(try await Self.shown(by: test.engine).contains("ghost"))
    }

    @Test func settingShowsOrHidesItemsWithoutAnEntry() async throws {
        let showing = try await Self.filled { $0.serving.unlistedItems = .show }
        try await Self.buy("ghost", showing.engine)
        #expect(try await Self.shown(by: showing.engine).contains("ghost"))
        let hiding = try await TestEngine { $0.serving.unlistedItems = .hide }
        try await Self.buy("ghost", hiding.engine)
        try await Self.buy("i0", hiding.engine)
        #expect(try await Self.shown(by: hiding.engine).isEmpty)
    }

    @Test(arguments: UnlistedItems.allCases)
    func rankingKeepsIdsThatNobodyKnowsWhereItemsWithoutAnEntryAreShown(_ unlisted: UnlistedItems) async throws {
        let test = try await Self.filled { $0.serving.unlistedItems = unlisted }
        let ranked = try await test.engine.rank(RankingRequest(user: "u0", items: ["never heard of", "i3"])).items
        #expect(ranked.map(\.id) == (unlisted == .show ? ["i3", "never heard of"] : ["i3"]))
    }
}
