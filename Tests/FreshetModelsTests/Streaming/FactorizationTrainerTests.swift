import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import Testing

@testable import FreshetModels

@Suite struct FactorizationTrainerTests {
    /// Items of which only the last digit says what they are.
    private struct Digits: CandidateEvidence, ItemTraits {
        let rows: [FeatureRow] = []
        let products: [FeatureProduct] = []

        func propose(for request: CandidateRequest, into set: CandidateSet) {}
        func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {}
        func withTraits(_ body: ((ItemIndex) -> [UInt32]) -> Void) { body { [UInt32($0.position % 10)] } }
    }

    private static let midnight: Int64 = 1_700_006_400
    private let models: StreamingModels = {
        var models = StreamingModels()
        for event in StreamingModelsTests.stream(300) { models.learn(event) }
        return models
    }()

    /// Ten candidates for somebody of whom nothing is known, at an hour.
    private func set(hour: Int, items: some Sequence<Int> = 0..<10, traits: Bool = false) -> CandidateSet {
        let set = CandidateSet()
        var configuration = CandidateRanker.Configuration()
        configuration.popularity = 0
        let ranker = CandidateRanker(configuration: configuration, evidence: traits ? [Digits()] : [])
        ranker.score(ScoringContext(user: nil, history: History(items: [])), with: nil, into: set)
        ranker.collect(
            ScoringContext(user: nil, history: History(items: [])),
            from: models,
            at: Self.midnight + Int64(hour) * 3600,
            adding: items.map { ProposedItem(item: ItemIndex($0), source: .own) },
            into: set
        )
        return set
    }

    /// In the morning item 3 is chosen, in the evening item 4.
    private func teach(_ trainer: inout some RankerLearner, rounds: Int, traits: Bool = false) {
        for round in 0..<rounds {
            let isMorning = round % 2 == 0
            trainer.learn(
                ItemIndex(isMorning ? 3 : 4),
                among: set(hour: isMorning ? 8 : 20, traits: traits)
            )
        }
    }

    private func rank(_ ranker: some Ranker, of item: Int, in set: CandidateSet) throws -> Int {
        ranker.rank(set)
        return try #require(set.rank(of: ItemIndex(item)))
    }

    @Test func whatGoesWithTheHourIsLearned() throws {
        var machine = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&machine, rounds: 60)
        #expect(try rank(machine.ranker, of: 3, in: set(hour: 8)) == 1)
        #expect(try rank(machine.ranker, of: 4, in: set(hour: 20)) == 1)

