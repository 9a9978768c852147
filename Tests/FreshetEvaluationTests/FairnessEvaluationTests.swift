import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetFairness
import FreshetTensor
import Testing

/// What lists give to users and items, against values worked out by hand.
@Suite struct FairnessEvaluationTests {
    private let pool = ThreadPool(threads: 1)

    private func list(_ items: Int...) -> [ItemIndex] { items.map(ItemIndex.init(_:)) }

    /// Two users of one taste each; the first one's list has both kinds, the second one's its own.
    private var subjects: FairnessSubjects {
        let categories = [["a"], ["a"], ["b"], ["b"]]
        return FairnessSubjects(
            targets: list(0, 1),
            histories: [list(0, 1), list(2)],
            userGroups: ["gender": ["f", "m"]],
            categories: categories,
            itemGroups: ["category": categories],
            popularity: [3, 1, 0, 0]
        )
    }

    @Test func figuresAreThoseOfTheHand() throws {
        let lists = [list(2, 0), list(2, 3)]
        let second = 1 / log2(3.0)
        let result = try FairnessEvaluation(of: lists, for: subjects, pool: pool)
        func isNear(_ value: Double?, _ expected: Double) -> Bool { abs((value ?? .nan) - expected) < 1e-6 }
        #expect(isNear(result.ndcg.value, second / 2) && isNear(result.hitRate.value, 0.5))
        #expect(isNear(result.miscalibration?.value, log(1 / (0.99 * 0.5 + 0.01)) / 2))
        // Exposures .6309, 0, 2 and .6309.
        #expect(isNear(result.gini.value, 2 * (5 * second + 8) / (4 * (2 + 2 * second)) - 1.25))
        // Histories are 2 and 0 popular, lists 1.5 and 0.
        #expect(isNear(result.popularityLift?.value, -0.25))
        let exposure = try #require(result.exposure["category"])
        #expect(exposure.map(\.row.group) == ["a", "b"])
        #expect(isNear(exposure[0].share.value, second / (2 + 2 * second)))
        #expect(isNear(exposure[0].row.merit, 1) && isNear(exposure[1].row.catalogue, 0.5))
        let quality = try #require(result.quality["gender"])
        #expect(quality.best == "f" && quality.worst == "m" && isNear(quality.gap.value, second))
        #expect(result.gini.low <= result.gini.value && result.gini.value <= result.gini.high)
    }

    @Test func aGapWithinTheNoiseHasAnIntervalAroundZero() throws {
        var random = RandomSource(seed: 5)
        let values = ["f", "m"].reduce(into: [String: [Float]]()) { values, group in
            values[group] = (0..<400).map { _ in random.uniform() }
        }
        let none = try GroupQuality(of: values, options: EvaluationOptions(), pool: pool)
        #expect(none.gap.low < 0 && none.gap.value >= 0)
        let apart = try GroupQuality(
            of: ["f": values["f", default: []], "m": values["m", default: []].map { $0 + 0.3 }],
            options: EvaluationOptions(),
            pool: pool
        )
        #expect(apart.best == "m" && apart.gap.low > 0.2 && apart.gap.high < 0.4)
        #expect(
            try apart
                == GroupQuality(
                    of: ["f": values["f", default: []], "m": values["m", default: []].map { $0 + 0.3 }],
                    options: EvaluationOptions(),
                    pool: ThreadPool(threads: 3)
                )
        )
        #expect(throws: FreshetError.self) {
            try GroupQuality(of: ["f": [1], "m": []], options: EvaluationOptions(), pool: pool)
        }
    }

    @Test func whoHasNoHistoryCountsForNothing() throws {
        var strangers = subjects
        strangers.histories = [[], []]
        let result = try FairnessEvaluation(of: [list(2, 0), list(2, 3)], for: strangers, pool: pool)
        #expect(result.miscalibration == nil && result.popularityLift == nil)
    }
}
