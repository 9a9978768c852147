import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// Reasons name the events that carried an item, and taking one away proves it.
@Suite struct ExplainerTests {
    private func explained(_ shop: TestShop, _ query: Query, _ snapshot: ModelSnapshot) -> [RankedItem] {
        var query = query
        query.explains = true
        return shop.recommender().recommend(query, snapshot: snapshot, streaming: shop.streaming).items
    }

    private func without(_ item: ItemIndex, _ history: History) -> History {
        let kept = (0..<history.count).filter { history.items[history.items.startIndex + $0] != item }
        return History(items: kept.map { history.items[history.items.startIndex + $0] }[...])
    }

    /// The property, for a scorer with vectors, one without, and the streaming models alone.
    @Test(arguments: 0..<12) func removingTheTopReasonsEventLowersTheScore(seed: Int) {
        let shop = TestShop(seed: UInt64(seed))
        var random = RandomSource(seed: UInt64(seed) + 100)
        let query = shop.query((0..<8).map { _ in (random.below(40), .view) })
        let scorer = VectorTableScorer(items: 40, width: 8, groups: 4, seed: UInt64(seed))
        for snapshot in [shop.snapshot(scorer), shop.snapshot(TableOnly(base: scorer))] {
            let items = explained(shop, query, snapshot)
            var proven = 0
            for item in items {
                #expect(item.reasons.reduce(0) { $0 + $1.weight } <= 1)
                #expect(zip(item.reasons, item.reasons.dropFirst()).allSatisfy { $0.weight >= $1.weight })
                guard let cause = item.reasons.first?.item.flatMap(shop.vocabulary.item) else { continue }
                let before = scorer.scores(for: ScoringContext(user: nil, history: query.history))
                let history = without(cause, query.history)
                let after = scorer.scores(for: ScoringContext(user: nil, history: history))
                #expect(after[item.item.position] < before[item.item.position])
                proven += 1
            }
            #expect(proven > 5)
        }
        // Without a model the reasons come from what goes together.
        for item in explained(shop, query, shop.snapshot()) {
            guard let cause = item.reasons.first?.item.flatMap(shop.vocabulary.item) else { continue }
            func score(_ history: History) -> Float {
                let scores = SparseScores()
                shop.models.coVisitation.score(history, at: TestShop.now, into: scores)
                return scores[item.item]
            }
            #expect(item.reasons.reduce(0) { $0 + $1.weight } <= 1)
            // An item whose co-visitation score is 0 is explained by its content instead.
            if score(query.history) > 0 { #expect(score(without(cause, query.history)) < score(query.history)) }
        }
    }

    @Test func reasonsNameWhatWasDoneAndTheTitle() {
        let shop = TestShop()
        for (type, words) in [
            (EventType.view, "because you looked at thing number1 of kind1"),
            (.purchase, "because you bought thing number1 of kind1"),
            (.cart, "because you put thing number1 of kind1 into your cart"),
        ] {
            let items = explained(shop, shop.query([(1, type)], count: 5), shop.trained())
            let others = items.filter { $0.item.position != 1 && $0.item.position % 4 == 1 }
            #expect(!others.isEmpty)
            for item in others {
                #expect(item.reasons.first?.text == words)
                #expect(item.reasons.first?.item == "item 1")
            }
            if let own = items.first(where: { $0.item.position == 1 }) {
                #expect(own.reasons.first?.text.contains("it") == true)
            }
        }
    }

    @Test func whereNoEventSpeaksThereIsAGeneralReason() {
        let shop = TestShop()
        var query = Query(count: 5, time: TestShop.now)
        #expect(explained(shop, query, shop.trained()).allSatisfy { $0.reasons.map(\.text) == ["popular right now"] })
        for item in 40..<45 { shop.put(item) }
        query.explains = true
        let list = shop.recommender { $0.newItemShare = 0.4 }
            .recommend(query, snapshot: shop.trained(), streaming: shop.streaming)
        let new = list.items.filter { $0.sources == .newItems }
        #expect(new.count == 2)
        for item in new { #expect(item.reasons.map(\.text) == ["new in group \(item.item.position % 4)"]) }
    }

    @Test func nothingIsExplainedUnasked() {
        let shop = TestShop()
        let list = shop.recommender().recommend(
            shop.query(user: 1),
            snapshot: shop.trained(),
            streaming: shop.streaming
        )
        #expect(list.items.allSatisfy { $0.reasons.isEmpty })
    }
}

/// A scorer that does not show its vectors.
private struct TableOnly: Scorer {
    let base: VectorTableScorer
    var itemCount: Int { base.itemCount }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        base.score(contexts, into: scores)
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        base.similarities(to: item, into: scores)
    }

    func checkpoint() -> Checkpoint { base.checkpoint() }
}
