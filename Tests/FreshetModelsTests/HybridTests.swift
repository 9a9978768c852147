import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct HybridTests {
    private let pool = ThreadPool(threads: 2)
    private var session: TrainingSession { TrainingSession(pool: pool) }

    private func trained(_ name: String, _ data: TrainingData, settings: [String: String] = [:]) throws -> TrainedPart {
        let description = try ModelRegistry.model(named: name)
        var learner = try description.makeLearner(overrides: settings, data: data)
        try learner.fit(data, session: session)
        let configuration = description.configurationJSON(of: learner)
        return TrainedPart(model: name, configurationJSON: configuration, scorer: learner.makeScorer())
    }

    @Test func scoresAreTheWeightedSumOfNormalizedParts() throws {
        let data = SyntheticData.groups()
        let parts = [try trained("popularity", data), try trained("ease", data)]
        let scorer = HybridScorer(parts: parts, fusion: .scores, weights: [2, 0.5])
        let context = ScoringContext(user: UserIndex(3), history: data.histories[UserIndex(3)])
        var (first, second) = (parts[0].scorer.scores(for: context), parts[1].scorer.scores(for: context))
        first.withUnsafeMutableBufferPointer { ScoreNormalization.logShare.apply($0) }
        second.withUnsafeMutableBufferPointer { ScoreNormalization.standard.apply($0) }
        let expected = zip(first, second).map { 2 * $0 + 0.5 * $1 }
        let worst = zip(scorer.scores(for: context), expected).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 1e-4)
    }

    @Test func normalizationsByHand() {
        func normalized(_ scores: [Float], _ normalization: ScoreNormalization) -> [Float] {
            var scores = scores
            scores.withUnsafeMutableBufferPointer { normalization.apply($0) }
            return scores
        }
        // Ties share the later rank: 5 is first, both 2s are third, 1 is fourth.
        let ranks: [Float] = [1.0 / 63, 1.0 / 61, 1.0 / 64, 1.0 / 63]
        #expect(normalized([2, 5, 1, 2], .reciprocalRank) == ranks)
        #expect(normalized([1, 3], .standard) == [-1, 1])
        #expect(normalized([4, 4], .standard) == [0, 0])
        let shares = normalized([1, 3, 0], .logShare)
        #expect(abs(shares[0] - logarithm(0.2501)) < 1e-5 && abs(shares[2] - logarithm(1e-4)) < 1e-5)
        let logits = normalized([0, logarithm(3)], .logSoftmax)
        #expect(abs(logits[0] - logarithm(0.25)) < 1e-5 && abs(logits[1] - logarithm(0.75)) < 1e-5)
        let nothing = normalized([0, 0], .logShare)
        #expect(nothing[0].isFinite && nothing[0] == nothing[1])
    }

    @Test(arguments: Hybrid.Fusion.allCases)
    func chosenWeightsAreNoWorseThanAnyPart(fusion: Hybrid.Fusion) throws {
        let data = SyntheticData.groups(users: 80, groups: 4, seed: 7)
        // The first part knows nothing of the user: the weights have to find the others.
        let parts = try ["popularity", "co-visitation", "item-knn"].map { name in try trained(name, data) }
        let hybrid = try Hybrid(parts: parts, fusion: fusion, data: data, session: session)
        let together = LeaveOneOutValidation(of: hybrid.makeScorer(), on: data, pool: pool).ndcg
        for part in parts {
            let alone = LeaveOneOutValidation(of: part.scorer, on: data, pool: pool).ndcg
            #expect(together >= alone - 1e-9, "\(part.model) alone \(alone), together \(together)")
        }
    }

    @Test func aUselessPartGetsNoWeight() throws {
        let data = SyntheticData.groups()
        let good = try trained("co-visitation", data)
        let useless = try trained("popularity", SyntheticData.groups(seed: 99))
        let hybrid = try Hybrid(parts: [good, useless], data: data, session: session)
        let weights = try hybrid.makeScorer().checkpoint().numbers("weights", of: Double.self)
        let alone = LeaveOneOutValidation(of: good.scorer, on: data, pool: pool).ndcg
        let together = LeaveOneOutValidation(of: hybrid.makeScorer(), on: data, pool: pool).ndcg
        #expect(weights[0] > 0 && together >= alone)
    }

    @Test func checkpointHoldsEveryPart() throws {
        let data = SyntheticData.groups()
        let parts = [try trained("ease", data), try trained("co-visitation", data)]
        let hybrid = try Hybrid(parts: parts, data: data, session: session)
        let scorer = hybrid.makeScorer()
        let restored = try Hybrid.restoreScorer(from: scorer.checkpoint(), configuration: hybrid.configuration)
        let context = ScoringContext(user: nil, history: data.histories[UserIndex(0)])
        let scores = restored.scores(for: context)
        #expect(scores == scorer.scores(for: context))
        var damaged = scorer.checkpoint()
        damaged.metadata["parts.1.configuration"] = nil
        #expect(throws: FreshetError.self) {
            try Hybrid.restoreScorer(from: damaged, configuration: hybrid.configuration)
        }
    }

    @Test func wrongPartsAreNamed() {
        for parts in [[], [Hybrid.Part(model: "hybrid")], [Hybrid.Part(model: "nothing")]] {
            var configuration = Hybrid.Configuration()
            configuration.parts = parts
            #expect(throws: FreshetError.self) { try configuration.validate() }
        }
        var configuration = Hybrid.Configuration()
        configuration.weights = [1]
        #expect(throws: FreshetError.self) { try configuration.validate() }
    }

    @Test func partsOfOtherDataAreRefused() throws {
        let (data, other) = (SyntheticData.groups(), SyntheticData.groups(items: 30))
        let parts = [try trained("ease", data), try trained("ease", other)]
        #expect(throws: FreshetError.self) { _ = try Hybrid(parts: parts, data: data, session: session) }
    }
}
