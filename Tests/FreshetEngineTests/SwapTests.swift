import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetRecommendation
import FreshetTensor
import Synchronization
import Testing

@testable import FreshetEngine

/// Swaps under load: every answer is that of the version it names.
@Suite struct SwapTests {
    @Test(.timeLimit(.minutes(10)))
    func thousandSwapsUnderConcurrentRequestsMixNoVersions() async throws {
        try await expectNoMixture(swaps: 1000) { PlantedScorer($0) }
    }

    /// Every version is another transformer, by turns in floats, in 8 and in 4 bits.
    @Test(.timeLimit(.minutes(10)))
    func swapsOfCompressedVersionsMixNoVersions() async throws {
        var configuration = SequenceTransformer.Configuration()
        (configuration.channels, configuration.heads, configuration.blocks) = (8, 1, 1)
        let pool = ThreadPool(threads: 1)
        let versions = (0..<12).map { seed -> any Scorer in
            let scorer = SequenceUpdater(
                configuration: configuration,
                itemCount: 12,
                typeCount: 1,
                hasTimes: false,
                seed: UInt64(seed),
                pool: pool
            )
            .makeScorer()
            guard seed % 3 > 0, let floats = scorer as? any CompressibleScorer else { return scorer }
            return floats.rounded(rows: seed % 3 == 1 ? .int8 : .int4, layers: .int8)
        }
        try await expectNoMixture(swaps: 100) { versions[$0 % 12] }
    }

    private func expectNoMixture(swaps: Int, _ scorer: (Int) -> any Scorer) async throws {
        let test = try await TestEngine {
            $0.serving.recordsImpressions = false
            $0.serving.cachedResults = 50
        }
        let engine = test.engine
        _ = try await engine.accept(LearningTests.ring(120))
        let shared = Shared(engine.live.current)
        let answers = try await withThrowingTaskGroup(of: [Answer].self) { group in
            for task in 0..<4 {
                group.addTask {
                    var random = RandomSource(seed: UInt64(task + 1))
                    var answers: [Answer] = []
                    while !shared.isDone || answers.isEmpty {
                        let user = "u\(random.below(20))"
                        let answer = try await engine.recommend(RecommendationRequest(user: user, count: 8))
                        if answers.count < 400 { answers.append(Answer(user: user, answer: answer)) }
                        await Task.yield()
                    }
                    return answers
                }
            }
            for number in 1...swaps {
                let version = ModelVersion(number)
                let snapshot = ModelSnapshot(version: version, scorer: scorer(number), offset: Int64(number))
                shared.add(snapshot)
                engine.live.publish(snapshot)
                if number % 10 == 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            shared.finish()
            var all: [Answer] = []
            for try await answers in group { all += answers }
            return all
        }
        #expect(Set(answers.map(\.answer.model)).count > 3)
        for answer in answers {
            let snapshot = try #require(shared.snapshot(answer.answer.model))
            let user = try #require(engine.vocabulary.user(answer.user))
            let query = Query(
                user: user,
                history: try await engine.sessions.history(of: user),
                count: 8,
                time: engine.streaming.time(at: engine.clock.seconds)
            )
            let again = engine.recommender.recommender.recommend(query, snapshot: snapshot, streaming: engine.streaming)
            #expect(again.items.map { engine.vocabulary.id(of: $0.item) } == answer.answer.items.map(\.id))
            for (item, wanted) in zip(answer.answer.items, again.items) {
                // Ages of items and events are features too, and some seconds have passed.
                #expect(abs(item.score - wanted.score) < 0.05)
            }
        }
    }

    /// The versions that there were, and whether all swaps are done.
    private final class Shared: Sendable {
        private let state: Mutex<(versions: [ModelVersion: ModelSnapshot], isDone: Bool)>

        init(_ first: ModelSnapshot) { state = Mutex(([first.version: first], false)) }

        var isDone: Bool { state.withLock { $0.isDone } }
        func add(_ snapshot: ModelSnapshot) { state.withLock { $0.versions[snapshot.version] = snapshot } }
        func snapshot(_ version: ModelVersion) -> ModelSnapshot? { state.withLock { $0.versions[version] } }
        func finish() { state.withLock { $0.isDone = true } }
    }

    private struct Answer: Sendable {
        var user: String
        var answer: Recommendation
    }

    /// A version that puts its own order on the items, far apart.
    private struct PlantedScorer: Scorer {
        let number: Int
        let itemCount = 12

        init(_ number: Int) { self.number = number }

        func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
            for row in 0..<contexts.count {
                for item in 0..<itemCount { scores[row * itemCount + item] = Float((item * 5 + number * 7) % 12) * 0.7 }
            }
        }

        func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
            for other in 0..<itemCount { scores[other] = 0 }
        }

        func checkpoint() -> Checkpoint { Checkpoint() }
    }
}
