import CFreshetKernels
import FreshetTensor
import Testing

@Suite struct TopKTests {
    @Test(arguments: [1, 2, 63, 64, 65, 200, 1000], [1, 3, 64, 100, 2000])
    func picksTheBestInOrder(count: Int, k: Int) {
        var random = RandomSource(seed: UInt64(count * 31 + k))
        // Few different values, so that ties are common, and some that are left out.
        let scores = (0..<count).map { _ in random.below(10) == 0 ? -Float.infinity : Float(random.below(40)) }
        var items = [Int32](repeating: -1, count: k)
        var values = [Float](repeating: .nan, count: k)
        let found = freshet_top_k(&items, &values, scores, count, k)
        let expected = scores.indices
            .filter { scores[$0] > -.infinity }
            .sorted { scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1) }
            .prefix(k)
        #expect(items.prefix(found).map(Int.init) == Array(expected))
        #expect(values.prefix(found).map { $0 } == expected.map { scores[$0] })
    }
}
