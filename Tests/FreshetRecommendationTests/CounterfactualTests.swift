import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// The smallest sets against all sets, and the deletion test: without the set the item leaves, without less of it it stays.
@Suite struct CounterfactualTests {
    private static let item = ItemIndex(7)

    /// A world of seven groups in which each set takes the item out by a draw, larger ones more often.
    private func leaving(seed: UInt64) -> Set<UInt32> {
        var random = RandomSource(seed: seed)
        return Set((UInt32(1)..<128).filter { random.below(40) < $0.nonzeroBitCount * ($0.nonzeroBitCount - 1) })
    }

    private func search(_ leaving: Set<UInt32>, _ limits: CounterfactualLimits) -> CounterfactualSearch {
        CounterfactualSearch(groups: 7, limits: limits) { left in
            leaving.contains(left) ? [:] : [Self.item: 1 - Float(left.nonzeroBitCount) / 8]
        }
    }

    @Test(arguments: 0..<40) func whatIsCalledSmallestIsSoAmongAllSets(seed: Int) {
        let leaving = leaving(seed: UInt64(seed))
        var search = search(leaving, CounterfactualLimits(size: 7))
        let least = leaving.map(\.nonzeroBitCount).min()
        switch search.findings(for: [Self.item])[0] {
        case .smallest(let set):
            #expect(leaving.contains(set))
            #expect(set.nonzeroBitCount == least)
        case .none: #expect(least == nil)
        case .found, .unsearched: Issue.record("nothing limits the search")
        }
    }

    @Test(arguments: 0..<40) func aLimitNeverMakesAWrongClaim(seed: Int) {
        let leaving = leaving(seed: UInt64(seed))
        for lists in [0, 5, 12, 30, 128] {
            for size in 1...3 {
                var search = search(leaving, CounterfactualLimits(size: size, lists: lists))
                let finding = search.findings(for: [Self.item])[0]
                #expect(search.lists <= lists)
                switch finding {
                case .smallest(let set):
                    #expect(leaving.contains(set))
                    #expect(set.nonzeroBitCount == leaving.map(\.nonzeroBitCount).min())
                case .found(let set): #expect(leaving.contains(set))
                case .none: #expect(!leaving.contains { $0.nonzeroBitCount <= size })
                case .unsearched: #expect(lists < 128)
                }
            }
        }
    }

    @Test func setsAreAllOfTheirSize() {
        #expect(CounterfactualSearch.sets(of: 2, among: 3) == [0b011, 0b101, 0b110])
        #expect(CounterfactualSearch.sets(of: 3, among: 20).count == 1140)
        #expect(CounterfactualSearch.sets(of: 32, among: 32) == [.max])
        #expect(CounterfactualSearch.sets(of: 4, among: 3).isEmpty)
    }

    /// All subsets of a history, by the pipeline itself.
    @Test(arguments: 0..<6) func deletingTheSetTakesTheItemOutAndLessDoesNot(seed: Int) throws {
        let shop = TestShop(seed: UInt64(seed))
        var random = RandomSource(seed: UInt64(seed) + 100)
        let past = Array(Set((0..<6).map { _ in random.below(40) })).sorted()
        let query = shop.query(past.map { ($0, .view) }, count: 5)
        let snapshot = shop.snapshot(VectorTableScorer(items: 40, width: 8, groups: 4, seed: UInt64(seed)))
        let recommender = shop.recommender()
        func list(without left: Set<ItemIndex>) -> Set<ItemIndex> {
            var query = query
            let history = query.history
            query.history = history.keeping { !left.contains(history.items[history.items.startIndex + $0]) }
            let list = recommender.recommend(query, snapshot: snapshot, streaming: shop.streaming)
            return Set(list.items.map(\.item))
        }
        var asking = query
        asking.counterfactuals = CounterfactualLimits(size: 6)
        let items = recommender.recommend(asking, snapshot: snapshot, streaming: shop.streaming).items
        let subsets = (0..<(1 << past.count)).map { set in
            Set(past.indices.filter { set & (1 << $0) != 0 }.map { ItemIndex(past[$0]) })
        }
        let lists = Dictionary(uniqueKeysWithValues: subsets.map { ($0, list(without: $0)) })
        var sets = 0
        for item in items {
            let reason = try #require(item.counterfactual)
            let needed = Set(reason.items.compactMap(shop.vocabulary.item))
            let least = lists.filter { !$0.value.contains(item.item) }.map(\.key.count).min()
            #expect(reason.status == (least == nil ? Counterfactual.Status.none : .smallest))
            #expect(needed.count == least ?? 0)
            guard reason.status == .smallest else { continue }
            sets += 1
            #expect(lists[needed]?.contains(item.item) == false)
            for subset in subsets where subset.isStrictSubset(of: needed) {
                #expect(lists[subset]?.contains(item.item) == true)
            }
        }
        #expect(sets > 0)
    }

    @Test func whatMayNotComeBackStaysOut() {
        let shop = TestShop()
        var query = shop.query([(1, .view), (5, .view), (9, .view)], count: 5)
        query.includeSeen = false
        query.counterfactuals = CounterfactualLimits()
        let list = shop.recommender().recommend(query, snapshot: shop.trained(), streaming: shop.streaming)
        #expect(!list.items.isEmpty)
        #expect(list.items.allSatisfy { $0.counterfactual != nil })
    }

    @Test func nobodyPaysUnasked() {
        let shop = TestShop()
        let list = shop.recommender().recommend(
            shop.query(user: 1),
            snapshot: shop.trained(),
            streaming: shop.streaming
        )
        #expect(list.items.allSatisfy { $0.counterfactual == nil })
    }
}
