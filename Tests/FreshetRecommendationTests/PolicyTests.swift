import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import Testing

@testable import FreshetRecommendation

/// Every policy alone, and all together.
@Suite struct PolicyTests {
    private func ask(_ shop: TestShop, _ query: Query, _ change: (inout PolicyConfiguration) -> Void) -> [RankedItem] {
        shop.recommender(change).recommend(query, snapshot: shop.trained(), streaming: shop.streaming).items
    }

    // MARK: Repeats

    @Test func repeatsFollowTheRuleOfTheirEventType() {
        let shop = TestShop()
        let query = shop.query([(1, .view), (5, .purchase), (9, .like)], count: 40)
        func shown(_ repeats: RepeatPolicy) -> Set<Int> {
            Set(ask(shop, query) { $0.repeats = repeats }.map(\.item.position)).intersection([1, 5, 9])
        }
        #expect(shown(.always) == [1, 5, 9])
        #expect(shown(.never) == [])
        #expect(shown(RepeatPolicy()) == [1, 5])
        #expect(shown(RepeatPolicy(rules: [.purchase: .afterDays(30)])) == [1, 9])
        #expect(shown(RepeatPolicy(rules: [.purchase: .afterDays(0.01)])) == [1, 5, 9])
        #expect(shown(RepeatPolicy(rules: [.like: .always], otherwise: .never)) == [9])
    }

    @Test func theStrictestRuleOfAnItemsEventsDecides() {
        let shop = TestShop()
        let query = shop.query([(1, .view), (1, .purchase), (1, .view)], count: 40)
        let items = ask(shop, query) { $0.repeats = RepeatPolicy(rules: [.purchase: .never]) }
        #expect(!items.map(\.item.position).contains(1))
    }

    @Test func theRequestOverridesTheRepeatPolicy() {
        let shop = TestShop()
        var query = shop.query([(1, .view), (5, .like)], count: 40)
        query.includeSeen = true
        #expect(ask(shop, query) { $0.repeats = .never }.count == 40)
        query.includeSeen = false
        #expect(ask(shop, query) { $0.repeats = .always }.count == 38)
    }

    @Test func whatIsDislikedIsGone() {
        let shop = TestShop()
        var query = shop.query([(1, .view), (1, "dislike"), (5, "dislike"), (9, "dislike"), (9, .purchase)], count: 40)
        func shown(_ repeats: RepeatPolicy) -> Set<Int> {
            Set(ask(shop, query) { $0.repeats = repeats }.map(\.item.position)).intersection([1, 5, 9])
        }
        #expect(shown(.always) == [9])
        query.includeSeen = true
        #expect(shown(.never) == [9])
        query.includeSeen = nil
        // A rule of its own says when it comes back.
        #expect(shown(RepeatPolicy(rules: ["dislike": .afterDays(0)])) == [1, 5, 9])
        query.candidates = [1, 5, 9].map { ItemIndex($0) }
        #expect(shown(RepeatPolicy()) == [1, 5, 9])
    }

    @Test func whatIsLikeADislikedItemIsNotPushed() {
        let shop = TestShop()
        func share(_ events: [(Int, EventType)]) -> Int {
            ask(shop, shop.query(events)) { _ in }.count { $0.item.position % shop.groups == 1 }
        }
        let (stranger, hater) = (share([]), share([(1, "dislike"), (5, "dislike"), (9, "dislike")]))
        #expect(hater <= stranger && share([(1, .view), (5, .view), (9, .view)]) > stranger)
    }

    @Test func whatResemblesDislikesMoreThanLikingsLoses() {
        let shop = TestShop()
        func places(_ events: [(Int, EventType)], _ strength: Double) -> Int {
            let items = ask(shop, shop.query(events, count: 40)) { $0.dislikes = strength }
            // The mean place of the disliked group, which is that of item 1.
            let own = items.indices.filter { items[$0].item.position % shop.groups == 1 }
            return own.reduce(0, +) / max(own.count, 1)
        }
        let dislikes: [(Int, EventType)] = [(1, "dislike"), (5, "dislike")]
        #expect(places(dislikes, 2) > places(dislikes, 0))
        // Who likes more of the kind than they dislike has lost nothing.
        let both = dislikes + [(9, .view), (13, .view), (17, .view), (21, .view), (25, .view)]
        #expect(places(both, 2) < places(dislikes, 2))
    }

