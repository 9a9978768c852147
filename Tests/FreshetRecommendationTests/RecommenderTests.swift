import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// The whole pipeline: it fills its lists, obeys the filters, and sees what happened a moment ago.
@Suite struct RecommenderTests {
    private func items(_ list: RankedList) -> [Int] { list.items.map(\.item.position) }

    @Test(arguments: [true, false]) func fillsTheListBestFirst(hasModel: Bool) {
        let shop = TestShop()
        let list = shop.recommender().recommend(
            shop.query(user: 1),
            snapshot: hasModel ? shop.trained() : shop.snapshot(),
            streaming: shop.streaming
        )
        #expect(list.items.count == 10)
        #expect(Set(items(list)).count == 10)
        #expect(zip(list.items, list.items.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(items(list).prefix(5).count { $0 % 4 == 1 } >= 4, "not of the user's group: \(items(list))")
        #expect(list.items.allSatisfy { $0.propensity == 1 && !$0.sources.isEmpty })
    }

    @Test func theSameQueryHasTheSameAnswer() {
        let shop = TestShop()
        let recommender = shop.recommender {
            $0.newItemShare = 0.3
            $0.diversity = 0.3
        }
        for item in 40..<60 { shop.put(item) }
        var query = shop.query(user: 3)
        query.seed = 7
        let first = recommender.recommend(query, snapshot: shop.trained(), streaming: shop.streaming)
        for _ in 0..<5 {
            #expect(recommender.recommend(query, snapshot: shop.trained(), streaming: shop.streaming) == first)
        }
    }

    @Test func aUserOfWhomNothingIsKnownGetsWhatIsPopular() {
        let shop = TestShop()
        let list = shop.recommender().recommend(
            Query(count: 5, time: TestShop.now),
            snapshot: shop.trained(),
            streaming: shop.streaming
        )
        let popular = shop.recommender().popular(
            for: Query(count: 8, time: TestShop.now),
            streaming: shop.streaming
        )
        #expect(list.items.count == 5)
        #expect(Set(items(list)).isSubset(of: popular.map(\.item.position)))
    }

    @Test func oneEventIsEnough() {
        let shop = TestShop()
        for group in 0..<4 {
            let list = shop.recommender().recommend(
                shop.query([(8 + group, .view)], count: 5),
                snapshot: shop.trained(),
                streaming: shop.streaming
            )
            #expect(items(list).count { $0 % 4 == group } >= 4, "group \(group): \(items(list))")
        }
    }

    @Test func anItemNewerThanTheModelIsRecommendedAfterItsFirstEvents() {
        var shop = TestShop()
        shop.put(40)
        let snapshot = shop.trained()
        for user in stride(from: 1, to: 24, by: 4) { shop.add(user: user, item: 40) }
        let query = shop.query([(1, .view), (5, .view)])
        let list = shop.recommender().recommend(query, snapshot: snapshot, streaming: shop.streaming)
        #expect(items(list).contains(40))
    }

