import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetExperiments

@Suite("Off-policy evaluation")
struct OffPolicyTests {
    /// Five actions worth 0.1 to 0.5, logged alike; the judged policy prefers the last.
    private static func log(_ events: Int, seed: UInt64, isModelGood: Bool? = nil) -> [LoggedDecision] {
        var random = RandomSource(seed: seed)
        let policy = [0.05, 0.05, 0.1, 0.2, 0.6]
        let model = (0..<5).map { isModelGood == false ? 0.9 - 0.1 * Double($0) : 0.1 + 0.1 * Double($0) }
        let expected = zip(policy, model).reduce(0) { $0 + $1.0 * $1.1 }
        return (0..<events).map { _ in
            let action = random.place(below: 5)
            return LoggedDecision(
                reward: random.happens(0.1 + 0.1 * Double(action)) ? 1 : 0,
                propensity: 0.2,
                target: policy[action],
                predicted: isModelGood == nil ? nil : model[action],
                expected: isModelGood == nil ? nil : expected
            )
        }
    }

    private static let truth = 0.05 * 0.1 + 0.05 * 0.2 + 0.1 * 0.3 + 0.2 * 0.4 + 0.6 * 0.5

    /// Over many logs the estimators are right on average, and their intervals hold the truth as often as they say.
    @Test(arguments: [Bool?.none, true, false])
    func estimatorsAreRight(isModelGood: Bool?) throws {
        var (sums, held) = ([0.0, 0.0, 0.0], [0, 0, 0])
        for seed in 0..<200 {
            let result = try OffPolicyEvaluation(Self.log(400, seed: UInt64(seed), isModelGood: isModelGood))
            for (place, estimate) in [result.ips, result.snips, result.doublyRobust].enumerated() {
                sums[place] += estimate.value / 200
                if estimate.low < Self.truth && Self.truth < estimate.high { held[place] += 1 }
            }
        }
        for place in 0..<3 {
            #expect(abs(sums[place] - Self.truth) < 0.012)
            #expect(held[place] >= 180)
        }
    }

    /// A good model makes the doubly robust estimate vary less.
    @Test func aGoodModelHelps() throws {
        let plain = try OffPolicyEvaluation(Self.log(4_000, seed: 1))
        let modelled = try OffPolicyEvaluation(Self.log(4_000, seed: 1, isModelGood: true))
        #expect(modelled.doublyRobust.high - modelled.doublyRobust.low < plain.ips.high - plain.ips.low)
    }

    /// The policies being one, every estimator gives the mean reward.
    @Test func theLoggedPolicyIsWorthWhatItWas() throws {
        let log = (0..<300).map { LoggedDecision(reward: $0 % 3 == 0 ? 1 : 0, propensity: 0.3, target: 0.3) }
        let result = try OffPolicyEvaluation(log)
        for estimate in [result.ips, result.snips, result.doublyRobust, result.switchEstimate] {
            #expect(abs(estimate.value - 1 / 3.0) < 1e-12)
        }
        #expect(abs(result.effectiveEvents - 300) < 1e-9)
    }

    /// Two kinds of events: beyond a weight the model alone is asked, and not where that could be far from the truth.
    @Test func switchTrustsTheModelWhereWeightsAreLarge() throws {
        let log = (0..<2_000).map { place -> LoggedDecision in
            let isRare = place % 100 == 0
            return LoggedDecision(
                reward: isRare ? 1 : 0.5,
                propensity: isRare ? 0.05 : 0.95,
                target: isRare ? 0.4 : 0.6,
                predicted: 0.5,
                expected: 0.5
            )
        }
        #expect(abs(OffPolicyEvaluation.corrected(log, mean: 0, upTo: 1).value - 0.5) < 1e-12)
        #expect(abs(OffPolicyEvaluation.corrected(log, mean: 0, upTo: 8).value - 0.54) < 1e-12)
        let result = try OffPolicyEvaluation(log)
        #expect(abs(result.switchWeight - 8) < 1e-12)
        #expect(abs(result.switchEstimate.value - 0.54) < 1e-12)
    }

    @Test func tooFewEffectiveEventsAreRefused() {
        let few = (0..<99).map { _ in LoggedDecision(reward: 1, propensity: 0.5, target: 0.5) }
        #expect { try OffPolicyEvaluation(few) } throws: { ($0 as? FreshetError)?.kind == .invalidData }
        #expect(throws: Never.self) {
            try OffPolicyEvaluation(few + [LoggedDecision(reward: 1, propensity: 0.5, target: 0.5)])
        }
        #expect(throws: FreshetError.self) { try OffPolicyEvaluation([]) }
        #expect(throws: FreshetError.self) {
            try OffPolicyEvaluation((0..<500).map { _ in LoggedDecision(reward: 1, propensity: 0.5, target: 0) })
        }
    }

    /// One weight of 5.3% of all, with enough effective events, is refused too.
    @Test func oneLargeWeightIsRefused() {
        var log = (0..<1_000).map { _ in LoggedDecision(reward: 1, propensity: 0.5, target: 0.5) }
        log.append(LoggedDecision(reward: 1, propensity: 0.01, target: 0.56))
        #expect { try OffPolicyEvaluation(log) } throws: {
            ($0 as? FreshetError)?.message.contains("single event") == true
        }
        log[1_000].target = 0.5
        #expect(throws: Never.self) { try OffPolicyEvaluation(log) }
    }
}
