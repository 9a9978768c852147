import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// Items that are somewhere, and questions that come from somewhere.
@Suite struct PlacesTests {
    private static func item(_ id: String, _ latitude: Double, _ longitude: Double) -> Item {
        Item(id: id, attributes: ["latitude": .number(latitude), "longitude": .number(longitude)])
    }

    /// The rows come with the first item that is somewhere, not before, and are there after a restart.
    @Test(.timeLimit(.minutes(10))) func learnerReadsDistancesOnceThereAreAny() async throws {
        let test = try await TestEngine { $0.learning.isEnabled = true }
        let engine = test.engine
        engine.learning.start()
        func readers() async throws -> Int { try await engine.learning.perform { $0.loop.evidence.count } }
        let before = try await readers()
        try await engine.put([Item(id: "anywhere")])
        _ = try await engine.accept([Event(user: "u", item: "anywhere")])
        try await waitUntil { engine.status().learner.offset == 1 }
        #expect(try await readers() == before)
        try await engine.put([Self.item("here", 59.9, 10.7)])
        _ = try await engine.accept([Event(user: "u", item: "here")])
        try await waitUntil { engine.status().learner.offset == 2 }
        #expect(try await readers() == before + 1)
        await engine.shutDown()
        let reopened = try await test.reopened()
        #expect(try await reopened.learning.perform { $0.loop.evidence.contains { $0 is PlaceEvidence } })
    }

    @Test func answersAreOfWhereTheQuestionComesFrom() async throws {
        let test = try await TestEngine()
        try await test.engine.put([Self.item("oslo", 59.91, 10.75), Self.item("bergen", 60.39, 5.32)])
        var request = RecommendationRequest(count: 5)
        request.filter = ItemFilter(try FilterExpression("distance_km < 20"))
        for (latitude, longitude, found) in [(59.9, 10.7, ["oslo"]), (60.4, 5.3, ["bergen"]), (0, 0, [])] {
            request.place = Place(latitude: latitude, longitude: longitude)
            #expect(try await test.engine.recommend(request).items.map(\.id) == found)
        }
        request.place = nil
        #expect(try await test.engine.recommend(request).items.isEmpty)
    }

    @Test(arguments: [(91.0, 0.0), (.nan, 0), (0, -180.5), (0, .infinity)])
    func itemsAreOnTheEarth(latitude: Double, longitude: Double) async throws {
        let test = try await TestEngine()
        await #expect(throws: FreshetError.self) { try await test.engine.put([Self.item("x", latitude, longitude)]) }
    }
}
