import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation
import FreshetStorage
import Testing

@testable import FreshetEngine

/// What items say, in the engine.
@Suite struct ContentTests {
    private static let kinds = [
        ["mug", "ceramic", "kitchen", "coffee"], ["hose", "garden", "watering", "lawn"],
        ["lamp", "desk", "light", "bulb"], ["scarf", "wool", "winter", "knitted"],
    ]
    private static let colours = ["red", "blue", "green", "white", "black", "yellow", "pink", "brown"]

    /// Titles of four kinds, eight colours and two sizes each.
    private static let items = kinds.indices.flatMap { kind in
        (0..<16).map { number in
            Item(
                id: "\(kinds[kind][0]) \(number)",
                title: title(kind, number),
                categories: [kinds[kind][2]]
            )
        }
    }

    private static func title(_ kind: Int, _ number: Int) -> String {
        "\(colours[number % 8]) \(kinds[kind][1]) \(kinds[kind][0]) \(number < 8 ? "small" : kinds[kind][3])"
    }

    /// An engine that has read the items.
    private func reading(_ change: (inout EngineConfiguration) -> Void = { _ in }) async throws -> TestEngine {
        let test = try await TestEngine { configuration in
            configuration.recommender.policies.repeats = .never
            change(&configuration)
        }
        test.engine.content.start()
        try await test.engine.put(Self.items)
        try await waitUntil { test.engine.status().content.items == 64 && test.engine.status().content.waiting == 0 }
        return test
    }

    @Test func aNewItemIsSimilarToItsNearestTitleAtOnce() async throws {
        let test = try await reading()
        let engine = test.engine
        try await engine.put([Item(id: "new", title: "turquoise ceramic mug coffee", categories: ["kitchen"])])
        try await waitUntil { engine.status().content.items == 65 }
        let similar = try await engine.similar(to: "mug 12", ListRequest(count: 10))
        #expect(similar.contains { $0.id == "new" })
        #expect(try await engine.similar(to: "hose 3", ListRequest(count: 10)).allSatisfy { $0.id != "new" })
        await engine.shutDown()
    }

    /// Two items that nobody ever dealt with: the user's words decide.
    @Test func newItemsAreRankedByTheirWords() async throws {
        let test = try await reading()
        let engine = test.engine
        _ = try await engine.accept(
            (0..<6).map {
                Event(user: "gardener", item: "hose \($0)", time: Timestamp(seconds: 1_700_000_000 + Int64($0)))
            }
        )
        try await engine.put([
            Item(id: "new mug", title: "orange ceramic mug coffee", categories: ["kitchen"]),
            Item(id: "new hose", title: "orange garden hose lawn", categories: ["watering"]),
        ])
        try await waitUntil { engine.status().content.items == 66 }
        for items in [["new mug", "new hose"], ["new hose", "new mug"]] {
            let answer = try await engine.rank(RankingRequest(user: "gardener", items: items))
            #expect(answer.items.map(\.id) == ["new hose", "new mug"])
        }
        // And it is found without being asked for.
        let answer = try await engine.recommend(RecommendationRequest(user: "gardener", count: 20))
        #expect(answer.items.contains { $0.id == "new hose" })
        await engine.shutDown()
    }

    @Test func aChangedTextHasAnotherVectorAndARemovedItemNone() async throws {
        let test = try await reading()
        let engine = test.engine
        let index = try #require(engine.vocabulary.item("mug 0"))
        let before = engine.content.view.current.vector(of: index)
        try await engine.put([Item(id: "mug 0", title: Self.title(1, 0), categories: ["watering"])])
        try await waitUntil { engine.content.view.current.vector(of: index) != before }
        let vectors = engine.content.view.current
        let hose = try #require(engine.vocabulary.item("hose 0"))
        #expect(vectors.likeness(index, hose) > 0.9)
        #expect(try await engine.removeItem("mug 0"))
        try await waitUntil { !engine.content.view.current.isKnown(index) }
        #expect(engine.status().content.items == 63)
        await engine.shutDown()
    }

    /// What was read is on disk: after a restart it is there before a text was encoded again, in the same space.
    @Test func vectorsOutliveAStop() async throws {
        let test = try await reading()
        let old = test.engine.content.view.current
        await test.engine.shutDown()
        // One changes while nobody reads.
        try await test.store.put([Item(id: "lamp 3", title: "something else entirely")])
        let engine = try await test.reopened()
        engine.content.start()
        try await waitUntil { engine.status().content.items == 64 && engine.content.view.revision >= 2 }
        let new = engine.content.view.current
        #expect(new.encoder == old.encoder)
        for item in Self.items where item.id != "lamp 3" {
            let index = try #require(engine.vocabulary.item(item.id))
            #expect(new.vector(of: index) == old.vector(of: index))
        }
        let lamp = try #require(engine.vocabulary.item("lamp 3"))
        #expect(new.vector(of: lamp) != old.vector(of: lamp))
        await engine.shutDown()
    }

