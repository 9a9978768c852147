import FreshetTensor
import Testing

@testable import FreshetFeedback

@Suite("Position bias")
struct PositionTests {
    @Test func adjacentSwaps() throws {
        var outcomes = PlacedOutcomes(items: 2, positions: 2)
        outcomes.add(item: 0, position: 0, seen: 100, clicked: 20)
        outcomes.add(item: 0, position: 1, seen: 100, clicked: 10)
        outcomes.add(item: 1, position: 0, seen: 50, clicked: 5)
        outcomes.add(item: 1, position: 1, seen: 50, clicked: 3)
        let harvest = InterventionHarvesting(outcomes)
        #expect(abs(try #require(harvest.ratios[0]) - 0.16 / 0.30) < 1e-12)
        #expect(harvest.swaps == [150])
        #expect(harvest.bias() == nil)
        let bias = try #require(harvest.bias(leastSwaps: 100))
        #expect(abs(bias.weight(at: 1) - 1.875) < 1e-12)
        #expect(bias.weight(at: 0) == 1 && bias.weight(at: 7) == bias.weight(at: 1))
    }

    @Test func withoutPairsThereIsNoBiasToBeSeen() {
        var outcomes = PlacedOutcomes(items: 2, positions: 2)
        outcomes.add(item: 0, position: 0, seen: 9_000, clicked: 20)
        outcomes.add(item: 1, position: 1, seen: 9_000, clicked: 10)
        let harvest = InterventionHarvesting(outcomes)
        #expect(harvest.ratios == [nil] && harvest.swaps == [0] && harvest.bias(leastSwaps: 1) == nil)
    }

    /// A shop of which the truth is known: items with an appeal, a ranker that knows it badly, positions that are looked at
    /// ever less, and neighbours swapped in 10% of the answers.
    private struct Shop {
        static let positions = 5
        let appeal: [Double]
        let examination = (0..<positions).map { 1 / Double($0 + 1) }
        var outcomes: PlacedOutcomes

        init(answers: Int, seed: UInt64) {
            var random = RandomSource(seed: seed)
            let count = 40
            let appeal = (0..<count).map { _ in 0.05 + 0.6 * Double(random.uniform()) }
            let rank = (0..<count).map { appeal[$0] + 0.5 * Double(random.uniform()) }
            outcomes = PlacedOutcomes(items: count, positions: Self.positions)
            for _ in 0..<answers {
                // Each answer is made of some items, ordered by what the ranker believes of them.
                var shown: [Int] = []
                while shown.count < Self.positions {
                    let item = random.below(count)
                    if !shown.contains(item) { shown.append(item) }
                }
                shown.sort { rank[$0] > rank[$1] }
                if random.uniform() < 0.1 {
                    let place = random.below(Self.positions - 1)
                    shown.swapAt(place, place + 1)
                }
                for (position, item) in shown.enumerated() {
                    let isClicked = Double(random.uniform()) < examination[position] * appeal[item]
                    outcomes.add(item: item, position: position, clicked: isClicked ? 1 : 0)
                }
            }
            self.appeal = appeal
        }

        /// The mean squared error of what is believed of the items, up to a common factor.
        func error(_ believed: [Double]) -> Double {
            let factor = zip(believed, appeal).reduce(0) { $0 + $1.0 * $1.1 } / believed.reduce(0) { $0 + $1 * $1 }
            return zip(believed, appeal).reduce(0) { $0 + ($1.0 * factor - $1.1) * ($1.0 * factor - $1.1) }
        }
    }

    /// Both estimates come near the truth, and what is learned with them nearer to what an oracle learns than to raw clicks.
    @Test func correctedClicksTellWhatItemsAreWorth() throws {
        let shop = Shop(answers: 20_000, seed: 1)
        let harvested = try #require(InterventionHarvesting(shop.outcomes).bias())
        let fitted = PositionRegressionEM(shop.outcomes)
        for (estimate, tolerance) in [(harvested, 0.12), (fitted.bias, 0.06)] {
            #expect(estimate.examination.count == Shop.positions)
            for (found, truth) in zip(estimate.examination, shop.examination) {
                #expect(abs(found - truth) < tolerance)
            }
        }
        let raw = shop.error(PositionBias(examination: [1]).relevance(shop.outcomes))
        let oracle = shop.error(PositionBias(examination: shop.examination).relevance(shop.outcomes))
        #expect(oracle < raw / 3)
        #expect(shop.error(harvested.relevance(shop.outcomes)) < (raw + oracle) / 2)
        #expect(shop.error(fitted.bias.relevance(shop.outcomes)) < (raw + oracle) / 2)
        #expect(shop.error(fitted.appeal) < (raw + oracle) / 2)
    }

    @Test func weightsAreLimited() {
        let bias = PositionBias(examination: [1, 0.001, 0])
        #expect(bias.weight(at: 1) == 20 && bias.weight(at: 2, limit: 5) == 5)
        #expect(PositionBias(examination: []).weight(at: 3) == 1)
    }
}
