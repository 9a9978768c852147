import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// The engine with every model that learns from a stream: it knows them by the registry alone.
@Suite(.serialized) struct OnlineModelTests {
    private static let quick = [
        "sequence-transformer": TestEngine.tinyModel, "online-matrix-factorization": ["factors": "8", "passes": "2"],
    ]

    private func engine(
        of model: String,
        compression: VersionCompression = .none
    ) async throws -> TestEngine {
        try await TestEngine { configuration in
            configuration.learning.compression = compression
            LearningTests.learns(&configuration)
            configuration.learning.model = model
            configuration.retraining.overrides = Self.quick[model] ?? [:]
            configuration.retraining.erasureHours = 0
        }
    }

    /// Models as they are, and the flagship with versions in fewer bits.
    private static let cases =
        ModelRegistry.builtIn.filter(\.learnsOnline).map { (model: $0.name, compression: VersionCompression.none) }
        + [(model: ModelRegistry.flagship.name, compression: .int8)]

    @Test(.timeLimit(.minutes(10)), arguments: cases)
    func isTrainedPublishedRolledBackAndGoesOnAfterARestart(
        model: String,
        compression: VersionCompression
    ) async throws {
        let test = try await engine(of: model, compression: compression)
        let engine = test.engine
        engine.learning.start()
        _ = try await engine.accept(LearningTests.ring(400))
        try await waitUntil { engine.book.highestNumber >= 1 && engine.status().learner.lagEvents == 0 }
        try await engine.promote(ModelVersion(1))
        let first = try #require(engine.live.current.scorer).checkpoint()
        _ = try await engine.accept(LearningTests.ring(200, from: 400))
        try await waitUntil { engine.live.current.offset == engine.store.newestOffset }
        #expect(engine.live.current.version.number == 1 && engine.live.current.version.update > 0)
        #expect(engine.live.current.scorer?.checkpoint() != first)
        #expect(engine.live.current.scorer is any CompressedScorer == (compression != .none))
        #expect(try await engine.rollback().number == 0)
        #expect(engine.live.current.scorer == nil)
        try await engine.promote(ModelVersion(1))
        #expect(try engine.archive.read(ModelVersion(1)).trained?.model == model)
        await engine.shutDown()
        let learned = try await engine.learning.perform { $0.loop.learnerEvents }
        let again = try await test.reopened()
        #expect(again.live.current.scorer?.checkpoint() == engine.live.current.scorer?.checkpoint())
        again.learning.start()
        _ = try await again.accept(LearningTests.ring(50, from: 600))
        try await waitUntil { again.status().learner.lagEvents == 0 }
        #expect(try await again.learning.perform { $0.loop.learnerEvents } == learned + 50)
        #expect(again.status().health.allSatisfy { $0.isWell })
        await again.shutDown()
    }

    @Test(.timeLimit(.minutes(10)), arguments: ModelRegistry.builtIn.filter(\.learnsOnline).map(\.name))
    func erasureIsFollowedByWeightsThatNeverSawTheUser(_ model: String) async throws {
        let test = try await engine(of: model)
        let engine = test.engine
        engine.learning.start()
        _ = try await engine.accept(LearningTests.ring(400))
        try await waitUntil { engine.book.highestNumber >= 1 && engine.status().learner.lagEvents == 0 }
        try await engine.promote(ModelVersion(1))
        let receipt = try await engine.eraseUser("u3")
        try await waitUntil { engine.live.current.version.number == 2 }
        try await waitUntil { try await engine.erasure(receipt.id)?.state == .complete }
        await engine.shutDown()
    }

    @Test func modelThatLearnsFromNoStreamIsRefused() async throws {
        await #expect {
            try await TestEngine { $0.learning.model = "popularity" }
        } throws: { error in
            (error as? FreshetError)?.kind == .usage && "\(error)".contains("online-matrix-factorization")
        }
    }
}
