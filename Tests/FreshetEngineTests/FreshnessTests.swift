import FreshetCore
import FreshetData
import FreshetRecommendation
import FreshetStorage
import FreshetTensor
import Testing

@testable import FreshetEngine

/// The request after an acknowledged event sees it, always.
@Suite struct FreshnessTests {
    @Test(.timeLimit(.minutes(10)), arguments: [UInt64(1), 2])
    func tenThousandRandomInterleavings(seed: UInt64) async throws {
        let (tasks, steps, users, items) = (10, 500, 12, 40)
        let test = try await TestEngine { configuration in
            configuration.recommender.policies.repeats = .never
            // So few that users come and go.
            configuration.sessions.maximumEvents = seed == 1 ? 1000 : 1_000_000
            configuration.sessions.eventsPerUser = 60
            configuration.serving.recordsImpressions = false
        }
        let engine = test.engine
        _ = try await engine.accept((0..<items).map { Event(user: "first", item: "i\($0)", time: 1) })
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var random = RandomSource(seed: seed &* 1000 &+ UInt64(task))
                    var answered = 0
                    for step in 0..<steps {
                        // Each task has users of its own, so that it knows their newest event; and shared ones.
                        let own = "t\(task) u\(random.below(users)) \(step / 40)"
                        let item = "i\(random.below(items))"
                        let type: EventType = random.below(2) == 0 ? .view : .purchase
                        _ = try await engine.accept([
                            Event(user: "shared \(random.below(3))", item: item),
                            Event(user: own, item: item, type: type),
                        ])
                        var request = RecommendationRequest(user: own, count: items)
                        if random.below(4) > 0 { request.count = 1 + random.below(items) }
                        let answer = try await engine.recommend(request)
                        #expect(!answer.items.contains { $0.id == item })
                        answered += answer.items.count
                        guard let user = engine.vocabulary.user(own) else { continue }
                        let history = try await engine.sessions.history(of: user)
                        #expect(history.items.last == engine.vocabulary.item(item))
                    }
                    return answered
                }
            }
            for try await answered in group { #expect(answered > steps) }
        }
    }

    @Test func sessionsEqualLogWhoeverWroteAtSameTime() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<50 {
                        _ = try await engine.accept([Event(user: "u\((task + step) % 5)", item: "i\(step)")])
                    }
                }
            }
            try await group.waitForAll()
        }
        for user in 0..<5 {
            let index = try #require(engine.vocabulary.user("u\(user)"))
            let logged = try test.store.newestEvents(of: index, limit: 200)
            #expect(try await engine.sessions.history(of: index).items.map { $0 } == logged.map(\.item))
        }
    }
}
