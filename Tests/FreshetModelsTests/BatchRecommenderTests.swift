import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

@Suite struct BatchRecommenderTests {
    @Test(arguments: [1, 2, 63, 64, 65, 200, 1000], [1, 3, 64, 100, 2000])
    func topKPicksTheBestInOrder(count: Int, k: Int) {
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

    /// Scores item `(h · 7) mod V` highest, `h` the history's first item, and the others by distance from it.
    private struct DistanceScorer: Scorer {
        let itemCount: Int

        func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
            for (row, context) in contexts.enumerated() {
                let best = (context.history.items.first?.position ?? 0) * 7 % itemCount
                for item in 0..<itemCount { scores[row * itemCount + item] = -Float(abs(item - best)) }
            }
        }
        func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {}
        func checkpoint() -> Checkpoint { Checkpoint() }
    }

    /// More contexts than a block, and not a multiple of it.
    @Test(arguments: [1, 2, 5], [1, 7, 300])
    func listsBelongToTheirContexts(threads: Int, contextCount: Int) {
        let V = 50
        let contexts = (0..<contextCount).map { index in
            ScoringContext(user: nil, history: History(items: [ItemIndex(index % V), ItemIndex((index + 1) % V)]))
        }
        let recommender = BatchRecommender(scorer: DistanceScorer(itemCount: V), pool: ThreadPool(threads: threads))
        for excluding in [false, true] {
            let lists = recommender.recommend(contexts: contexts, count: 4, excludingSeen: excluding)
            #expect(lists.count == contextCount)
            for (context, list) in zip(contexts, lists) {
                let best = context.history.items[0].position * 7 % V
                let seen = excluding ? Set(context.history.items.map(\.position)) : []
                let expected = (0..<V).filter { !seen.contains($0) }
                    .sorted { abs($0 - best) < abs($1 - best) || (abs($0 - best) == abs($1 - best) && $0 < $1) }
                    .prefix(4)
                #expect(list.map(\.item.position) == Array(expected))
                #expect(list.map(\.score) == expected.map { -Float(abs($0 - best)) })
            }
        }
        let nothing = recommender.recommend(contexts: contexts, count: 0, excludingSeen: true)
        #expect(nothing == Array(repeating: [], count: contextCount))
        #expect(recommender.recommend(contexts: [], count: 3, excludingSeen: true) == [])
    }
}
