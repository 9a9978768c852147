import Foundation
import FreshetTensor
import Testing

@testable import FreshetFairness

/// Mixes of categories, how far they are apart, and lists that come nearer.
@Suite struct CalibrationTests {
    private func mix(_ shares: [String: Double]) -> CategoryMix<String> {
        var mix = CategoryMix<String>()
        for (category, share) in shares { mix.add([category], weight: share) }
        return mix
    }

    @Test func divergenceOfKnownMixes() {
        let calibration = Calibration(to: mix(["a": 0.7, "b": 0.3]))
        for (q, expected) in [
            (["a": 1.0], 1.133982), (["a": 0.8, "b": 0.2], 0.027547), (["a": 0.7, "b": 0.3], 0), (["b": 1.0], 2.864535),
        ] {
            #expect(abs(calibration.miscalibration(of: mix(q)) - expected) < 5e-7)
        }
    }

    @Test func divergenceHasItsLimits() {
        let calibration = Calibration(to: mix(["a": 2, "b": 1, "c": 5]))
        #expect(abs(calibration.miscalibration(of: mix(["z": 1])) - log(100)) < 1e-12)
        #expect(abs(calibration.miscalibration(of: CategoryMix()) - log(100)) < 1e-12)
        #expect(Calibration(to: CategoryMix<String>()).miscalibration(of: mix(["a": 1])) == 0)
        var random = RandomSource(seed: 3)
        for _ in 0..<200 {
            let other = mix([
                "a": Double(random.uniform()), "b": Double(random.uniform()), "d": Double(random.uniform()),
            ])
            #expect((0...log(100)).contains(calibration.miscalibration(of: other)))
        }
    }

    @Test func anItemIsSplitOverItsCategories() {
        let mix = CategoryMix(of: [["a", "b"], ["a"], [], ["c", "b"]])
        #expect(mix.total == 3)
        #expect(mix.share(of: "a") == 0.5 && abs(mix.share(of: "b") - 1 / 3) < 1e-12 && mix.share(of: "z") == 0)
    }

    @Test func aListFollowsTheMix() {
        // Ten of a, then ten of b, all of nearly the same relevance: 70 to 30 as the user has it.
        let items = (0..<20).map { [$0 < 10 ? "a" : "b"] }
        let relevance = (0..<20).map { 1 - Double($0) * 0.001 }
        let calibration = Calibration(to: mix(["a": 0.7, "b": 0.3]))
        let order = calibration.order(relevance: relevance, items: items, count: 10, tradeOff: 0.9)
        #expect(order.count { $0 < 10 } == 7 && order.count { $0 >= 10 } == 3)
        #expect(calibration.order(relevance: relevance, items: items, count: 10, tradeOff: 0) == Array(0..<10))
        #expect(
            calibration.order(relevance: relevance, items: items, count: 99, tradeOff: 0.9).sorted() == Array(0..<20)
        )
    }

    @Test func whatHasNoCategoriesNeitherHelpsNorHarms() {
        let calibration = Calibration(to: mix(["a": 1]))
        // b takes from the list's share of a; the item without categories does not.
        let order = calibration.order(
            relevance: [1, 0.9, 0.8],
            items: [["a"], ["b"], []],
            count: 3,
            tradeOff: 0.9
        )
        #expect(order == [0, 2, 1])
    }

    /// The choice by groups and differences is the one that tries every candidate from the definition.
    @Test(arguments: [0.1, 0.5, 0.9, 1.0]) func theChoiceIsTheDefinitions(tradeOff: Double) {
        var random = RandomSource(seed: 11)
        let names = ["a", "b", "c", "d", "e"]
        for _ in 0..<30 {
            let items = (0..<40).map { _ in names.filter { _ in random.uniform() < 0.3 } }
            let relevance = (0..<40).map { _ in Double(random.uniform()) }
            let history = CategoryMix(of: (0..<12).map { _ in names.prefix(4).filter { _ in random.uniform() < 0.4 } })
            let calibration = Calibration(to: history)
            func value(_ chosen: [Int]) -> Double {
                (1 - tradeOff) * chosen.reduce(0) { $0 + relevance[$1] }
                    - tradeOff * calibration.miscalibration(of: CategoryMix(of: chosen.map { items[$0] }))
            }
            var expected: [Int] = []
            let order = calibration.order(relevance: relevance, items: items, count: 15, tradeOff: tradeOff)
            for chosen in order {
                let best = items.indices.filter { !expected.contains($0) }.map { value(expected + [$0]) }.max() ?? 0
                #expect(abs(value(expected + [chosen]) - best) < 1e-9)
                expected.append(chosen)
            }
            #expect(Set(order).count == 15)
        }
    }

    @Test func moreTradeOffIsNearerToTheMix() {
        var random = RandomSource(seed: 5)
        let names = ["a", "b", "c"]
        var means: [Double] = []
        let users = (0..<40).map { _ in
            (
                CategoryMix(of: (0..<20).map { _ in [names[min(2, Int(random.uniform() * 4))]] }),
                (0..<60).map { _ in [names[Int(random.uniform() * 3)]] }, (0..<60).map { _ in Double(random.uniform()) }
            )
        }
        for tradeOff in [0, 0.3, 0.6, 0.9] {
            let sum = users.reduce(0.0) { sum, user in
                let calibration = Calibration(to: user.0)
                let order = calibration.order(relevance: user.2, items: user.1, count: 10, tradeOff: tradeOff)
                return sum + calibration.miscalibration(of: CategoryMix(of: order.map { user.1[$0] }))
            }
            means.append(sum / 40)
        }
        #expect(means == means.sorted(by: >) && means[3] < means[0] / 2, "\(means)")
    }
}
