import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import FreshetStorage
import FreshetTensor
import ShopExtensions
import Testing

/// One stream of events through an engine with all five extensions; each is seen in what the engine says.
@Suite(.serialized) struct ShopTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/shop-extensions-\(UUID().uuidString)"
    private let offers = Offers()
    private let picks = StaffPicks()
    private let store: SQLiteStore
    /// When the stream begins: it ends about now.
    private let start = Int64(Date().timeIntervalSince1970) - 12 * 60 * 60

    init() throws {
        try ShopExtensions.register()
        store = try SQLiteStore.temporary()
    }

    private func engine() async throws -> Engine {
        var configuration = EngineConfiguration(folder: folder)
        configuration.learning.model = FollowUps.name
        configuration.learning.publishEvery = 0.05
        configuration.learning.batchSize = 32
        configuration.loop.rankerName = SoftmaxRanker.name
        configuration.retraining.firstEvents = 200
        configuration.retraining.everyHours = 0
        configuration.loop.publication.retrainGrowth = 0
        configuration.loop.publication.retrainsOnDrift = false
        // Never a verdict: the test promotes by hand.
        configuration.loop.promotion.minimumEvents = 30_000
        configuration.loop.promotion.first.minimumEvents = 30_000
        configuration.loop.promotion.first.horizon = 30_000
        configuration.language.encoder = "none"
        configuration.serving.cachedResults = 0
        configuration.recommender.policies.newItemShare = 0
        return try await Engine(
            configuration: configuration,
            store: store,
            extensions: PipelineExtensions(evidence: [offers], sources: [picks], policies: [PickPolicy(place: 2)])
        )
    }

    private func item(_ number: Int) throws -> ItemIndex { try #require(store.vocabulary.item("i\(number)")) }

    /// Users who take what is on offer nine times of ten, which changes too often for what is popular to follow.
    private func rounds(_ rounds: Range<Int>, _ engine: Engine) async throws {
        var random = RandomSource(seed: UInt64(rounds.lowerBound))
        for round in rounds {
            let first = round * 5 % 20
            offers.set(try (first..<first + 5).map { try item($0) })
            let events = (0..<60).map { event in
                Event(
                    user: "u\(event % 10)",
                    item: "i\(random.below(10) == 0 ? random.below(20) : first + random.below(5))",
                    time: Timestamp(seconds: start + Int64((60 * round + event) * 60))
                )
            }
            _ = try await engine.accept(events)
            try await waitUntil { engine.status().learner.lagEvents == 0 }
        }
    }

    private func waitUntil(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<6_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it never came to hold")
    }

    /// Whether the version that answers is trained and has learned every event.
    private func isLevel(_ engine: Engine) async throws -> Bool {
        let status = engine.status()
        let live = try await engine.versions().first { $0.version == status.live }
        return status.live.number == 1 && status.live.update > 0 && live?.offset == status.log.newestOffset
    }

    private func scores(_ engine: Engine) async throws -> [(id: String, score: Float)] {
        var request = RecommendationRequest(user: "u3", count: 21)
        request.includeSeen = true
        return try await engine.recommend(request).items.map { ($0.id, $0.score) }
    }

    @Test(.timeLimit(.minutes(10))) func oneStreamGoesThroughAllFive() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let engine = try await engine()
        let running = Task { try await engine.run() }
        try await engine.put((0..<20).map { Item(id: "i\($0)") } + [Item(id: "pick")])
        picks.set([try #require(store.vocabulary.item("pick"))])
        try await rounds(0..<5, engine)
        try await waitUntil { try await engine.versions().contains { $0.version.number == 1 } }
        try await engine.promote(ModelVersion(1))
        try await rounds(5..<12, engine)
        try await waitUntil { try await isLevel(engine) }
        // The learner of the model says what a micro-update lost; without one there is none.
        #expect(engine.status().learner.loss != nil)

        // The source proposes what nobody has chosen, and the policy gives it its place.
        offers.set([])
        let without = try await scores(engine)
        #expect(without.count == 21)
        #expect(without[2].id == "pick")

        // What the ranker has learned of offers is all that an offer changes.
        let last = try #require(without.last).id
        offers.set([try #require(store.vocabulary.item(last))])
        let with = try await scores(engine)
        for (id, score) in with {
            let before = try #require(without.first { $0.id == id }).score
            if id == last { #expect(score > before + 0.1) } else { #expect(abs(score - before) < 0.02) }
        }

        running.cancel()
        try await running.value
        let state = try LearnedFiles.liveState(in: folder)
        #expect(state.trained?.model == FollowUps.name)
        #expect((state.ranker as? SoftmaxRanker).map { $0["onOffer"] != 0 } == true)

        // After a restart, both come back by their names.
        let again = try await self.engine()
        #expect(again.status().live.number == 1)
        for (id, score) in try await scores(again) {
            #expect(abs(score - (try #require(with.first { $0.id == id }).score)) < 0.05)
        }
        await again.shutDown()
    }
}