    @Test func aPurchaseComesBackAfterItsDays() {
        let shop = TestShop()
        var query = shop.query([(1, .purchase)], count: 40)
        for (days, comesBack) in [(6.9, false), (7.1, true)] {
            query.time = TestShop.now - 3600 + Int64(days * 86_400)
            let items = ask(shop, query) { $0.repeats = RepeatPolicy(rules: [.purchase: .afterDays(7)]) }
            #expect(items.map(\.item.position).contains(1) == comesBack, "after \(days) days")
        }
    }

    // MARK: Category caps

    @Test func noCategoryHasMoreThanItsPlaces() {
        let shop = TestShop()
        let query = shop.query([(1, .view), (5, .view)], count: 8)
        let free = ask(shop, query) { _ in }
        #expect(free.count { $0.item.position % 4 == 1 } > 2)
        let capped = ask(shop, query) { $0.maximumPerCategory = 2 }
        #expect(capped.count == 8)
        for group in 0..<4 { #expect(capped.count { $0.item.position % 4 == group } == 2) }
    }

    @Test func capsNeverShortenAList() {
        let shop = TestShop()
        var query = shop.query([(1, .view)], count: 8)
        query.filter = ItemFilter(categories: ["group 1"])
        let items = ask(shop, query) { $0.maximumPerCategory = 2 }
        #expect(items.count == 8)
    }

    // MARK: Calibration

    @Test func aCalibratedListHasTheUsersMix() {
        let shop = TestShop()
        let query = shop.query([(1, .view), (5, .view), (9, .view), (2, .view)], count: 8)
        func count(_ group: Int, _ tradeOff: Double) -> Int {
            ask(shop, query) { $0.calibration = tradeOff }.count { $0.item.position % 4 == group }
        }
        #expect(count(1, 1) == 6 && count(2, 1) == 2)
        // Less of it leaves more to the scores.
        let free = ask(shop, query) { _ in }
        #expect(free.count { $0.item.position % 4 == 1 } != 6)
        #expect(ask(shop, query) { $0.calibration = 0 }.map(\.item) == free.map(\.item))
    }

    @Test func whoHasNoHistoryHasNoMix() {
        let shop = TestShop()
        let query = shop.query([], count: 8)
        #expect(ask(shop, query) { $0.calibration = 1 }.map(\.item) == ask(shop, query) { _ in }.map(\.item))
    }

    @Test func calibrationKeepsWhatDiversityArranged() throws {
        let shop = TestShop(items: 80, groups: 8, users: 40)
        let history: [(Int, EventType)] = [(1, .view), (9, .view), (2, .view)]
        func list(_ count: Int, _ change: @escaping (inout PolicyConfiguration) -> Void) -> [ItemIndex] {
            ask(shop, shop.query(history, count: count), change).map(\.item)
        }
        func group(_ items: [ItemIndex], _ group: Int) -> [ItemIndex] { items.filter { $0.position % 8 == group } }
        let (plain, diverse) = (list(40) { _ in }, list(40) { $0.diversity = 0.9 })
        let both = list(9) {
            $0.diversity = 0.9
            $0.calibration = 1
        }
        #expect(group(both, 1).count == 6 && group(both, 2).count == 3)
        for wanted in [1, 2] {
            let chosen = group(both, wanted)
            #expect(chosen == Array(group(diverse, wanted).prefix(chosen.count)))
        }
        try #require(group(diverse, 1).prefix(6) != group(plain, 1).prefix(6), "diversity arranges the group anew")
    }

    // MARK: Diversity and long tail

    @Test func diversityMakesAListLessAlike() {
        let shop = TestShop(items: 80, groups: 8, users: 40)
        let query = shop.query([(1, .view), (9, .view), (17, .view)], count: 10)
        func groups(_ diversity: Double) -> Int {
            Set(ask(shop, query) { $0.diversity = diversity }.map { $0.item.position % 8 }).count
        }
        #expect(groups(0) < groups(0.5))
        #expect(groups(0.5) <= groups(0.9))
        let first = ask(shop, query) { _ in }[0].item
        #expect(ask(shop, query) { $0.diversity = 0.5 }[0].item == first, "the best stays first")
    }

    @Test func withoutVectorsCategoriesTellWhatIsAlike() {
        let shop = TestShop()
        let query = shop.query([(1, .view), (5, .view)], count: 8)
        func groups(_ diversity: Double) -> Int {
            let recommender = shop.recommender { $0.diversity = diversity }
            let list = recommender.recommend(query, snapshot: shop.snapshot(), streaming: shop.streaming)
            return Set(list.items.prefix(4).map { $0.item.position % 4 }).count
        }
        #expect(groups(0) < 4)
        #expect(groups(0.9) == 4)
    }

    @Test func theRequestOverridesDiversity() {
        let shop = TestShop()
        var query = shop.query([(1, .view), (5, .view)])
        let plain = ask(shop, query) { _ in }
        query.diversity = 0
        #expect(ask(shop, query) { $0.diversity = 0.9 } == plain)
        query.diversity = 0.9
        #expect(ask(shop, query) { _ in } != plain)
    }

    @Test func theLongTailComesUp() {
        let shop = TestShop()
        let query = shop.query(user: 1)
        func meanPopularity(_ strength: Double) -> Double {
            let items = ask(shop, query) { $0.longTail = strength }.map(\.item)
            return items.reduce(0) { $0 + shop.models.popularity.count(of: $1, halfLife: 3, at: TestShop.now) }
        }
        #expect(meanPopularity(0.5) < meanPopularity(0))
        #expect(meanPopularity(1) <= meanPopularity(0.5))
    }

    // MARK: New items

    @Test func newItemsGetTheirShareWithExactPropensities() {
        let shop = TestShop()
        for item in 40..<52 { shop.put(item) }
        var query = shop.query([(1, .view), (5, .view)], count: 10)
        let share = 0.15
        var places = 0
        var shown: [Int: Double] = [:]
        let rounds = 2000
        for seed in 0..<rounds {
            query.seed = UInt64(seed)
            let items = ask(shop, query) { $0.newItemShare = share }
            #expect(items.count == 10)
            let new = items.enumerated().filter { $0.element.sources == .newItems }
            places += new.count
            for (place, item) in new {
                #expect(place >= 8)
                shown[item.item.position, default: 0] += 1 / Double(item.propensity)
            }
            #expect(items.prefix(8).allSatisfy { $0.propensity == 1 })
            // One place is always reserved, a second one half of the time.
            #expect(abs(items[8].propensity - (items[8].sources == .newItems ? 0.05 : 0.5)) < 1e-6)
            #expect(abs(items[9].propensity - 0.1) < 1e-6)
        }
        #expect(abs(Double(places) / Double(rounds) - 1.5) < 0.05)
        // Weighted by its inverse propensity, every new item was shown as often as any other: once a place.
        for (item, weight) in shown { #expect(abs(weight / Double(rounds) - 2) < 0.6, "item \(item): \(weight)") }
        #expect(shown.count == 10)
    }

    @Test func newItemsLikeTheUsersComeFirst() {
        let shop = TestShop()
        for item in 40..<80 { shop.put(item) }
        var query = shop.query([(1, .view), (5, .view)], count: 10)
        for seed in 0..<50 {
            query.seed = UInt64(seed)
            let new = ask(shop, query) { $0.newItemShare = 0.2 }.filter { $0.sources == .newItems }
            #expect(new.allSatisfy { $0.item.position % 4 == 1 }, "\(new.map(\.item.position))")
        }
    }

    @Test func anItemWithEventsIsNotNew() {
        var shop = TestShop()
        shop.put(40)
        shop.add(user: 0, item: 40)
        let query = shop.query([(1, .view)], count: 10)
        let new = ask(shop, query) { $0.newItemShare = 1 }.filter { $0.sources == .newItems }
        #expect(!new.map(\.item.position).contains(40))
    }

    // MARK: Exploration

    /// What the propensities say is how often it happens: by place, of the best that is left and of all others.
    @Test func explorationHasExactPropensities() {
        let shop = TestShop()
        var query = shop.query([(1, .view), (5, .view)], count: 4)
        let best = ask(shop, query) { _ in }.map(\.item)
        let rounds = 4000
        var firsts: [ItemIndex: Int] = [:]
        var weights: [ItemIndex: Double] = [:]
        for seed in 0..<rounds {
            query.seed = UInt64(seed)
            let items = ask(shop, query) {
                $0.exploration = 0.4
                $0.explorationDepth = 5
            }
            #expect(Set(items.map(\.item)).count == 4)
            for item in items { #expect(abs(item.propensity - 0.68) < 1e-6 || abs(item.propensity - 0.08) < 1e-6) }
            #expect((items[0].item == best[0]) == (items[0].propensity > 0.5))
            firsts[items[0].item, default: 0] += 1
            weights[items[0].item, default: 0] += 1 / Double(items[0].propensity)
        }
        #expect(firsts.count == 5)
        #expect(abs(Double(firsts[best[0]] ?? 0) / Double(rounds) - 0.68) < 0.03)
        // Weighted by its inverse propensity, every one of them was shown as often as any other: always.
        for (item, weight) in weights { #expect(abs(weight / Double(rounds) - 1) < 0.2, "\(item): \(weight)") }
    }

    @Test func nothingIsExploredUnlessAskedForNorInARanking() {
        let shop = TestShop()
        var query = shop.query([(1, .view), (5, .view)], count: 4)
        query.seed = 7
        #expect(ask(shop, query) { _ in }.allSatisfy { $0.propensity == 1 })
        query.candidates = (0..<10).map { ItemIndex($0) }
        #expect(ask(shop, query) { $0.exploration = 1 }.allSatisfy { $0.propensity == 1 })
    }

    // MARK: Together

    @Test(arguments: 0..<20) func allPoliciesTogetherKeepTheirPromises(seed: Int) {
        let shop = TestShop(items: 80, groups: 4, users: 40, seed: UInt64(seed))
        for item in 80..<90 { shop.put(item) }
        for item in stride(from: 0, to: 80, by: 7) { shop.put(item) { $0.available = false } }
        var query = shop.query([(1, .view), (5, .purchase), (2, .view)], count: 12)
        query.seed = UInt64(seed)
        query.filter = ItemFilter(excludedCategories: ["group 3"])
        query.excluded = [ItemIndex(9)]
        let items = ask(shop, query) {
            $0.repeats = RepeatPolicy(rules: [.purchase: .never])
            $0.maximumPerCategory = 4
            $0.diversity = 0.3
            $0.longTail = 0.2
            $0.newItemShare = 0.1
        }
        let positions = items.map(\.item.position)
        #expect(items.count == 12)
        #expect(Set(positions).count == 12)
        #expect(positions.allSatisfy { $0 % 4 != 3 && ($0 >= 80 || $0 % 7 != 0) && $0 != 5 && $0 != 9 })
        for group in 0..<3 {
            let count = items.count { $0.item.position % 4 == group && $0.sources != .newItems }
            #expect(count <= 4)
        }
        #expect(items.allSatisfy { $0.propensity > 0 && $0.propensity <= 1 })
    }

    // MARK: Configuration

    @Test func policiesBelongToTheirScenario() throws {
        let text = """
            {"policies": {"diversity": 0.1},
             "scenarios": {"news": {"repeats": {"otherwise": "never"}, "maximum_per_category": 3},
                           "shop": {"repeats": {"rules": {"purchase": 30, "rating": 7}}}}}
            """
        let configuration = try JSONDecoder().decode(RecommenderConfiguration.self, from: Data(text.utf8))
        try configuration.validate()
        #expect(configuration.policies(for: nil).diversity == 0.1)
        #expect(configuration.policies(for: "elsewhere").diversity == 0.1)
        #expect(configuration.policies(for: "news").maximumPerCategory == 3)
        #expect(configuration.policies(for: "news").repeats.rule(for: .view) == .never)
        #expect(configuration.policies(for: "shop").repeats.rule(for: .purchase) == .afterDays(30))
        #expect(configuration.policies(for: "shop").repeats.rule(for: .view) == .always)
        // What a scenario does not name is as without it.
        #expect(configuration.policies(for: "shop").repeats.rule(for: .rating) == .afterDays(7))
        #expect(configuration.policies(for: "shop").repeats.rule(for: .like) == .never)
        let again = try JSONDecoder().decode(
            RecommenderConfiguration.self,
            from: JSONEncoder().encode(configuration)
        )
        #expect(again == configuration)
    }

    /// Also those that name none of the types that have a rule by default.
    @Test(arguments: [
        RepeatPolicy(), .always, .never, RepeatPolicy(rules: [.view: .never], otherwise: .afterDays(3)),
    ]) func repeatPoliciesAreReadAsTheyWereWritten(policy: RepeatPolicy) throws {
        let again = try JSONDecoder().decode(RepeatPolicy.self, from: JSONEncoder().encode(policy))
        #expect(again == policy)
        for type: EventType in [.view, .like, .rating, .purchase] {
            #expect(again.rule(for: type) == policy.rule(for: type))
        }
        #expect(again != RepeatPolicy(rules: policy.rules.merging([.cart: .afterDays(1)]) { $1 }))
    }

    @Test func settingsOutOfRangeAreRefused() {
        for change: (inout PolicyConfiguration) -> Void in [
            { $0.diversity = 1.1 }, { $0.longTail = -0.1 }, { $0.newItemShare = .nan },
            { $0.exploration = 1.5 }, { $0.explorationDepth = 1 }, { $0.maximumPerCategory = 0 },
            { $0.candidateCount = 5 }, { $0.repeats = RepeatPolicy(rules: [.view: .afterDays(-1)]) },
        ] {
            var policies = PolicyConfiguration()
            change(&policies)
            #expect(throws: FreshetError.self) { try policies.validate() }
        }
        #expect(throws: Never.self) { try PolicyConfiguration().validate() }
    }
}
