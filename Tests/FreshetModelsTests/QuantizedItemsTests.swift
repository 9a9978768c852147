import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// The search through bytes: the kernels against a plain reference, and what is found against the exact order.
@Suite struct QuantizedItemsTests {
    private struct Vectors: VectorScorer {
        let vectorWidth: Int
        let vectors: [Float]
        let itemBiases: [Float]
        var itemCount: Int { vectors.count / vectorWidth }

        init(items: Int, width: Int, hasBiases: Bool, seed: UInt64) {
            var random = RandomSource(seed: seed)
            vectorWidth = width
            vectors = (0..<items * width).map { _ in random.normal() }
            itemBiases = hasBiases ? (0..<items).map { _ in random.normal() } : []
        }

        func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
            try vectors.withUnsafeBufferPointer { try body($0.baseAddress!) }
        }

        func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>) {}
        func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {}
        func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {}
        func checkpoint() -> Checkpoint { Checkpoint(arrays: [:]) }

        func exact(_ user: [Float]) -> [Float] {
            (0..<itemCount).map { item in
                (0..<vectorWidth).reduce(itemBiases.isEmpty ? 0 : itemBiases[item]) {
                    $0 + user[$1] * vectors[item * vectorWidth + $1]
                }
            }
        }
    }

    /// Sums of products of bytes are whole numbers, so every variant gives the very same.
    @Test(arguments: [1, 3, 4, 5, 9], [4, 8, 60, 64, 128])
    func everyVariantGivesTheSameSums(blocks: Int, columns: Int) {
        var random = RandomSource(seed: UInt64(blocks * 1000 + columns))
        let bytes = (0..<blocks * 16 * columns).map { _ in UInt8(random.below(256)) }
        let user = (0..<columns).map { _ in Int8(random.below(255) - 127) }
        var expected = [Float](repeating: 0, count: blocks * 16)
        for item in expected.indices {
            var sum = 0
            for c in 0..<columns {
                let byte = bytes[item / 16 * 16 * columns + c / 4 * 64 + item % 16 * 4 + c % 4]
                sum += (Int(byte) - 128) * Int(user[c])
            }
            expected[item] = 0.25 * Float(sum)
        }
        var chosen = [Float](repeating: 0, count: blocks * 16)
        var plain = chosen
        freshet_score_bytes(&chosen, bytes, user, 0.25, blocks, columns)
        freshet_score_bytes_plain(&plain, bytes, user, 0.25, blocks, columns)
        #expect(chosen == expected)
        #expect(plain == expected)
    }

    @Test(arguments: [(16, 4), (5, 7), (1, 1), (16, 66)]) func packingRoundsToTheNearestStep(rows: Int, columns: Int) {
        var random = RandomSource(seed: 5)
        let padded = (columns + 3) / 4 * 4
        let numbers = (0..<rows * columns).map { _ in 2 * random.normal() }
        var block = [UInt8](repeating: 0, count: 16 * padded)
        freshet_pack_bytes(&block, numbers, 50, rows, columns, padded)
        for row in 0..<16 {
            for column in 0..<padded {
                let number = row < rows && column < columns ? 50 * numbers[row * columns + column] : 0
                let expected = max(-127, min(127, number.rounded()))
                let byte = Int(block[column / 4 * 64 + row * 4 + column % 4]) - 128
                #expect(abs(Float(byte) - expected) <= (abs(number - number.rounded()) > 0.499 ? 1 : 0))
            }
        }
    }

    @Test func theLargestMagnitudeIsFound() {
        var numbers = (0..<101).map { Float($0) / 10 }
        numbers[57] = -99
        #expect(freshet_largest_magnitude(numbers, 101) == 99)
        #expect(freshet_largest_magnitude(numbers, 0) == 0)
    }

    @Test(arguments: [false, true], [16, 33, 64]) func findsTheBestExactly(hasBiases: Bool, width: Int) {
        let scorer = Vectors(items: 1003, width: width, hasBiases: hasBiases, seed: UInt64(width))
        let items = QuantizedItems(scorer)
        var random = RandomSource(seed: 77)
        for _ in 0..<10 {
            let user = (0..<width).map { _ in random.normal() }
            var scores = [Float](repeating: 0, count: items.capacity)
            items.score(user, into: &scores)
            let exact = scorer.exact(user)
            // Each product is off by half a step of either side at most.
            let worst = zip(scores, exact).map { abs($0 - $1) }.max()!
            #expect(worst < 0.06 * Float(width), "off by \(worst)")
            scores[3] = -.infinity
            let found = items.best(10, for: user, among: &scores)
            let expected = exact.indices.filter { $0 != 3 }.sorted { (exact[$1], $0) < (exact[$0], $1) }.prefix(10)
            #expect(found.map(\.item.position) == Array(expected))
            for item in found { #expect(abs(item.score - exact[item.item.position]) < 1e-3) }
        }
    }

    @Test func theSequenceTransformerHandsOutVectorsWhoseProductsAreItsScores() throws {
        let data = SyntheticData.groups(users: 20, items: 12)
        let session = TrainingSession(seed: 1, pool: ThreadPool(threads: 1))
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 8
        configuration.heads = 2
        configuration.epochs = 1
        var learner = SequenceTransformer(configuration: configuration)
        try learner.fit(data, session: session)
        let scorer = learner.makeScorer()
        let vectors = try #require(scorer as? any VectorScorer)
        let context = ScoringContext(user: nil, history: data.histories[UserIndex(0)])
        var user = [Float](repeating: 0, count: vectors.vectorWidth)
        user.withUnsafeMutableBufferPointer { vectors.userVectors(of: [context], into: $0.baseAddress!) }
        let products = vectors.withItemVectors { table in
            (0..<vectors.itemCount).map { freshet_dot(user, table + $0 * vectors.vectorWidth, vectors.vectorWidth) }
        }
        for (score, product) in zip(scorer.scores(for: context), products) { #expect(abs(score - product) < 1e-4) }
    }
}
