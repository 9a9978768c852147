import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// The cache gives what the pipeline would give, never anything older.
@Suite struct CachingTests {
    /// The pipeline without a cache is the truth, whatever happened in between.
    @Test func neverServesAStaleAnswer() {
        var shop = TestShop()
        let plain = shop.recommender()
        // Lives long, so that only the invalidation saves it.
        let caching = CachingRecommender(plain, configuration: .init(capacity: 50, lifetime: 1000))
        var snapshot = shop.trained()
        var random = RandomSource(seed: 3)
        // What other users do may come late; here the stream's counts stand still, and the user's history does not.
        let streaming = shop.streaming
        for step in 0..<400 {
            switch random.below(6) {
            case 0: shop.add(user: random.below(6), item: random.below(40), time: TestShop.now + Int64(step))
            case 1:
                let isAvailable = random.below(3) > 0
                shop.put(random.below(40)) { $0.available = isAvailable }
            case 2 where random.below(5) == 0:
                snapshot = shop.snapshot(
                    VectorTableScorer(items: 40, width: 8, groups: 4, seed: UInt64(step)),
                )
            case 3 where random.below(5) == 0: shop.put(random.below(40)) { $0.categories = ["moved"] }
            default: break
            }
            var query = shop.query(user: random.below(6), count: 5)
            if random.below(3) == 0 { query.filter = ItemFilter(categories: ["group 1", "moved"]) }
            if random.below(3) == 0 { query.excluded = [ItemIndex(random.below(40))] }
            if random.below(3) == 0 { query.includeSeen = false }
            let given = caching.recommend(query, snapshot: snapshot, streaming: streaming)
            #expect(given == plain.recommend(query, snapshot: snapshot, streaming: streaming), "step \(step)")
            let item = ItemIndex(random.below(40))
            // Half of them nobody's own, as most lists are.
            let asked = random.below(2) == 0 ? query : Query(count: 3, time: TestShop.now)
            #expect(
                caching.similar(to: item, for: asked, snapshot: snapshot, streaming: streaming)
                    == plain.similar(to: item, for: asked, snapshot: snapshot, streaming: streaming)
            )
            #expect(
                caching.popular(for: asked, streaming: streaming) == plain.popular(for: asked, streaming: streaming)
            )
        }
        #expect(caching.counts.hits > 100)
    }

    @Test func answersAgainFromMemoryUntilItsLifetimeEnds() {
        let shop = TestShop()
        let caching = CachingRecommender(shop.recommender(), configuration: .init(capacity: 10, lifetime: 5))
        let snapshot = shop.trained()
        var query = shop.query(user: 1)
        for (offset, hits) in [(0, 0), (1, 1), (4, 2), (5, 2), (6, 3), (4, 3)] {
            query.time = TestShop.now + Int64(offset)
            _ = caching.recommend(query, snapshot: snapshot, streaming: shop.streaming)
            #expect(caching.counts.hits == hits, "after \(offset) s")
        }
    }

    @Test func preloadedQuestionsAreAnsweredFromMemory() {
        let shop = TestShop()
        let caching = CachingRecommender(shop.recommender())
        let queries = (0..<5).map { shop.query(user: $0) }
        let first = shop.trained()
        for query in queries { _ = caching.recommend(query, snapshot: first, streaming: shop.streaming) }
        #expect(caching.latestQueries(limit: 3).map(\.user) == [4, 3, 2].map { UserIndex($0) })
        let second = shop.snapshot(VectorTableScorer(items: 40, width: 8, groups: 4, seed: 9))
        caching.preload(caching.latestQueries(limit: 3), snapshot: second, streaming: shop.streaming)
        let before = caching.counts
        for query in queries.suffix(3) { _ = caching.recommend(query, snapshot: second, streaming: shop.streaming) }
        #expect(caching.counts.hits == before.hits + 3)
        #expect(caching.counts.misses == before.misses)
    }

    @Test func nothingIsRememberedWithoutRoom() {
        let shop = TestShop()
        let caching = CachingRecommender(shop.recommender(), configuration: .init(capacity: 0))
        for _ in 0..<3 {
            _ = caching.recommend(shop.query(user: 1), snapshot: shop.trained(), streaming: shop.streaming)
        }
        #expect(caching.counts == (0, 0))
    }

    /// Against a plain list in the order of use.
    @Test(arguments: [1, 2, 7]) func dropsWhatWasNotUsedForLongest(capacity: Int) {
        var cache = BoundedCache<Int, Int>(capacity: capacity)
        var reference: [(key: Int, value: Int)] = []
        var random = RandomSource(seed: UInt64(capacity))
        for step in 0..<2000 {
            let key = random.below(12)
            let place = reference.firstIndex { $0.key == key }
            switch random.below(5) {
            case 0, 1:
                #expect(cache.value(for: key) == place.map { reference[$0].value })
                if let place { reference.append(reference.remove(at: place)) }
            case 2:
                cache.remove(key)
                if let place { reference.remove(at: place) }
            default:
                cache.set(step, for: key)
                if let place { reference.remove(at: place) }
                reference.append((key, step))
                if reference.count > capacity { reference.removeFirst() }
            }
            var keys: [Int] = []
            cache.forEach { key, _ in
                keys.append(key)
                return true
            }
            #expect(keys == reference.reversed().map(\.key))
            #expect(cache.count == reference.count)
        }
    }
}
