import FreshetCore
import FreshetData
import FreshetNN
import Testing

@testable import FreshetModels

@Suite struct FusionTrainerTests {
    private let now: Int64 = 1_700_500_000

    /// A user whose next item is always the one before the last: a rule of the feature `ownAgeInEvents`.
    private func set(
        _ round: Int,
        _ models: StreamingModels,
        with scorer: (any Scorer)? = nil
    ) -> (CandidateSet, ItemIndex) {
        let items = (0..<4).map { ItemIndex((round * 7 + $0 * 3) % 50) }
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: items[...]))
        CandidateRanker().score(context, with: scorer, into: set)
        CandidateRanker().collect(context, from: models, at: now, into: set)
        return (set, items[2])
    }

    private func learned() -> StreamingModels {
        var models = StreamingModels()
        for event in StreamingModelsTests.stream(300) { models.learn(event) }
        return models
    }

    private func trainer(after rounds: Int, _ models: StreamingModels) -> FusionTrainer {
        var trainer = FusionTrainer()
        for round in 0..<rounds {
            let (set, target) = set(round, models)
            trainer.learn(target, among: set)
        }
        return trainer
    }

    @Test func learnsARule() throws {
        let models = learned()
        var trainer = FusionTrainer()
        let before = (0..<20).map { round in
            let (set, target) = set(round, models)
            CandidateRanker.rank(set, with: trainer.weights)
            return set.rank(of: target)!
        }
        var losses: [Float] = []
        for round in 0..<200 {
            let (set, target) = set(round, models)
            let loss = trainer.learn(target, among: set)
            losses.append(try #require(loss))
        }
        let after = (0..<20).map { round in
            let (set, target) = set(round, models)
            CandidateRanker.rank(set, with: trainer.weights)
            return set.rank(of: target)!
        }
        let (early, late) = (losses.prefix(50).reduce(0, +), losses.suffix(50).reduce(0, +))
        #expect(late < 0.5 * early)
        let (sumBefore, sumAfter) = (before.reduce(0, +), after.reduce(0, +))
        #expect(sumAfter < sumBefore)
        #expect(after.count { $0 <= 3 } >= 18)
    }

    @Test func stepsDownTheLoss() throws {
        let models = learned()
        var trainer = FusionTrainer()
        let (set, target) = set(0, models)
        let first = trainer.learn(target, among: set)
        let second = trainer.learn(target, among: set)
        #expect(try #require(second) < #require(first))
    }

    /// What the transformer's score is worth is open again, all else stays as firm as it was.
    @Test func anotherTransformerOpensItsOwnTermsOnly() throws {
        let (S, segments) = (FeatureTable.counts.stride, CandidateSegment.allCases.count)
        var checkpoint = FusionTrainer().checkpoint()
        let ones = [Double](repeating: 1, count: segments * S * S)
        checkpoint.arrays["information"] = StoredArray(ones, shape: [segments, S, S])
        checkpoint.arrays["eventCount"] = StoredArray([Int64(7)])
        let anew = try FusionTrainer(from: checkpoint).anew()
        #expect(anew.eventCount == 0)
        let table = FeatureTable.counts
        let own = table.names.indices.filter { table.names[$0].lowercased().contains("transformer") }
        #expect(own == table.ofModel)
        let information = try anew.checkpoint().numbers("information", of: Double.self)
        let isRight = information.indices.allSatisfy { place in
            information[place] == (own.contains(place / S % S) || own.contains(place % S) ? 0 : 1)
        }
        #expect(isRight)
    }

    /// A first transformer's candidates come in the order of the counts until its own score has proved its worth.
    @Test func firstTransformerBeginsWithWhatTheCountsAreWorth() {
        let models = learned()
        let trainer = trainer(after: 200, models)
        let (counts, weights) = (set(201, models).0, trainer.anew().weights)
        let segment = CandidateSegment.shortInSessionWithTransformer
        #expect(counts.segment == segment.withoutTransformer)
        CandidateRanker.rank(counts, with: trainer.weights)
        let fused = set(201, models, with: NumberScorer(itemCount: 50)).0
        #expect(fused.segment == segment)
        CandidateRanker.rank(fused, with: weights)
        let second = CandidateRanker.best(counts.count, of: counts)
        let first = CandidateRanker.best(fused.count, of: fused).filter { counts.index(of: $0.item) != nil }
        #expect(second.count >= 20 && first.map(\.item) == second.map(\.item))
        #expect(zip(first, second).allSatisfy { abs($0.score - $1.score) < 1e-3 })
    }

    @Test func whatWasLearnedWithATransformerIsKept() {
        let models = learned()
        var trainer = FusionTrainer()
        for round in 0..<50 {
            let (counts, target) = set(round, models)
            trainer.learn(target, among: counts)
            trainer.learn(target, among: set(round, models, with: NumberScorer(itemCount: 50)).0)
        }
        let isKept = trainer.anew().weights == trainer.weights
        #expect(isKept)
    }

    @Test func oneSurpriseMovesWhatIsKnownLessThanWhatIsGuessed() throws {
        let models = learned()
        let trainer = trainer(after: 200, models)
        func movement(_ start: FusionTrainer) throws -> Float {
            var trainer = start
            let set = set(200, models).0
            trainer.learn(ItemIndex((200 * 7) % 50), among: set)
            let (before, after) = (start.checkpoint(), trainer.checkpoint())
            return zip(try before.numbers("weights", of: Float.self), try after.numbers("weights", of: Float.self))
                .map { abs($0 - $1) }.reduce(0, +)
        }
        #expect(try movement(trainer.anew()) < 0.5 * movement(FusionTrainer(weights: trainer.weights)))
    }

    @Test func boundsItsSteps() {
        let models = learned()
        var configuration = FusionTrainer.Configuration()
        configuration.prior = 1e-3
        configuration.largestStep = 0.01
        var trainer = FusionTrainer(configuration: configuration)
        let (set, target) = set(0, models)
        trainer.learn(target, among: set)
        for segment in CandidateSegment.allCases {
            for feature in CandidateFeature.allCases {
                let change = trainer.weights[feature, segment] - FusionWeights()[feature, segment]
                #expect(abs(change) <= 0.0101)
                #expect(segment == set.segment || change == 0)
            }
        }
    }

    @Test func learnsNothingFromAnItemThatWasNoCandidate() {
        var trainer = FusionTrainer()
        let (set, _) = set(0, learned())
        #expect(trainer.learn(ItemIndex(4000), among: set) == nil)
        #expect(trainer.weights == FusionWeights())
    }

    @Test func restoresFromItsCheckpoint() throws {
        let models = learned()
        var trainer = FusionTrainer()
        for round in 0..<20 {
            let (set, target) = set(round, models)
            trainer.learn(target, among: set)
        }
        var restored = try FusionTrainer(from: trainer.checkpoint())
        #expect(restored.checkpoint() == trainer.checkpoint())
        let (set, target) = set(21, models)
        let loss = trainer.learn(target, among: set)
        let restoredLoss = restored.learn(target, among: set)
        #expect(loss != nil && restoredLoss == loss)
        #expect(restored.weights == trainer.weights)
        var damaged = trainer.checkpoint()
        damaged.metadata["terms"] = "others"
        #expect(throws: FreshetError.self) { try FusionTrainer(from: damaged) }
    }
}
