import FreshetCore
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct RankAllocationTests {
    /// First all, then a cubic curve down, then what was asked for.
    @Test func theBudgetFallsOnACubicCurve() {
        var settings = AdaptiveRankSettings()
        (settings.rank, settings.initialRank, settings.warmUp, settings.settling) = (2, 10, 0.1, 0.3)
        let budget = { settings.budget(of: 3, step: $0, of: 100) }
        #expect(budget(0) == 30 && budget(9) == 30 && budget(10) == 30)
        // A third of the way from step 10 to step 70: 6 + 24 · (2/3)³.
        #expect(budget(30) == 13)
        #expect(budget(70) == 6 && budget(99) == 6)
        #expect(zip(0..<99, 1..<100).allSatisfy { budget($0) >= budget($1) })
    }

    /// Of four ranks in two adapters those stay whose numbers the loss depends on, by a plain count of the same formula.
    @Test func whatTheLossDependsOnStays() {
        var settings = AdaptiveRankSettings()
        (settings.rank, settings.initialRank, settings.interval) = (1, 2, 1)
        (settings.warmUp, settings.settling, settings.orthogonality) = (0, 0.5, 0)
        var builder = NetworkBuilder(seed: 3)
        let adapters = ["a", "b"].map {
            SingularValueAdapter($0, inputs: 3, columns: 0..<2, settings, in: &builder)
        }
        let gradients = Gradients(for: builder.set)
        let allocation = RankAllocation(adapters, settings)
        for adapter in adapters { for rank in 0..<2 { adapter.values.pointer[rank] = 1 } }
        let steps = 6
        for step in 0..<steps {
            gradients.reset()
            // The gradients change from step to step, so that sensitivities have an uncertainty.
            let size = 1 + Float(step % 2)
            gradients.dense(adapters[0].values)[1] = 2 * size
            gradients.dense(adapters[1].values)[1] = 3 * size
            gradients.dense(adapters[1].values)[0] = 0.1 * size
            allocation.finish(gradients, step: step, of: steps)
        }
        #expect(allocation.ranks == ["a": 1, "b": 1])
        #expect(Array(adapters[0].values.values) == [0, 1] && Array(adapters[1].values.values) == [0, 1])
    }

    /// One step of smoothing by hand: sensitivity .15 · |w · g|, uncertainty .15 · |(|w · g|) - sensitivity|.
    @Test func importanceIsSensitivityTimesUncertainty() {
        var settings = AdaptiveRankSettings()
        (settings.rank, settings.initialRank, settings.interval, settings.warmUp) = (1, 2, 1, 0)
        var builder = NetworkBuilder(seed: 3)
        let adapter = SingularValueAdapter("a", inputs: 2, columns: 0..<2, settings, in: &builder)
        for parameter in adapter.parameters { parameter.values.update(repeating: 1) }
        let gradients = Gradients(for: builder.set)
        // A rank is worth what its three parts are worth, sides by their means: 4 and 0 of P's column, 1 of λ.
        gradients.dense(adapter.left)[0] = 4
        gradients.dense(adapter.values)[1] = 3
        RankAllocation([adapter], settings).finish(gradients, step: 0, of: 1)
        // (.15 · 4)(.15 · 3.4) / 2 = .153 against (.15 · 3)(.15 · 2.55) = .172: the second stays.
        #expect(adapter.values.pointer[0] == 0 && adapter.values.pointer[1] == 1)
        gradients.dense(adapter.left)[0] = 5
        for place in 0..<2 { adapter.values.pointer[place] = 1 }
        RankAllocation([adapter], settings).finish(gradients, step: 0, of: 1)
        #expect(adapter.values.pointer[0] == 1 && adapter.values.pointer[1] == 0)
    }

    @Test func refusesShapesThatDoNotFit() throws {
        let base = try Fixture.encoder()
        for change: (inout AdaptiveRankSettings) -> Void in [
            { $0.initialRank = 5 },
            {
                $0.rank = 4; $0.initialRank = 3
            }, { $0.rank = 0 }, { $0.matrices = [] },
            { $0.warmUp = 0.8 }, { $0.interval = 0 }, { $0.smoothing = 1 }, { $0.alpha = .infinity },
        ] {
            var settings = AdaptiveRankSettings()
            (settings.rank, settings.initialRank) = (2, 3)
            change(&settings)
            var builder = NetworkBuilder(seed: 1)
            let error = #expect(throws: FreshetError.self) {
                try TunedEncoder(base, .adaptiveLowRank(settings), in: &builder)
            }
            #expect(error?.kind == .usage)
        }
    }
}

