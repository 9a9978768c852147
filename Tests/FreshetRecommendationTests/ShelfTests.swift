import FreshetCore
import Testing

@testable import FreshetRecommendation

/// What is trending, and the rows of a page.
@Suite struct ShelfTests {
    private static let day: Int64 = 86_400

    /// Item 0 is asked for most all the time, item 1 more and more, item 2 less and less, item 3 for the first time.
    private func shop() -> TestShop {
        var shop = TestShop(items: 8, users: 1, events: 0)
        for day in (0..<30 as Range<Int64>).reversed() {
            let time = TestShop.now - day * Self.day
            let counts = [20, day < 2 ? 12 : 1, day < 2 ? 1 : 12, day == 0 ? 6 : 0]
            for (item, count) in counts.enumerated() {
                for event in 0..<count { shop.add(user: 0, item: item, time: time - Int64(event) * 60) }
            }
        }
        return shop
    }

    private func trending(_ shop: TestShop, _ change: (inout Query) -> Void = { _ in }) -> [Int] {
        var query = Query(count: 8, time: TestShop.now)
        change(&query)
        return shop.recommender().trending(for: query, streaming: shop.streaming).map(\.item.position)
    }

    @Test func whatGrowsIsTrendingAndWhatIsPopularIsNot() {
        let shop = shop()
        #expect(Set(trending(shop)) == [1, 3], "\(trending(shop))")
        #expect(
            shop.recommender().popular(for: Query(count: 1, time: TestShop.now), streaming: shop.streaming)
                .map(\.item.position) == [0]
        )
        #expect(trending(shop) { $0.excluded = [ItemIndex(1)] } == [3])
        #expect(trending(TestShop(events: 0)).isEmpty)
    }

    /// An evening when everything is asked for three times as often makes nothing a trend.
    @Test func whatAllHaveMoreOfIsNoTrend() {
        var shop = TestShop(items: 4, users: 1, events: 0)
        for day in (0..<30 as Range<Int64>).reversed() {
            for event in 0..<(day == 0 ? 30 : 10) {
                for item in 0..<4 { shop.add(user: 0, item: item, time: TestShop.now - day * Self.day - Int64(event)) }
            }
        }
        #expect(trending(shop).isEmpty)
    }

    private func shelves(_ count: Int, _ query: Query) -> [RankedShelf] {
        let shop = TestShop()
        return shop.recommender().shelves(count, for: query, snapshot: shop.trained(), streaming: shop.streaming)
    }

    @Test func noItemComesTwiceAndEveryRowSaysWhatItIs() {
        let shop = TestShop()
        let rows = shelves(6, shop.query([(1, .view), (6, .purchase)], count: 4))
        #expect(rows.count >= 3 && rows.allSatisfy { (3...4).contains($0.list.items.count) })
        let all = rows.flatMap { $0.list.items.map(\.item) }
        #expect(Set(all).count == all.count)
        #expect(rows[0].kind == .forYou && rows[1].kind == .because && rows[1].item == ItemIndex(6))
        #expect(rows[1].title == "Because you bought thing number6 of kind2")
        #expect(!rows[1].list.items.contains { $0.item == ItemIndex(6) })
        #expect(rows.contains { $0.kind == .because && $0.item == ItemIndex(1) })
        for row in rows where row.kind == .category {
            #expect(row.list.items.allSatisfy { "group \($0.item.position % 4)" == row.title })
        }
    }

    @Test func aStrangerGetsWhatIsPopular() {
        let rows = shelves(5, Query(count: 3, time: TestShop.now))
        #expect(rows.first?.kind == .popular && rows.count <= 5 && rows.allSatisfy { $0.item == nil })
        #expect(rows.contains { $0.kind == .category })
        #expect(shelves(1, Query(count: 3, time: TestShop.now)).count == 1)
    }
}
