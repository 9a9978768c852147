import Foundation
import FreshetTensor
import Testing

@testable import FreshetFeedback

@Suite("Delayed outcomes")
struct DelayTests {
    @Test(arguments: [(1.0, 0.393469), (3, 0.776870), (7, 0.969803)])
    func exponentialDelay(days: Double, share: Double) {
        #expect(abs(ExponentialDelay(mean: 2).share(by: days) - share) < 1e-6)
    }

    /// Outcomes of answers of the last 6 days, with delays of 2 days on average; those still to come are not known.
    private static func known(_ count: Int, seed: UInt64, days: Double) -> [DelayCurve.Outcome] {
        var random = RandomSource(seed: seed)
        return (0..<count).compactMap { _ in
            let age = days * Double(random.uniform())
            let delay = -2 * log(1 - Double(random.uniform()))
            return delay <= age ? DelayCurve.Outcome(delay: delay, age: age) : nil
        }
    }

    /// Though only quick ones of the recent answers are known, the curve is that of all; counting known delays is not.
    @Test func truncatedDelaysAreCorrected() throws {
        let known = Self.known(20_000, seed: 1, days: 6)
        let curve = DelayCurve(known, window: 6)
        let whole = 1 - exp(-3.0)
        for day in [0.5, 1, 2, 4] {
            let truth = (1 - exp(-day / 2)) / whole
            #expect(abs(try #require(curve.share(by: day)) - truth) < 0.03)
            let naive = Double(known.count { $0.delay <= day }) / Double(known.count)
            if day < 4 { #expect(naive - truth > 0.04) }
        }
        let fitted = try #require(ExponentialDelay(known))
        #expect(abs(fitted.mean - 2) < 0.1)
    }

    @Test func curveByHand() throws {
        // Of the delay 1 both old outcomes could be seen and the young one; of 3 the old ones only: half of those took it.
        let outcomes = [(1.0, 9.0), (3, 9), (1, 2)].map { DelayCurve.Outcome(delay: $0.0, age: $0.1) }
        let curve = DelayCurve(outcomes, window: 4)
        #expect(curve.share(by: 0.5) == 0)
        #expect(curve.share(by: 1) == 0.5)
        #expect(curve.share(by: 2.9) == 0.5)
        #expect(curve.share(by: 3) == 1 && curve.share(by: 4) == 1)
        #expect(DelayCurve([], window: 4).share(by: 1) == nil)
        #expect(DelayCurve(outcomes, window: 2).count == 2)
    }

    @Test func weightsAreThoseOfTheirPapers() {
        let waited = DelayedFeedback(prediction: 0.2, share: 0.75)
        #expect(abs(waited.positive - 1.05) < 1e-12)
        #expect(abs(waited.negative - 1.05 * 0.8 / 0.85) < 1e-12)
        let fake = DelayedFeedback(fakeNegative: 0.3)
        #expect(abs(fake.positive - 1.3) < 1e-12 && abs(fake.negative - 0.7 * 1.3) < 1e-12)
        let complete = DelayedFeedback(prediction: 0.3, share: 1)
        #expect(complete.positive == 1 && abs(complete.negative - 1) < 1e-12)
    }

    /// A stream in which most outcomes come after their examples were learned as negative.
    ///
    /// With the weights a model learns nearly what an oracle does that knows every outcome at once; without them it believes in far too few outcomes.
    @Test func lateOutcomesAreLearnedAsIfTheyWereKnown() {
        let naive = Self.loss(seed: 1) { _ in (1, 1) }
        let weighted = Self.loss(seed: 1) { prediction in
            let weights = DelayedFeedback(prediction: prediction, share: ExponentialDelay(mean: 20).share(by: 5))
            return (weights.positive, weights.negative)
        }
        let oracle = Self.loss(seed: 1, weights: nil)
        #expect(oracle < naive)
        #expect(weighted - oracle < 0.25 * (naive - oracle))
    }

    /// Learns a logistic model from a stream and returns its loss against the true chances in the last part.
    private static func loss(seed: UInt64, weights: ((Double) -> (positive: Double, negative: Double))?) -> Double {
        var random = RandomSource(seed: seed)
        let truth = [-1.0, 1.2, -0.8, 0.6]
        var model = [0.0, 0, 0, 0]
        func chance(_ weights: [Double], _ features: [Double]) -> Double {
            1 / (1 + exp(-zip(weights, features).reduce(0) { $0 + $1.0 * $1.1 }))
        }
        func learn(_ features: [Double], _ label: Double, _ weight: Double, _ model: inout [Double]) {
            let slope = weight * (chance(model, features) - label)
            for place in features.indices { model[place] -= 0.01 * slope * features[place] }
        }
        var waiting: [Int: [(features: [Double], isPositive: Bool)]] = [:]
        var (sum, count) = (0.0, 0)
        let steps = 24_000
        for step in 0..<steps {
            let features = [1] + (0..<3).map { _ in Double(random.normal()) }
            let isOutcome = Double(random.uniform()) < chance(truth, features)
            let delay = -20 * log(1 - Double(random.uniform()))
            if step > steps / 2 {
                let (real, believed) = (chance(truth, features), min(max(chance(model, features), 1e-9), 1 - 1e-9))
                sum -= real * log(believed) + (1 - real) * log(1 - believed)
                count += 1
            }
            guard let weights else {
                learn(features, isOutcome ? 1 : 0, 1, &model)
                continue
            }
            // Learned after five steps; outcomes that come later are learned once more when they come.
            waiting[step + 5, default: []].append((features, isOutcome && delay <= 5))
            if isOutcome, delay > 5 { waiting[step + Int(delay) + 1, default: []].append((features, true)) }
            for example in waiting.removeValue(forKey: step) ?? [] {
                let weight = weights(chance(model, example.features))
                learn(
                    example.features,
                    example.isPositive ? 1 : 0,
                    example.isPositive ? weight.positive : weight.negative,
                    &model
                )
            }
        }
        return sum / Double(count)
    }
}
