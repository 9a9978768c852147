import Foundation
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct NegativeSamplerTests {
    private func draws(_ sampler: NegativeSampler, _ count: Int = 200_000) -> [Int32: Int] {
        let buffer = IndexBuffer()
        var random = RandomSource(seed: 1)
        sampler.shared(count, into: buffer, using: &random)
        return Dictionary(buffer.indices.map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test func drawsByTheRootOfTheCounts() {
        let counts: [Double] = [0, 3, 8, 24]
        let drawn = draws(NegativeSampler(counts: counts))
        for (item, count) in counts.enumerated() {
            let expected = 200_000 * (count + 1).squareRoot() / 11
            #expect(abs(Double(drawn[Int32(item)] ?? 0) - expected) < 0.05 * expected)
        }
    }

    /// Items that joined are drawn as if all had been counted together, and the corrections differ by one constant.
    @Test func newItemsJoinWithTheirShare() {
        let counts = (0..<1_100).map { Double($0 % 50) }
        var grown = NegativeSampler(counts: Array(counts.prefix(1_000)))
        for end in stride(from: 1_010, through: 1_100, by: 10) {
            let isCountedAnew = grown.grow(to: Array(counts.prefix(end)))
            #expect(!isCountedAnew)
        }
        let whole = NegativeSampler(counts: counts)
        #expect(grown.counts == whole.counts && grown.countedItems == 1_000)
        let shifts = zip(grown.logProbability, whole.logProbability).map { $0 - $1 }
        let mean = shifts.reduce(0, +) / Float(shifts.count)
        #expect(mean > 0.05 && shifts.allSatisfy { abs($0 - mean) < 0.01 })
        let new = draws(grown).filter { $0.key >= 1_000 }.values.reduce(0, +)
        let expected = draws(whole).filter { $0.key >= 1_000 }.values.reduce(0, +)
        #expect(expected > 10_000 && abs(new - expected) < expected / 20)
    }

    /// A catalogue that grows item by item is counted some hundred times, not once for every item.
    @Test func allAreCountedAnewOnlyFromTimeToTime() {
        var (sampler, counts, times) = (NegativeSampler(counts: [0]), [0.0], 0)
        for _ in 0..<5_000 {
            counts.append(1)
            if sampler.grow(to: counts) { times += 1 }
        }
        #expect(sampler.counts.count == 5_001 && sampler.logProbability.count == 5_001)
        #expect((10...150).contains(times))
    }
}