    @Test func unavailableItemsVanishFromTheNextAnswer() {
        let shop = TestShop()
        let recommender = shop.recommender()
        let snapshot = shop.trained()
        func ask() -> RankedList {
            recommender.recommend(shop.query(user: 2), snapshot: snapshot, streaming: shop.streaming)
        }
        for _ in 0..<10 {
            let best = ask().items[0].item
            shop.put(best.position) { $0.available = false }
            #expect(!ask().items.map(\.item).contains(best))
            #expect(!similar(shop, 2, count: 40, snapshot).contains(best.position))
            #expect(
                !recommender.popular(for: Query(count: 40, time: TestShop.now), streaming: shop.streaming)
                    .map(\.item).contains(best)
            )
        }
        #expect(ask().items.count == 10)
        shop.catalog.remove(ItemIndex(39))
        #expect(!ask().items.map(\.item).contains(ItemIndex(39)))
    }

    @Test(arguments: [true, false], [Int.max, 1])
    func aSelectiveFilterStillFillsTheList(hasModel: Bool, threshold: Int) {
        let shop = TestShop(items: 400, groups: 40, users: 80)
        let recommender = shop.recommender { $0.candidateCount = 10 }
        var query = shop.query(user: 1)
        query.filter = ItemFilter(categories: ["group 17"])
        let snapshot = hasModel ? shop.trained(items: 390, retrievalThreshold: threshold) : shop.snapshot()
        let list = recommender.recommend(query, snapshot: snapshot, streaming: shop.streaming)
        #expect(Set(items(list)) == Set(stride(from: 17, to: 400, by: 40)))
    }

    @Test func everyConditionOfAFilterHolds() {
        let shop = TestShop()
        shop.put(20) { $0.available = false }
        let recommender = shop.recommender()
        func ask(_ filter: ItemFilter, excluded: Set<ItemIndex> = []) -> Set<Int> {
            var query = shop.query(user: 0, count: 40)
            query.filter = filter
            query.excluded = excluded
            return Set(items(recommender.recommend(query, snapshot: shop.trained(), streaming: shop.streaming)))
        }
        let all = Set(0..<40)
        #expect(ask(ItemFilter()) == all.subtracting([20]))
        #expect(ask(ItemFilter(includeUnavailable: true)) == all)
        #expect(ask(ItemFilter(categories: ["group 1", "group 2"])) == all.filter { (1...2).contains($0 % 4) })
        #expect(ask(ItemFilter(excludedCategories: ["group 0"])) == all.filter { $0 % 4 != 0 })
        #expect(ask(ItemFilter(tags: ["sale"])) == [0, 10, 30])
        #expect(ask(ItemFilter(attributes: ["colour": .text("blue")])) == all.filter { $0 % 2 == 1 })
        #expect(ask(ItemFilter(attributes: ["colour": .texts(["blue", "red"]), "size": .number(7)])) == [7])
        #expect(ask(ItemFilter(categories: ["no such category"])).isEmpty)
        #expect(ask(ItemFilter(categories: ["group 0"], tags: ["sale"])) == [0])
        #expect(ask(ItemFilter(tags: ["sale"]), excluded: [ItemIndex(10)]) == [0, 30])
    }

    @Test func itemsKnownFromEventsOnlyAreAvailableAndHaveNoDetails() {
        var shop = TestShop()
        shop.add(user: 0, item: 60)
        shop.add(user: 1, item: 60)
        var query = Query(count: 50, time: TestShop.now)
        let all = shop.recommender().recommend(query, snapshot: shop.snapshot(), streaming: shop.streaming)
        #expect(items(all).contains(60))
        query.filter = ItemFilter(categories: ["group 0"])
        let some = shop.recommender().recommend(query, snapshot: shop.snapshot(), streaming: shop.streaming)
        #expect(!items(some).contains(60))
        query.filter = ItemFilter(excludedCategories: ["group 0"])
        let others = shop.recommender().recommend(query, snapshot: shop.snapshot(), streaming: shop.streaming)
        #expect(items(others).contains(60))
    }

    @Test func aRankingOrdersExactlyTheGivenItems() {
        let shop = TestShop()
        var query = shop.query(user: 3, count: 6)
        query.candidates = [0, 3, 7, 12, 19, 39, 60].map { ItemIndex($0) }
        let list = shop.recommender().recommend(query, snapshot: shop.trained(), streaming: shop.streaming)
        #expect(list.items.count == 6)
        #expect(Set(list.items.map(\.item)).isSubset(of: query.candidates!))
        #expect(items(list).prefix(2).allSatisfy { $0 % 4 == 3 }, "\(items(list))")
    }

    @Test func aRetrievalGivesTheSameAnswerAsTheWholeScan() {
        let shop = TestShop(items: 400, users: 40)
        for user in 0..<10 {
            let query = shop.query(user: user)
            let exact = shop.recommender().recommend(
                query,
                snapshot: shop.trained(items: 400),
                streaming: shop.streaming
            )
            let rough = shop.recommender().recommend(
                query,
                snapshot: shop.trained(items: 400, retrievalThreshold: 1),
                streaming: shop.streaming
            )
            #expect(items(exact) == items(rough))
        }
    }

    private func similar(
        _ shop: TestShop,
        _ item: Int,
        count: Int = 8,
        filter: ItemFilter? = nil,
        _ snapshot: ModelSnapshot
    ) -> [Int] {
        let list = shop.recommender().similar(
            to: ItemIndex(item),
            for: Query(count: count, time: TestShop.now, filter: filter),
            snapshot: snapshot,
            streaming: shop.streaming
        )
        #expect(zip(list.items, list.items.dropFirst()).allSatisfy { $0.score >= $1.score && $1.score > 0 })
        return items(list)
    }

    @Test func similarItemsComeFromTheModelAndForNewOnesFromTheirContent() {
        let shop = TestShop()
        let known = similar(shop, 5, shop.trained())
        #expect(known.count == 8 && !known.contains(5))
        // The scorer of `trained()`, whose groups its noise blurs.
        let scorer = VectorTableScorer(items: 40, width: 8, groups: 4)
        let nearest = (0..<40).filter { $0 != 5 }.sorted { scorer.cosine(5, $0) > scorer.cosine(5, $1) }
        #expect(known == Array(nearest.prefix(8)))
        shop.put(40)
        let new = similar(shop, 40, shop.trained())
        #expect(new.allSatisfy { $0 % 4 == 0 } && new.count == 8, "\(new)")
    }

    /// Before there is a model counting knows what goes together, without a word about the items too.
    @Test func similarItemsComeFromWhatGoesTogetherWhereThereIsNoModel() {
        let described = TestShop()
        let list = similar(described, 5, described.snapshot())
        #expect(list.count == 8 && !list.contains(5))
        #expect(list.allSatisfy { $0 % 4 == 1 }, "\(list)")
        var bare = TestShop(items: 0, events: 0)
        for (user, items) in [[1, 2, 3], [1, 2], [4, 5], [2, 1]].enumerated() {
            for item in items { bare.add(user: user, item: item) }
        }
        #expect(similar(bare, 1, bare.snapshot()) == [2, 3])
        #expect(similar(bare, 5, bare.snapshot()) == [4])
    }

    @Test(arguments: [Int.max, 1]) func similarItemsOfALargeCatalogueAreThoseOfTheWholeScan(threshold: Int) throws {
        let shop = TestShop(items: 2000, groups: 8)
        let scorer = VectorTableScorer(items: 2000, width: 8, groups: 8)
        let snapshot = shop.snapshot(scorer, retrievalThreshold: threshold)
        // What is most alike may not be shown, and the filter lets little through.
        for item in stride(from: 3, to: 1000, by: 8) { shop.catalog.remove(ItemIndex(item)) }
        for (filter, isAdmitted) in [
            (nil, { _ in true }), (ItemFilter(categories: ["group 5"]), { $0 % 8 == 5 }),
        ] as [(ItemFilter?, (Int) -> Bool)] {
            var cosines: [(item: Int, score: Float)] = []
            for other in 0..<2000 where other != 11 && isAdmitted(other) && (other % 8 != 3 || other >= 1000) {
                cosines.append((other, scorer.cosine(11, other)))
            }
            let best = cosines.filter { $0.score > 0 }.sorted { ($1.score, $0.item) < ($0.score, $1.item) }
            let nearest = best.prefix(8).map { $0.item }
            #expect(similar(shop, 11, filter: filter, snapshot) == nearest)
        }
    }

    /// Weights that came to be "not a number" answer nothing: what streams does.
    @Test(arguments: [Int.max, 1]) func modelOfNoNumbersLeavesTheAnswerToWhatStreams(threshold: Int) {
        let shop = TestShop()
        let broken = VectorTableScorer(width: 8, vectors: Array(repeating: .nan, count: 40 * 8))
        let snapshot = shop.snapshot(broken, retrievalThreshold: threshold)
        let list = shop.recommender().recommend(shop.query(user: 1), snapshot: snapshot, streaming: shop.streaming)
        let wanted = shop.recommender().recommend(
            shop.query(user: 1),
            snapshot: shop.snapshot(),
            streaming: shop.streaming
        )
        #expect(list == wanted && list.items.count == 10)
        #expect(similar(shop, 5, snapshot) == similar(shop, 5, shop.snapshot()))
    }

    @Test func itemsWithoutAnEntryAreShownUntilTheCatalogueHasOne() {
        var shop = TestShop(items: 0, events: 0, unlisted: .automatic)
        for item in 0..<3 { for user in 0..<4 { shop.add(user: user, item: item) } }
        func shown() -> Set<Int> {
            let list = shop.recommender().recommend(
                Query(count: 50, time: TestShop.now),
                snapshot: shop.snapshot(),
                streaming: shop.streaming
            )
            return Set(items(list))
        }
        #expect(shown() == [0, 1, 2])
        shop.catalog.remove(ItemIndex(2))
        #expect(shown() == [0, 1])
        shop.catalog.put(Item(id: "item 1"), at: ItemIndex(1))
        #expect(shown() == [1])
        shop.catalog.put(Item(id: "item 2"), at: ItemIndex(2))
        #expect(shown() == [1, 2])
    }

    @Test func popularItemsObeyASelectiveFilter() {
        let shop = TestShop()
        let list = shop.recommender().popular(
            for: Query(count: 5, time: TestShop.now, filter: ItemFilter(categories: ["group 2"])),
            streaming: shop.streaming
        )
        #expect(list.count == 5)
        #expect(list.allSatisfy { $0.item.position % 4 == 2 && $0.score > 0 })
        #expect(zip(list, list.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test func popularItemsBeyondThoseAtHandAreFound() {
        var shop = TestShop(items: 700, groups: 7, users: 70, events: 60)
        // The least popular items of all, behind more popular ones than are kept at hand.
        for item in [690, 691, 692] {
            shop.put(item) { $0.categories = ["last"] }
            shop.add(user: 1, item: item, time: TestShop.now - 1_000_000)
        }
        let limit = shop.models.popularity.topCount
        #expect(shop.models.popularity.top(halfLife: 2).count == limit)
        let list = shop.recommender().popular(
            for: Query(count: 5, time: TestShop.now, filter: ItemFilter(categories: ["last"])),
            streaming: shop.streaming
        )
        #expect(Set(list.map(\.item.position)) == [690, 691, 692])
    }

    /// Whoever brings another ranker in a snapshot decides the order.
    @Test func theSnapshotsRankerDecidesTheOrder() throws {
        struct HighestNumber: Ranker {
            func rank(_ set: CandidateSet) {
                for place in 0..<set.count { set.setScore(Float(set.item(at: place).position), at: place) }
            }
        }
        let shop = TestShop()
        let snapshot = ModelSnapshot(version: ModelVersion(1), scorer: nil, offset: 0, ranker: HighestNumber())
        let query = Query(
            count: 5,
            time: TestShop.now,
            candidates: [3, 9, 1, 20].map { ItemIndex($0) },
            includeSeen: true
        )
        let list = shop.recommender().recommend(query, snapshot: snapshot, streaming: FrozenStreaming())
        #expect(list.items.map(\.item.position) == [20, 9, 3, 1])
    }

    /// A trained model knows nothing of an item without an event; its words bring it among the nearest all the same.
    @Test func aNewItemIsSimilarByItsWordsBesideATrainedModel() {
        let shop = TestShop()
        shop.put(45)
        let width = 4
        func vector(_ axis: Int, _ lean: Float = 0) -> [Float] {
            (0..<width).map { $0 == axis ? (1 - lean * lean).squareRoot() : $0 == (axis + 1) % width ? lean : 0 }
        }
        let items = [1, 5, 9, 45].map { ItemIndex($0) }
        let vectors = ItemVectors(encoder: "made", width: width)
            .replacing(items, with: vector(1) + vector(1, 0.3) + vector(2) + vector(1, 0.1), on: ThreadPool(threads: 1))
        let recommender = Recommender(
            catalog: shop.catalog,
            vocabulary: shop.vocabulary,
            content: ContentView(vectors)
        )
        func similar(to item: Int) -> [Int] {
            let list = recommender.similar(
                to: ItemIndex(item),
                for: Query(count: 10, time: TestShop.now),
                snapshot: shop.trained(),
                streaming: shop.streaming
            )
            return self.items(list)
        }
        #expect(similar(to: 1).contains(45))
        #expect(!similar(to: 2).contains(45))
    }
}
