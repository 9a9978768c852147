import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetRecommendation
import FreshetTensor
import Testing

@testable import FreshetEngine

/// A snapshot that was trained elsewhere becomes a candidate like any other.
@Suite(.serialized) struct AdoptionTests {
    /// Trained on a ring of items in the opposite order, and one more that nobody else has.
    static func snapshot(_ name: String = SequenceTransformer.name, prefix: String = "i") throws -> Snapshot {
        let items = IdentifierTable((0..<12).reversed().map { "\(prefix)\($0)" } + ["elsewhere"])
        let rows = (0..<6).map { user in (0..<10).map { ItemIndex((24 - user - $0) % 12) } } + [[ItemIndex(12)]]
        let dataset = Dataset(
            users: IdentifierTable(rows.indices.map { "somebody \($0)" }),
            items: items,
            histories: Histories(
                offsets: rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
                items: rows.flatMap { $0 },
                times: rows.flatMap { $0 }.indices.map { Timestamp(seconds: 1_600_000_000 + Int64($0)) }
            )
        )
        let model = try ModelRegistry.model(named: name)
        let data = TrainingData(dataset: dataset)
        let overrides = name == SequenceTransformer.name ? TestEngine.tinyModel : [:]
        var learner = try model.makeLearner(overrides: overrides, data: data)
        try learner.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        let manifest = SnapshotManifest(
            model: name,
            configurationJSON: model.configurationJSON(of: learner),
            seed: 1,
            threads: 1,
            data: DataSummary(of: dataset, source: "somewhere", format: "made up", validationEvents: 0)
        )
        return Snapshot(manifest: manifest, dataset: dataset, scorer: learner.makeScorer())
    }

    /// Its word on an item is the same before and after, in the numbers of the engine.
    @Test func itIsPromotedByHandInTheNumbersOfTheEngine() async throws {
        let test = try await TestEngine()
        let engine = test.engine
        _ = try await engine.accept(LearningTests.ring(100))
        let snapshot = try Self.snapshot()
        #expect(try engine.adopt(snapshot) == .entered(items: 12, of: 13))
        let record = try #require(try await engine.versions().first)
        #expect(record.state == .candidate && record.source?.hasPrefix("snapshot") == true && record.offset == 100)
        #expect(engine.live.current.scorer == nil, "a candidate answers before it has won")
        #expect(try engine.adopt(snapshot) == .before(ModelVersion(1)))
        try await engine.promote(ModelVersion(1))
        let scorer = try #require(engine.live.current.scorer)
        func scores(of scorer: any Scorer, _ number: (String) -> ItemIndex?) throws -> [Float] {
            let items = try ["i3", "i4"].map { try #require(number($0)) }
            let times: [Timestamp] = [1_600_000_000, 1_600_000_060]
            let scores = scorer.scores(
                for: ScoringContext(user: nil, history: History(items: items[...], times: times[...]))
            )
            return try (0..<12).map { scores[try #require(number("i\($0)")).position] }
        }
        let before = try scores(of: snapshot.scorer) { snapshot.dataset.items.position(of: $0).map { ItemIndex($0) } }
        let after = try scores(of: scorer) { engine.vocabulary.item($0) }
        for (left, right) in zip(before, after) { #expect(abs(left - right) < 1e-5) }
        // After a restart it is what answers, and not taken again.
        await engine.shutDown()
        let reopened = try await test.reopened()
        #expect(reopened.live.current.version.number == 1)
        #expect(try reopened.adopt(snapshot) == .before(ModelVersion(1)))
    }

    /// The learner comes to the end of the log first, since the snapshot may know what is in it; no training of one's own
    /// takes its place meanwhile.
    @Test(.timeLimit(.minutes(10))) func itCompetesOnceTheLogIsLearned() async throws {
        let test = try await TestEngine(LearningTests.learns)
        let engine = test.engine
        _ = try await engine.accept(LearningTests.ring(400))
        _ = try engine.adopt(Self.snapshot())
        #expect(engine.book.all.isEmpty)
        engine.learning.start()
        try await waitUntil { engine.book.all.contains { $0.state == .candidate } }
        let record = try #require(engine.book.all.first)
        #expect(engine.book.all.count == 1 && record.source != nil && record.offset == 400)
        #expect(engine.status().learner.offset >= 400)
        _ = try await engine.accept(LearningTests.ring(40, from: 400))
        try await waitUntil { engine.status().learner.offset == 440 }
        #expect(engine.live.current.version.number == 0, "it answers before it has won")
        try await engine.promote(ModelVersion(1))
        #expect(engine.live.current.version.number == 1)
        await engine.shutDown()
    }

    @Test func whatCannotServeIsRefused() async throws {
        let test = try await TestEngine()
        _ = try await test.engine.accept(LearningTests.ring(50))
        let foreign = try #require(throws: FreshetError.self) { try test.engine.adopt(Self.snapshot(prefix: "x")) }
        #expect(foreign.kind == .conflict)
        let still = try #require(throws: FreshetError.self) { try test.engine.adopt(Self.snapshot("popularity")) }
        #expect(still.kind == .usage && still.remedy?.contains(SequenceTransformer.name) == true)
        #expect(try await test.engine.versions().isEmpty)
    }
}
