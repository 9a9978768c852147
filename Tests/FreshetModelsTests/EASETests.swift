import FreshetCore
import FreshetData
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct EASETests {
    /// Gauss and Jordan with row exchanges, in Double.
    private func naiveInverse(_ matrix: [[Double]]) -> [[Double]] {
        let n = matrix.count
        var a = matrix.enumerated().map { row, values in values + (0..<n).map { $0 == row ? 1 : 0 } }
        for p in 0..<n {
            let best = (p..<n).max { abs(a[$0][p]) < abs(a[$1][p]) } ?? p
            a.swapAt(p, best)
            let pivot = a[p][p]
            a[p] = a[p].map { $0 / pivot }
            for i in 0..<n where i != p {
                let factor = a[i][p]
                for j in 0..<2 * n { a[i][j] -= factor * a[p][j] }
            }
        }
        return a.map { Array($0[n...]) }
    }

    /// Sizes below, at and above one block of rows, and one with the larger blocks.
    @Test(arguments: [1, 2, 63, 64, 65, 150], [1, 2])
    func invertsBlockByBlock(n: Int, threads: Int) {
        var random = RandomSource(seed: UInt64(n))
        let factors = (0..<n).map { _ in (0..<n).map { _ in Double(random.normal()) } }
        let matrix = (0..<n).map { i in
            (0..<n).map { j in zip(factors[i], factors[j]).reduce(i == j ? Double(n) : 0) { $0 + $1.0 * $1.1 } }
        }
        // The upper triangle is not read.
        var values = matrix.enumerated().flatMap { i, row in row.enumerated().map { $0 > i ? .nan : Float($1) } }
        let solved = values.withUnsafeMutableBufferPointer {
            SymmetricInverse.invert($0.baseAddress!, count: n, pool: ThreadPool(threads: threads))
        }
        #expect(solved)
        let expected = naiveInverse(matrix).joined()
        let scale = expected.map(abs).max() ?? 1
        #expect(zip(values, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 * scale })
    }

    @Test func invertsWithLargeBlocks() {
        // Tridiagonal, so that the product with the inverse is quickly checked.
        let n = 1100
        var values = [Float](repeating: 0, count: n * n)
        for i in 0..<n {
            values[i * n + i] = 4
            if i > 0 { values[i * n + i - 1] = -1 }
        }
        let solved = values.withUnsafeMutableBufferPointer {
            SymmetricInverse.invert($0.baseAddress!, count: n, pool: ThreadPool(threads: 2))
        }
        #expect(solved)
        for j in [0, 1, 255, 256, 257, 700, 1099] {
            for i in 0..<n {
                let above = i > 0 ? values[(i - 1) * n + j] : 0
                let below = i < n - 1 ? values[(i + 1) * n + j] : 0
                let product = 4 * values[i * n + j] - above - below
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-5, "row \(i), column \(j)")
            }
        }
    }

    @Test func refusesWhatIsNotPositiveDefinite() {
        var values: [Float] = [1, 2, 2, 1]
        let solved = values.withUnsafeMutableBufferPointer {
            SymmetricInverse.invert($0.baseAddress!, count: 2, pool: ThreadPool(threads: 1))
        }
        #expect(!solved)
    }

    @Test func weightsAreTheClosedForm() throws {
        let V = 9
        let dataset = SyntheticData.noise(users: 30, items: V, meanLength: 4)
        var configuration = EASE.Configuration()
        configuration.regularization = 3
        var model = EASE(configuration: configuration)
        try model.fit(TrainingData(dataset: dataset), session: TrainingSession(pool: ThreadPool(threads: 2)))
        let scorer = model.makeScorer()
        var gram = (0..<V).map { i in (0..<V).map { $0 == i ? 3.0 : 0 } }
        for user in 0..<dataset.users.count {
            let items = Set(dataset.histories[UserIndex(user)].items.map(\.position))
            for i in items { for j in items { gram[i][j] += 1 } }
        }
        let P = naiveInverse(gram)
        for i in 0..<V {
            let history = History(items: [ItemIndex(i), ItemIndex(i)])
            let scores = scorer.scores(for: ScoringContext(user: nil, history: history))
            for j in 0..<V {
                #expect(abs(Double(scores[j]) - (i == j ? 0 : -P[i][j] / P[j][j])) < 1e-4)
            }
        }
    }

    @Test func refusesTooLargeACatalogue() throws {
        var configuration = EASE.Configuration()
        configuration.maximumItems = 8
        var model = EASE(configuration: configuration)
        let data = TrainingData(dataset: SyntheticData.noise(users: 3, items: 9, meanLength: 4))
        #expect { try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1))) } throws: {
            ($0 as? FreshetError)?.kind == .usage
        }
    }
}
