import FreshetCore
import FreshetData
import Testing

@testable import FreshetRecommendation

/// What rules do to answers, and when they are in force.
@Suite struct RuleTests {
    private let shop = TestShop()

    private func answer(
        _ rules: [Rule],
        segments: [UserSegment] = [],
        count: Int = 10,
        _ change: (inout Query) -> Void = { _ in }
    ) -> RankedList {
        var query = shop.query(user: 1, count: count)
        change(&query)
        let book = RuleBook(
            RuleTable(rules: rules, segments: Dictionary(uniqueKeysWithValues: segments.map { ($0.id, $0) }))
        )
        return shop.recommender(rules: book).recommend(query, snapshot: shop.trained(), streaming: shop.streaming)
    }

    private func items(
        _ actions: Rule.Actions,
        count: Int = 10,
        _ change: (inout Query) -> Void = { _ in }
    ) -> [Int] {
        answer([Rule(id: "rule", then: actions)], count: count, change).items.map(\.item.position)
    }

    private func expression(_ text: String) throws -> FilterExpression { try FilterExpression(text) }

    // MARK: What they do

    @Test func aPinHasItsPlace() throws {
        let plain = answer([]).items.map(\.item.position)
        let worst = try #require((0..<40).first { !plain.contains($0) })
        #expect(
            items(Rule.Actions(pin: [Rule.Pin(item: "item \(worst)", position: 3)]))
                == Array((plain[..<2] + [worst] + plain[2...]).prefix(10))
        )
        // What is shown already moves, and nothing comes twice.
        #expect(
            items(Rule.Actions(pin: [Rule.Pin(item: "item \(plain[7])", position: 1)]))
                == [plain[7]] + plain.filter { $0 != plain[7] }
        )
        // The second at one place comes after the first.
        let pair = [Rule.Pin(item: "item \(plain[4])", position: 2), Rule.Pin(item: "item \(plain[6])", position: 2)]
        #expect(Array(items(Rule.Actions(pin: pair))[..<3]) == [plain[0], plain[4], plain[6]])
    }

    @Test func aPinOfWhatMayNotAppearDoesNothing() {
        shop.put(9) { $0.available = false }
        let gone = Rule.Actions(pin: [Rule.Pin(item: "item 9", position: 1), Rule.Pin(item: "nobody", position: 1)])
        #expect(items(gone) == answer([]).items.map(\.item.position))
        let excluded = Rule.Actions(pin: [Rule.Pin(item: "item 8", position: 1)])
        #expect(!items(excluded) { $0.excluded = [ItemIndex(8)] }.contains(8))
    }

    @Test func boostsAndBuriesChangeTheOdds() throws {
        let group3 = try expression("category = 'group 3'")
        func count(_ actions: Rule.Actions) -> Int { items(actions).count { $0 % 4 == 3 } }
        let plain = count(Rule.Actions(hide: try expression("category = 'no such'")))
        let often = Array(repeating: Rule.Weight(filter: group3, by: 1e6), count: 8)
        let boosted = count(Rule.Actions(boost: often))
        #expect(boosted == 10 && plain < 10)
        let group1 = try expression("category = 'group 1'")
        #expect(items(Rule.Actions(bury: [Rule.Weight(filter: group1, by: 1e6)])).allSatisfy { $0 % 4 != 1 })
        // By one is by nothing.
        #expect(
            items(Rule.Actions(boost: [Rule.Weight(filter: group3, by: 1)])) == answer([]).items.map(\.item.position)
        )
    }

    @Test func hiddenItemsAreInNoList() throws {
        let rule = Rule(id: "rule", then: Rule.Actions(hide: try expression("category = 'group 1'")))
        #expect(answer([rule], count: 40).items.count == 30)
        #expect(answer([rule], count: 40).items.allSatisfy { $0.item.position % 4 != 1 })
        let recommender = shop.recommender(rules: RuleBook(RuleTable(rules: [rule])))
        let query = Query(count: 40, time: TestShop.now)
        let popular = recommender.popular(for: query, streaming: shop.streaming)
        #expect(!popular.isEmpty && popular.allSatisfy { $0.item.position % 4 != 1 })
        let similar = recommender.similar(
            to: ItemIndex(5),
            for: query,
            snapshot: shop.trained(),
            streaming: shop.streaming
        )
        #expect(!similar.items.isEmpty && similar.items.allSatisfy { $0.item.position % 4 != 1 })
    }

    @Test func aFilterLetsOnlyItsOwnThrough() throws {
        let only = items(Rule.Actions(filter: try expression("category = 'group 2' and attributes.size < user.limit")))
        {
            $0.userAttributes = ["limit": .number(20)]
        }
        #expect(Set(only) == [2, 6, 10, 14, 18])
        #expect(items(Rule.Actions(hide: try expression("attributes.size >= 0"))).isEmpty)
    }

    @Test func aShareIsFilledByTheBestOfItsOwn() throws {
        let share = Rule.Share(filter: try expression("category = 'group 3'"), atLeast: 0.35)
        let plain = answer([]).items.map(\.item.position)
        let shared = items(Rule.Actions(share: [share]))
        let missing = 4 - plain.count { $0 % 4 == 3 }
        try #require(missing > 0)
        #expect(shared.count == 10 && Set(shared).count == 10 && shared.count { $0 % 4 == 3 } == 4)
        // Those above stay as they were, and the best of the share are the ones that come in.
        let others = answer([], count: 40).items.map(\.item.position)
        #expect(shared.filter { $0 % 4 == 3 } == Array(others.filter { $0 % 4 == 3 }.prefix(4)))
        #expect(shared.filter { $0 % 4 != 3 } == Array(plain.filter { $0 % 4 != 3 }.prefix(6)))
    }

    @Test func anObjectiveTradesInterestForAnAttribute() {
        func size(_ weight: Double) -> Int { items(Rule.Actions(objective: ["size": weight])).reduce(0, +) }
        let plain = answer([]).items.map(\.item.position)
        #expect(size(1) > size(0.2) && size(0.2) >= plain.reduce(0, +) && size(-1) < plain.reduce(0, +))
        #expect(items(Rule.Actions(objective: ["no such": 1])) == plain)
    }

    // MARK: When they are in force

    private func isInForce(
        _ change: (inout Rule) -> Void,
        segments: [UserSegment] = [],
        _ ask: (inout Query) -> Void = { _ in }
    ) -> Bool {
        var rule = Rule(id: "rule", then: Rule.Actions(pin: [Rule.Pin(item: "item 3", position: 1)]))
        change(&rule)
        let list = answer([rule], segments: segments, ask)
        #expect((list.items.first?.item == ItemIndex(3)) == (list.rules == ["rule"]))
        return list.rules == ["rule"]
    }

    @Test func aRuleHoldsWhereAndWhenItSays() {
        #expect(isInForce { _ in })
        #expect(!isInForce { $0.enabled = false })
        #expect(isInForce({ $0.enabled = false }) { $0.rules = ["rule"] })
        #expect(isInForce({ $0.when.scenario = "home" }) { $0.scenario = "home" })
        #expect(!isInForce({ $0.when.scenario = "home" }) { $0.scenario = "cart" })
        let now = Timestamp(seconds: TestShop.now)
        #expect(isInForce { $0.from = now } && !isInForce { $0.until = now })
        #expect(!isInForce { $0.from = Timestamp(seconds: TestShop.now + 1) })
        #expect(isInForce({ $0.when.item = "item 5" }) { $0.item = ItemIndex(5) })
        #expect(!isInForce({ $0.when.item = "item 5" }) { $0.item = ItemIndex(6) })
        let last = shop.query(user: 1).history.items.last!.position
        #expect(isInForce { $0.when.item = "item \(last)" } && !isInForce { $0.when.item = "nobody" })
    }

    @Test func aSegmentIsOfUsers() throws {
        let segments = [
            UserSegment(id: "new", filter: try expression("user.events < 5")),
            UserSegment(id: "swiss", filter: try expression("user.country = 'ch'")),
        ]
        func holds(_ segment: String, _ ask: (inout Query) -> Void) -> Bool {
            isInForce({ $0.when.segment = segment }, segments: segments, ask)
        }
        #expect(!holds("new") { _ in })
        #expect(holds("new") { $0.history = $0.history.dropLast(3) })
        #expect(holds("swiss") { $0.userAttributes = ["country": .text("ch")] })
        #expect(!holds("swiss") { $0.userAttributes = ["country": .text("de")] } && !holds("swiss") { _ in })
        #expect(throws: FreshetError.self) {
            try UserSegment(id: "odd", filter: try expression("attributes.size < 5 and user.country = 'ch'")).validate()
        }
    }

    @Test func aShareOfUsersIsLeftOut() {
        var rule = Rule(id: "rule", then: Rule.Actions(pin: [Rule.Pin(item: "item 3", position: 1)]))
        rule.holdout = 0.25
        let lists = (0..<400).map { user in answer([rule]) { $0.user = UserIndex(user) } }
        let held = lists.count { $0.rules == ["!rule"] }
        #expect((70...130).contains(held) && lists.allSatisfy { $0.rules == ["rule"] || $0.rules == ["!rule"] })
        #expect(lists.allSatisfy { $0.rules == ["!rule"] || $0.items.first?.item == ItemIndex(3) })
        let again = (0..<400).map { user in answer([rule]) { $0.user = UserIndex(user) }.rules }
        #expect(again == lists.map(\.rules))
    }

    // MARK: Changes

    @Test func aChangeIsSeenByTheNextQuestion() throws {
        let book = RuleBook()
        let recommender = CachingRecommender(shop.recommender(rules: book))
        let snapshot = shop.trained()
        func ask() -> [ItemIndex] {
            recommender.recommend(shop.query(user: 1), snapshot: snapshot, streaming: shop.streaming).items.map(\.item)
        }
        let plain = ask()
        book.replace(
            with: RuleTable(rules: [Rule(id: "a", then: Rule.Actions(pin: [Rule.Pin(item: "item 3", position: 1)]))])
        )
        #expect(ask().first == ItemIndex(3))
        book.replace(with: RuleTable())
        #expect(ask() == plain)
    }

    @Test func aFilterKnowsWordsThatComeLater() throws {
        let rule = Rule(id: "rule", then: Rule.Actions(hide: try expression("tags in ('late')")))
        let recommender = shop.recommender(rules: RuleBook(RuleTable(rules: [rule])))
        let snapshot = shop.trained()
        func ask() -> [Int] {
            recommender.recommend(shop.query(user: 1), snapshot: snapshot, streaming: shop.streaming).items
                .map(\.item.position)
        }
        let best = ask()[0]
        shop.put(best) { $0.tags = ["late"] }
        #expect(!ask().contains(best))
    }

    @Test func whatMayNotBeMeantIsSaid() throws {
        let recommender = shop.recommender()
        func doubts(_ actions: Rule.Actions) -> [String] {
            recommender.doubts(
                about: Rule(id: "rule", then: actions),
                Query(time: TestShop.now),
                streaming: shop.streaming
            )
        }
        #expect(doubts(Rule.Actions(hide: try expression("attributes.size < 20"))).isEmpty)
        #expect(
            doubts(Rule.Actions(hide: try expression("attributes.size >= 0"))).first?.contains("leaves none") == true
        )
        #expect(doubts(Rule.Actions(pin: [Rule.Pin(item: "nobody", position: 1)])).first?.contains("'nobody'") == true)
        let both = Rule.Actions(
            pin: [Rule.Pin(item: "item 3", position: 1)],
            hide: try expression("attributes.size = 3")
        )
        #expect(doubts(both).first?.contains("keeps the item 'item 3' back") == true)
        #expect(doubts(Rule.Actions(objective: ["profit": 1])).first?.contains("'profit'") == true)
        let unknown = Rule.Actions(boost: [Rule.Weight(filter: try expression("not attributes.brand = 'a'"), by: 2)])
        #expect(doubts(unknown).first?.contains("'brand' that 'boost' asks for") == true)
    }
}