        var fusion = FusionTrainer(from: nil, settings: RankerSettings())
        teach(&fusion, rounds: 60)
        let isRight = try rank(fusion.ranker, of: 3, in: set(hour: 8)) == 1
        #expect(try !isRight || rank(fusion.ranker, of: 4, in: set(hour: 20)) > 1, "the fusion knows no hours")
    }

    @Test func newItemsRankByWhatTheyAre() throws {
        var machine = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&machine, rounds: 60, traits: true)
        let (morning, evening) = (
            set(hour: 8, items: 20..<30, traits: true), set(hour: 20, items: 20..<30, traits: true)
        )
        #expect(try rank(machine.ranker, of: 23, in: morning) < rank(machine.ranker, of: 24, in: morning))
        #expect(try rank(machine.ranker, of: 24, in: evening) < rank(machine.ranker, of: 23, in: evening))
    }

    /// The numbers of the rows, against what moving them does to the loss.
    @Test func stepsAreThoseOfTheLoss() throws {
        var trainer = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&trainer, rounds: 20, traits: true)
        // So cautious that a step is the gradient, a thousand times smaller, and drawn until the draws are the probabilities.
        trainer.settings = SituationFactors.Settings(rate: 1e3, decay: 0, caution: 1e12, draws: 100_000)
        let (set, target) = (set(hour: 8, traits: true), ItemIndex(3))
        let before = trainer.checkpoint()
        trainer.learn(target, among: set)
        let width = SituationFactors.width + 1
        let start = try numbers(before)
        let end = try numbers(trainer.checkpoint())
        #expect(start.count == end.count)

        func loss(with numbers: [Float]) throws -> Float {
            var checkpoint = before
            checkpoint.arrays["factors.numbers"] = StoredArray(numbers, shape: [numbers.count / width, width])
            try FactorizationRanker(from: checkpoint).rank(set)
            let total = (0..<set.count).reduce(Float(0)) { $0 + expf(set.score(at: $1)) }
            return try logf(total) - set.score(at: #require(set.index(of: target)))
        }
        var largest: Float = 0
        for index in stride(from: 0, to: start.count, by: 5) where index % width < SituationFactors.width {
            let h: Float = 0.02
            var (up, down) = (start, start)
            up[index] += h
            down[index] -= h
            let slope = try (loss(with: up) - loss(with: down)) / (2 * h)
            #expect(abs((start[index] - end[index]) * 1e3 - slope) < 2e-3, "number \(index)")
            largest = max(largest, abs(slope))
        }
        #expect(largest > 0.02)
    }

    private func numbers(_ checkpoint: Checkpoint) throws -> [Float] {
        try checkpoint.finiteNumbers("factors.numbers", shape: [nil, SituationFactors.width + 1])
    }

    @Test func itGoesOnExactly() throws {
        var trainer = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&trainer, rounds: 30)
        let description = try RankerRegistry.ranker(named: FactorizationRanker.name)
        let stored = RankerDescription.checkpoint(of: trainer)
        var restored = try #require(
            description.makeLearner(restoring: stored, settings: RankerSettings()) as? FactorizationTrainer
        )
        teach(&trainer, rounds: 30)
        teach(&restored, rounds: 30)
        #expect(restored.ranker == trainer.ranker)
        #expect(restored.checkpoint() == trainer.checkpoint())
        let ranker = try #require(
            RankerDescription.restoreRanker(from: RankerDescription.checkpoint(of: trainer.ranker))
                as? FactorizationRanker
        )
        #expect(ranker == trainer.ranker)
    }

    @Test func whatWasPublishedStaysAsItIs() {
        var trainer = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&trainer, rounds: 30)
        let published = trainer.ranker
        let checkpoint = published.checkpoint()
        teach(&trainer, rounds: 30)
        #expect(published != trainer.ranker)
        #expect(published.checkpoint() == checkpoint)
    }

    @Test func itBeginsWithWhatTheFusionKnows() throws {
        var fusion = FusionTrainer(from: nil, settings: RankerSettings())
        teach(&fusion, rounds: 30)
        let description = try RankerRegistry.ranker(named: FactorizationRanker.name)
        for learner in [
            description.makeLearner(from: fusion.ranker),
            try description.makeLearner(
                restoring: RankerDescription.checkpoint(of: fusion),
                settings: RankerSettings()
            ),
        ] {
            #expect(try #require(learner as? FactorizationTrainer).ranker.fusion == fusion.ranker)
        }
        var machine = FactorizationTrainer(from: FactorizationRanker(fusion: fusion.ranker), settings: RankerSettings())
        teach(&machine, rounds: 10)
        let back = RankerRegistry.usual.makeLearner(from: machine.ranker)
        #expect(try #require(back as? FusionTrainer).ranker == machine.ranker.fusion)
    }

    /// A rollback to a version of before the machine takes the version's weights, not those that were rolled back.
    @Test func aStepBackToTheFusionForgetsTheMachine() throws {
        let good = FusionTrainer(from: nil, settings: RankerSettings()).ranker
        var machine = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&machine, rounds: 20)
        let next = machine.anew(after: good)
        #expect(next.ranker == FactorizationRanker(fusion: good))
    }

    @Test func damageOfAnotherKindIsRefusedToo() throws {
        var damaged = FusionTrainer(from: nil, settings: RankerSettings()).checkpoint()
        damaged.arrays["weights"] = nil
        let description = try RankerRegistry.ranker(named: FactorizationRanker.name)
        #expect(throws: FreshetError.self) {
            try description.makeLearner(restoring: damaged, settings: RankerSettings())
        }
    }

    @Test func damageIsRefused() throws {
        var trainer = FactorizationTrainer(from: nil, settings: RankerSettings())
        teach(&trainer, rounds: 4)
        let whole = trainer.checkpoint()
        var broken: [Checkpoint] = Array(repeating: whole, count: 4)
        broken[0].arrays["factors.rows"] = nil
        let rows = try #require(whole.arrays["factors.rows"]?.shape.first)
        broken[1].arrays["factors.rows"] = StoredArray([Int32](repeating: -1, count: rows))
        let numbers = [Float](repeating: .nan, count: rows * (SituationFactors.width + 1))
        broken[2].arrays["factors.numbers"] = StoredArray(numbers, shape: [rows, SituationFactors.width + 1])
        broken[3].metadata["layout"] = "another"
        for checkpoint in broken {
            #expect(throws: FreshetError.self) {
                try FactorizationTrainer(restoring: checkpoint, settings: RankerSettings())
            }
        }
    }
}
