import FreshetCore
import FreshetData
import FreshetExperiments
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// Learning from what another policy chose to show, in a world of which the truth is known.
///
/// Of twenty items in each of four contexts, the logging policy shows three mediocre ones nearly always, and the two that are
/// liked best seldom.
@Suite("Off-policy correction")
struct OffPolicyTests {
    private static let (contexts, items) = (4, 20)

    /// With what chance the logging policy shows an item.
    private static func propensity(_ item: Int, in context: Int) -> Double {
        switch (item + 5 * context) % items {
        case 0, 1: 0.02
        case 2, 3, 4: 0.25
        default: 0.21 / 15
        }
    }

    /// With what chance it is clicked where it is shown.
    private static func liking(_ item: Int, in context: Int) -> Double {
        switch (item + 5 * context) % items {
        case 0: 0.6
        case 1: 0.55
        case 2, 3, 4: 0.2
        default: 0.02
        }
    }

    private struct Shown {
        let context: Int
        let item: Int
        let isClicked: Bool
    }

    private static func log(_ count: Int, seed: UInt64) -> [Shown] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { number in
            let context = number % contexts
            var rest = Double(random.uniform())
            var item = 0
            while item < items - 1 {
                rest -= propensity(item, in: context)
                if rest < 0 { break }
                item += 1
            }
            return Shown(
                context: context,
                item: item,
                isClicked: Double(random.uniform()) < liking(item, in: context)
            )
        }
    }

    /// The chances that a model trained on the clicks of a log gives the items in each context.
    private static func policy(slate: Int, _ log: [Shown]) throws -> [[Double]] {
        let clicks = log.filter(\.isClicked)
        let dataset = SyntheticData.dataset(
            clicks.map { [$0.context, contexts + $0.item] },
            itemCount: contexts + items
        )
        let data = TrainingData(
            dataset: dataset,
            propensities: clicks.flatMap { [.nan, Float(propensity($0.item, in: $0.context))] }
        )
        var configuration = SequenceTransformer.Configuration()
        (configuration.channels, configuration.blocks, configuration.maximumLength) = (16, 1, 4)
        (configuration.relativePositions, configuration.timeGaps) = (2, false)
        (configuration.dropout, configuration.attentionDropout) = (0, 0)
        (configuration.batchSize, configuration.epochs, configuration.averaging) = (64, 24, 0.9)
        (configuration.learningRate, configuration.weightDecay, configuration.warmUpSteps) = (0.01, 0, 10)
        (configuration.slate, configuration.importanceCap) = (slate, 30)
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(data, session: TrainingSession(seed: 1, pool: ThreadPool(threads: 1)))
        let scorer = model.makeScorer()
        return (0..<contexts).map { context in
            let history = History(items: [ItemIndex(context)], times: [1_700_000_000])
            let scores = scorer.scores(for: ScoringContext(user: nil, history: history))
            let weights = (0..<items).map { Double(exponential(scores[contexts + $0])) }
            let sum = weights.reduce(0, +)
            return weights.map { $0 / sum }
        }
    }

    /// What a policy is worth in truth.
    private static func value(_ policy: [[Double]]) -> Double {
        (0..<contexts).reduce(0) { sum, context in
            sum + (0..<items).reduce(0) { $0 + policy[context][$1] * liking($1, in: context) }
        } / Double(contexts)
    }

    /// The same estimated from another log.
    private static func estimate(_ policy: [[Double]]) throws -> OffPolicyEvaluation {
        try OffPolicyEvaluation(
            log(40_000, seed: 9).map { shown in
                LoggedDecision(
                    reward: shown.isClicked ? 1 : 0,
                    propensity: propensity(shown.item, in: shown.context),
                    target: policy[shown.context][shown.item],
                    predicted: nil,
                    expected: nil
                )
            }
        )
    }

    @Test func whatIsSeldomShownAndLikedIsFound() throws {
        let log = Self.log(8_000, seed: 3)
        let (plain, corrected) = (try Self.policy(slate: 0, log), try Self.policy(slate: 1, log))
        // What is clicked is what is shown: the plain model goes on showing it.
        #expect(
            Self.value(plain) < 0.3 && Self.value(corrected) > 0.5,
            "\(Self.value(plain)), \(Self.value(corrected))"
        )
        let (old, new) = (try Self.estimate(plain), try Self.estimate(corrected))
        #expect(new.snips.value > old.snips.value + 0.2 && new.ips.value > old.ips.value + 0.2)
        #expect(abs(new.snips.value - Self.value(corrected)) < 0.05)
    }

    /// Where several items are shown at once, the second best is worth a chance too.
    @Test func aSlateLeavesRoomForTheSecondBest() throws {
        let log = Self.log(8_000, seed: 3)
        func best(_ slate: Int) throws -> [Double] {
            try Self.policy(slate: slate, log).map { $0.max() ?? 0 }
        }
        let (one, several) = (try best(1).reduce(0, +), try best(6).reduce(0, +))
        #expect(several < one - 0.2, "\(one) and \(several)")
    }

    @Test func withoutPropensitiesNothingIsCorrected() throws {
        var configuration = SequenceTransformer.Configuration()
        configuration.slate = 5
        var model = SequenceTransformer(configuration: configuration)
        #expect {
            try model.fit(SyntheticData.groups(), session: TrainingSession(seed: 1, pool: ThreadPool(threads: 1)))
        } throws: {
            ($0 as? FreshetError)?.remedy?.contains("--propensities") == true
        }
        configuration.loss = .sampledSoftmax
        #expect(throws: FreshetError.self) { try configuration.validate() }
    }
}
