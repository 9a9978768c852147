import FreshetCore
import FreshetEngine
import Testing

/// Items and users through the engine.
@Suite struct CatalogueTests {
    @Test func changeIsOneStepAndNextAnswerFollowsIt() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        try await engine.put((0..<5).map { Item(id: "i\($0)", title: "thing \($0)") })
        _ = try await engine.accept((0..<5).map { Event(user: "u", item: "i\($0)") })
        #expect(try await engine.popular(ListRequest(count: 5)).map(\.id).contains("i3"))
        let changed = try await engine.updateItem("i3") { $0.available = false }
        #expect(changed?.title == "thing 3")
        #expect(try await !engine.popular(ListRequest(count: 5)).map(\.id).contains("i3"))
        let answer = try await engine.recommend(RecommendationRequest(user: "u", count: 5))
        #expect(!answer.items.map(\.id).contains("i3"))
        #expect(try await engine.updateItem("none") { $0.available = true } == nil)
        await #expect(throws: FreshetError.self) { try await engine.updateItem("i1") { $0.id = "other" } }
        #expect(try await engine.removeItem("i1"))
        #expect(try await !engine.removeItem("i1"))
        #expect(try await !engine.popular(ListRequest(count: 5)).map(\.id).contains("i1"))
    }

    @Test(.timeLimit(.minutes(10))) func changesAtSameTimeAreAllKept() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        try await engine.put([Item(id: "i")])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask { _ = try await engine.updateItem("i") { $0.tags.append("\(index)") } }
            }
            try await group.waitForAll()
        }
        let tags = try await engine.item("i")?.tags ?? []
        #expect(Set(tags).count == 20)
    }

    @Test func erasedUserIsGoneAndReceiptCanBeAskedFor() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        try await engine.put([User(id: "u")])
        _ = try await engine.accept((0..<4).map { Event(user: "u", item: "i\($0)") })
        _ = try await engine.recommend(RecommendationRequest(user: "u"))
        let receipt = try await engine.eraseUser("u")
        #expect(receipt.sessionEvents == 4)
        #expect(receipt.rows >= 5)
        #expect(receipt.state == .complete)
        #expect(try await engine.erasure(receipt.id) == receipt)
        #expect(try await engine.history(of: "u", limit: 10).isEmpty)
        #expect(try await engine.user("u") == nil)
        // The name is free for somebody else.
        _ = try await engine.accept([Event(user: "u", item: "i9")])
        #expect(try await engine.history(of: "u", limit: 10).map(\.item) == ["i9"])
    }

    @Test(arguments: ["", String(repeating: "x", count: 257), "a\0b"])
    func unsoundIdIsRefused(id: String) async throws {
        let test = try await TestEngine()
        await #expect(throws: FreshetError.self) { try await test.engine.put([Item(id: id)]) }
        await #expect(throws: FreshetError.self) { try await test.engine.put([User(id: id)]) }
    }
}