    /// A catalogue that has grown is read anew as a whole: vectors of two readers are never mixed.
    @Test func aGrownCatalogueIsReadAnew() async throws {
        let test = try await reading()
        let engine = test.engine
        let before = engine.content.view.current.encoder
        let kinds = ["tea leaf assam", "rug woven hall", "helmet bike road", "doll wooden toy"]
        try await engine.put(
            (0..<64).map {
                Item(id: "\(kinds[$0 % 4].prefix(3)) \($0)", title: "\(Self.colours[$0 / 8]) \(kinds[$0 % 4])")
            }
        )
        try await waitUntil { engine.status().content.items == 128 && engine.status().content.waiting == 0 }
        try await waitUntil { engine.content.view.current.encoder != before }
        try await waitUntil {
            engine.content.base.vector(of: "assam tea leaf").belongs(to: engine.content.view.current)
        }
        let nearest = engine.content.view.current.nearest(
            5,
            to: engine.content.base.vector(of: "assam tea leaf").numbers
        )
        #expect(engine.vocabulary.ids(of: nearest.map(\.item)).allSatisfy { $0.hasPrefix("tea") })
        await engine.shutDown()
    }

    @Test func nothingIsReadWhereNothingIsWanted() async throws {
        let test = try await TestEngine { $0.language.encoder = "none" }
        test.engine.content.start()
        try await test.engine.put(Self.items)
        #expect(test.engine.status().content == EngineStatus.Content())
        #expect(test.engine.content.evidence.isEmpty)
        await test.engine.shutDown()
        await #expect(throws: FreshetError.self) { try await TestEngine { $0.language.encoder = "no-such-model" } }
    }

    // MARK: Searches and newcomers

    @Test func aSearchFindsByWordsAndByWhatTheUserIsAfter() async throws {
        let test = try await reading()
        let engine = test.engine
        let found = try await engine.search(SearchRequest(query: "red mug", count: 5))
        #expect(found.items.first.map { ["mug 0", "mug 8"].contains($0.id) } == true)
        #expect(try await engine.search(SearchRequest(query: "xylophone", count: 5)).items.isEmpty)
        // Of all that is red, the one who waters sees the hoses first.
        _ = try await engine.accept(
            (1..<7).map {
                Event(user: "gardener", item: "hose \($0)", time: Timestamp(seconds: 1_700_000_000 + Int64($0)))
            }
        )
        let red = try await engine.search(SearchRequest(query: "red", user: "gardener", count: 2))
        #expect(Set(red.items.map(\.id)) == ["hose 0", "hose 8"])
        var request = SearchRequest(query: "red", user: "gardener")
        request.filter = ItemFilter(categories: ["winter"])
        let scarves = try await engine.search(request).items.map(\.id)
        #expect(Set(scarves.prefix(2)) == ["scarf 0", "scarf 8"] && scarves.allSatisfy { $0.hasPrefix("scarf") })
        await engine.shutDown()
    }

    /// A search is kept, read beside, and says what its user is after: at once, and after a restart; not once it is erased.
    @Test func aNewcomerWhoSearchedForMugsGetsMugs() async throws {
        let test = try await reading()
        let engine = test.engine
        for user in 0..<20 {
            _ = try await engine.accept(
                (0..<8).map {
                    Event(
                        user: "u\(user)",
                        item: "hose \(($0 + user) % 16)",
                        time: Timestamp(seconds: 1_700_000_000 + Int64($0))
                    )
                }
            )
        }
        func mugs(_ user: String, by engine: Engine) async throws -> Int {
            let answer = try await engine.recommend(RecommendationRequest(user: user, count: 8))
            return answer.items.count { $0.id.hasPrefix("mug") }
        }
        #expect(try await mugs("newcomer", by: engine) == 0)
        _ = try await engine.accept([Event(user: "newcomer", searching: "a ceramic mug for coffee")])
        try await waitUntil { try await mugs("newcomer", by: engine) >= 6 }
        #expect(try await mugs("somebody", by: engine) == 0)
        #expect(try await engine.history(of: "newcomer", limit: 5).map(\.text) == ["a ceramic mug for coffee"])
        // A search through the catalogue is nobody's event unless it says so.
        var search = SearchRequest(query: "mug", user: "other", count: 1)
        _ = try await engine.search(search)
        #expect(try await engine.history(of: "other", limit: 5).isEmpty)
        search.record = true
        _ = try await engine.search(search)
        #expect(try await engine.history(of: "other", limit: 5).map(\.text) == ["mug"])
        await engine.shutDown()

        let reopened = try await test.reopened()
        reopened.content.start()
        try await waitUntil { try await mugs("newcomer", by: reopened) >= 6 }
        _ = try await reopened.eraseUser("newcomer")
        #expect(try await mugs("newcomer", by: reopened) == 0)
        await reopened.shutDown()
    }

    @Test func aNewcomerWhoLikesKitchenGetsKitchen() async throws {
        let test = try await reading()
        let engine = test.engine
        // Everybody else waters.
        for user in 0..<20 {
            _ = try await engine.accept(
                (0..<8).map {
                    Event(
                        user: "u\(user)",
                        item: "hose \(($0 + user) % 16)",
                        time: Timestamp(seconds: 1_700_000_000 + Int64($0))
                    )
                }
            )
        }
        try await engine.put([User(id: "newcomer", attributes: ["likes": .text("kitchen")])])
        let answer = try await engine.recommend(RecommendationRequest(user: "newcomer", count: 8))
        #expect(answer.items.filter { $0.id.hasPrefix("mug") }.count >= 6)
        let nobody = try await engine.recommend(RecommendationRequest(user: "somebody", count: 8))
        #expect(nobody.items.allSatisfy { $0.id.hasPrefix("hose") })
        await engine.shutDown()
    }
}
