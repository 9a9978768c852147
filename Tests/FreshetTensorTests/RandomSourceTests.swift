import FreshetTensor
import Testing

@Suite("Seeded random numbers")
struct RandomSourceTests {
    /// Seeds must not share streams, or runs with seeds 1, 2 and 3 would not be independent.
    @Test func streamsOfDifferentSeedsAreAllDifferent() {
        var first = Set<UInt64>()
        for seed in 0..<20 as Range<UInt64> {
            for part in 0..<50 as Range<UInt64> {
                var stream = RandomSource.stream(seed: seed, part)
                #expect(first.insert(stream.next()).inserted, "stream \(part) of seed \(seed)")
                var nested = RandomSource.stream(seed: seed, part, 1)
                #expect(first.insert(nested.next()).inserted, "stream \(part), 1 of seed \(seed)")
            }
        }
    }

    @Test func theSameSeedGivesTheSameNumbers() {
        var left = RandomSource.stream(seed: 3, 4, 5)
        var right = RandomSource.stream(seed: 3, 4, 5)
        #expect((0..<100).allSatisfy { _ in left.next() == right.next() })
    }

    @Test(arguments: [1, 2, 7, 1000]) func drawsBelowABoundAreEven(bound: Int) {
        var random = RandomSource(seed: 1)
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<(bound * 400) { counts[random.below(bound)] += 1 }
        // Five standard deviations of a count whose expectation is 400.
        #expect(counts.allSatisfy { abs($0 - 400) < 110 })
    }
}
