import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct PairTuningTests {
    private static let texts = ["red lamp", "blue spade", "green house", "table top", "old guitar", "steel pot"]
    /// Texts that have no word in common belong together.
    private static let pairs: [(Int32, Int32)] = [(0, 3), (1, 4), (2, 5)]

    private func likeness(_ encoder: TextEncoder, _ a: Int, _ b: Int) -> Float {
        let vectors = encoder.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        return (0..<encoder.width).reduce(0) {
            $0 + vectors[a * encoder.width + $1] * vectors[b * encoder.width + $1]
        }
    }

    @Test(arguments: [TuningMethod.all, .lowRank(LowRankSettings())]) func partnersBecomeAlike(method: TuningMethod)
        throws
    {
        let base = try Fixture.encoder(width: 16)
        let settings = TextTraining.Settings(epochs: 60, batchSize: 3, learningRate: 0.01)
        let training = TextTraining(settings, seed: 1, pool: ThreadPool(threads: 1))
        let (tuned, outcome) = try PairTuning.tune(base, method, texts: Self.texts, pairs: Self.pairs, training)
        #expect(outcome.losses[59] < 0.3 * outcome.losses[0], "\(outcome.losses)")
        for (a, b) in Self.pairs {
            let others = Self.pairs.map { Int($0.1) }.filter { $0 != Int(b) }
            let own = likeness(tuned, Int(a), Int(b))
            #expect(others.allSatisfy { likeness(tuned, Int(a), $0) < own - 0.1 })
        }
    }

    @Test func refusesNothing() throws {
        let base = try Fixture.encoder()
        let training = TextTraining(.init(epochs: 1, learningRate: 0.01), seed: 1, pool: ThreadPool(threads: 1))
        let cases: [(TuningMethod, [(Int32, Int32)])] = [(.all, []), (.none, Self.pairs)]
        for (method, pairs) in cases {
            let error = #expect(throws: FreshetError.self) {
                try PairTuning.tune(base, method, texts: Self.texts, pairs: pairs, training)
            }
            #expect(error?.kind == .usage)
        }
    }
}
