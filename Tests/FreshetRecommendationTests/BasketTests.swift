import FreshetCore
import Testing

@testable import FreshetRecommendation

/// What goes with a set of items.
@Suite struct BasketTests {
    /// A shop where a screw goes with a nut, and with a washer more often where both are in the basket.
    private func shop() -> TestShop {
        var shop = TestShop(items: 0, events: 0)
        for (user, items) in [[1, 2, 3], [1, 3, 2], [1, 4], [1, 4], [1, 4], [2, 5], [6, 7], [6, 7], [6, 7]].enumerated()
        {
            for item in items { shop.add(user: user, item: item) }
        }
        return shop
    }

    private func complete(_ shop: TestShop, _ basket: [Int], count: Int = 4, _ change: (inout Query) -> Void = { _ in })
        -> [Int]
    {
        var query = shop.query(basket.map { ($0, .cart) }, count: count)
        query.excluded = Set(basket.map { ItemIndex($0) })
        change(&query)
        return shop.recommender().complete(
            basket.map { ItemIndex($0) },
            for: query,
            snapshot: shop.snapshot(),
            streaming: shop.streaming
        ).items.map(\.item.position)
    }

    @Test func whatGoesWithSeveralComesFirst() {
        let shop = shop()
        #expect(complete(shop, [1]).first == 4)
        #expect(complete(shop, [1, 2]).first == 3)
        #expect(complete(shop, [6]).first == 7)
    }

    @Test func theBasketAndWhatMayNotAppearStayOut() {
        let shop = shop()
        let list = complete(shop, [1, 2], count: 7)
        #expect(Set(list).isDisjoint(with: [1, 2]) && list.count >= 4, "\(list)")
        #expect(!complete(shop, [1, 2], count: 7) { $0.excluded.insert(ItemIndex(3)) }.contains(3))
        #expect(complete(shop, [1, 2], count: 2).count == 2)
    }

    @Test func whatIsNewGoesByItsContent() throws {
        let shop = TestShop(items: 12, groups: 4, events: 0)
        let list = complete(shop, [1, 5], count: 12)
        // Without an event there is nothing but the items' numbers otherwise, by which 8 would come first.
        let (ninth, eighth) = (try #require(list.firstIndex(of: 9)), try #require(list.firstIndex(of: 8)))
        #expect(ninth < eighth, "the third of their group: \(list)")
    }

    @Test func theUserDecidesAmongCompanions() {
        // Item 0 goes with 1, 2, 3 alike; the model likes what is of the history's group.
        var shop = TestShop(items: 40, groups: 4, events: 0)
        for (user, other) in [4, 5, 6, 7].enumerated() {
            shop.add(user: user, item: 0)
            shop.add(user: user, item: other)
        }
        func best(_ history: [(Int, EventType)]) -> [Int] {
            var query = shop.query(history + [(0, .cart)], count: 8)
            query.excluded = [ItemIndex(0)]
            return shop.recommender().complete(
                [ItemIndex(0)],
                for: query,
                snapshot: shop.trained(),
                streaming: shop.streaming
            ).items.map(\.item.position)
        }
        let first = best([(2, .view), (6, .view), (10, .view), (14, .view)])
        let second = best([(3, .view), (7, .view), (11, .view), (15, .view)])
        #expect(first != second)
        #expect(first.count { $0 % 4 == 2 } > second.count { $0 % 4 == 2 })
    }
}