@Suite struct EmbeddingPerturbationTests {
    private static let texts = ["red heart lamp", "garden spade", "我爱北京"]

    /// A loss of a tuned encoder's vectors with moved tokens.
    private final class Run {
        let tuned: TunedEncoder
        let tape: Tape
        let packed: PackedTokens
        private let rows = IndexBuffer()

        init(_ method: TuningMethod) throws {
            var builder = NetworkBuilder(seed: 3)
            tuned = try TunedEncoder(try Fixture.encoder(width: 8), method, in: &builder)
            tape = Tape(recordingInto: Gradients(for: builder.set))
            packed = PackedTokens(for: tuned.base.model.configuration)
            for text in EmbeddingPerturbationTests.texts { packed.append(tuned.base.tokens(of: text)) }
        }

        /// The loss, and its gradient at the vectors.
        func loss(_ perturbation: EmbeddingPerturbation?) -> Double {
            let y = tuned.vectors(of: packed, on: tape, rows: rows, movedBy: perturbation)
            let weights = (0..<y.count).map { Float($0 % 5) - 2 }
            tape.gradient(of: y).update(from: weights, count: y.count)
            return zip(weights, y.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
    }

    /// A step is the gradient's direction in each text, as long as was asked, whatever learns: the loss grows by its slope.
    @Test(arguments: [TuningMethod.all, .last(layers: 1), TunedEncoderTests.adapters])
    func aStepGoesWhereTheLossGrows(method: TuningMethod) throws {
        let run = try Run(method)
        let epsilon: Float = 1e-3
        let perturbation = EmbeddingPerturbation(.fgm(epsilon: epsilon))
        perturbation.begin(tokens: run.packed.count, width: 8)
        let before = run.loss(perturbation)
        run.tape.backward()
        perturbation.ascend(run.packed.offsets, on: run.tape)
        run.tape.reset()
        let up = run.loss(perturbation) - before
        run.tape.reset()
        // The same way back: differences in both directions are the slope.
        let moves = perturbation.norms(run.packed.offsets, width: 8)
        #expect(moves.allSatisfy { abs($0 - epsilon) < 1e-6 })
        #expect(up > 0)
        #expect(abs(run.loss(nil) - before) < 1e-5)
    }

    /// Several steps stay in the ball and find a larger loss than one.
    @Test func severalStepsGoFurther() throws {
        func loss(_ settings: AdversarialSettings) throws -> Double {
            let run = try Run(.all)
            let perturbation = EmbeddingPerturbation(settings)
            perturbation.begin(tokens: run.packed.count, width: 8)
            for _ in 0..<settings.steps {
                _ = run.loss(perturbation)
                run.tape.backward()
                perturbation.ascend(run.packed.offsets, on: run.tape)
                run.tape.reset()
                #expect(perturbation.norms(run.packed.offsets, width: 8).allSatisfy { $0 < settings.epsilon * 1.0001 })
            }
            return run.loss(perturbation)
        }
        let (none, one, several) = (
            try Run(.all).loss(nil), try loss(.fgm(epsilon: 0.1)), try loss(.pgd(epsilon: 0.1, steps: 6))
        )
        #expect(one > none && several > one - 1e-4, "\(none), \(one), \(several)")
    }

    /// The gradients of the passes together are the mean of those of each.
    @Test func passesWeighTheSame() throws {
        let run = try Run(.all)
        var scales: [Float] = []
        let passes = TrainingPasses(.pgd(epsilon: 0.1, steps: 3), on: run.tape)
        let loss = passes.run(run.packed, width: 8, scale: 2) { scale, perturbation in
            scales.append(scale)
            return run.loss(perturbation)
        }
        #expect(scales == [0.5, 0.5, 0.5, 0.5])
        #expect(abs(loss - run.loss(nil)) < 1e-5)
    }
}
