import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// Compiled filters against the same conditions in plain Swift.
@Suite struct FilterTests {
    private static let now: Int64 = 1_700_000_000
    private static let day: Int64 = 86_400
    private static let user: [String: AttributeValue] = [
        "age": .number(16), "budget": .number(9), "country": .text("ch"), "tastes": .texts(["t1", "t3"]),
        "since": .text("2023-11-10"), "member": .flag(true),
    ]

    /// Items whose every attribute follows from their number; every fifth has no entry.
    private static func item(_ number: Int) -> Item? {
        guard number % 5 != 4 else { return nil }
        var item = Item(
            id: "\(number)",
            title: number % 3 == 0 ? "Title \(number)" : nil,
            categories: ["c\(number % 3)"] + (number % 2 == 0 ? ["even"] : []),
            tags: (0..<4).filter { number >> $0 & 1 == 1 }.map { "t\($0)" },
            attributes: [
                "price": .number(Double(number % 12)), "sold": .texts(number % 7 < 3 ? ["ch", "de"] : ["fr"]),
            ]
        )
        if number % 4 != 0 { item.attributes["new"] = number % 4 == 3 ? .number(1) : .flag(number % 4 == 1) }
        if number % 6 != 0 {
            let released = now - Int64(number) * day
            item.attributes["released"] =
                number % 2 == 0 ? .text(Timestamp.text(from: released)) : .number(Double(released))
        }
        // On the equator, a tenth of a degree apart, some of them in the east alone.
        if number % 4 != 1 { item.attributes["longitude"] = .number(Double(number) / 10) }
        if number % 3 != 1 { item.attributes["latitude"] = .number(0) }
        if number % 8 != 0 { item.createdAt = now - Int64(number) * day }
        return item
    }

    private static let count = 300
    private static let catalog: CatalogSnapshot = {
        let view = CatalogView(unlisted: .show)
        view.put((0..<count).compactMap { number in item(number).map { (ItemIndex(number), $0) } })
        return view.current()
    }()

    private static func admitted(
        _ filter: ItemFilter,
        user: [String: AttributeValue] = user,
        place: Place? = Place(latitude: 0, longitude: 0)
    ) -> Set<Int> {
        let resolved = ResolvedFilter(filter, catalog, user: user, now: now, place: place)
        var admitted: Set<Int> = []
        resolved.forEachAdmitted(below: count, catalog) { admitted.insert($0.position) }
        for number in 0..<count {
            #expect(resolved.admits(ItemIndex(number), catalog) == admitted.contains(number))
        }
        return admitted
    }

    private typealias Condition = (text: String, holds: @Sendable (Item) -> Bool)

    private static func price(_ item: Item) -> Double? {
        if case .number(let price) = item.attributes["price"] { price } else { nil }
    }

    private static func released(_ item: Item) -> Int64? {
        switch item.attributes["released"] {
        case .number(let number): Int64(number)
        case .text(let text): Timestamp.seconds(from: text)
        default: nil
        }
    }

    private static func isSold(_ item: Item, in country: String) -> Bool {
        if case .texts(let countries) = item.attributes["sold"] { countries.contains(country) } else { false }
    }

    /// The kilometres along the equator.
    private static func distance(_ item: Item) -> Double? {
        guard item.attributes["latitude"] != nil, case .number(let degrees) = item.attributes["longitude"] else {
            return nil
        }
        return 6371.0088 * Double.pi / 180 * degrees
    }

    /// One row a condition, with what it means.
    private static let conditions: [Condition] = [
        ("category = \"c1\"", { $0.categories.contains("c1") }),
        ("categories in (\"c2\", \"even\", \"no such\")", { !Set($0.categories).isDisjoint(with: ["c2", "even"]) }),
        ("categories all (\"c2\", \"even\")", { Set($0.categories).isSuperset(of: ["c2", "even"]) }),
        ("categories all (\"c2\", \"no such\")", { _ in false }),
        ("tags any (\"t0\", \"t2\")", { !Set($0.tags).isDisjoint(with: ["t0", "t2"]) }),
        ("tags exists", { !$0.tags.isEmpty }), ("title exists", { $0.title != nil }),
        ("title in (\"Title 3\", \"Title 33\")", { ["Title 3", "Title 33"].contains($0.title) }),
        ("title all (\"Title 3\", \"Title 33\")", { _ in false }),
        ("attributes.price = 5", { price($0) == 5 }), ("attributes.price < 5", { price($0).map { $0 < 5 } ?? false }),
        ("attributes.price <= 5", { price($0).map { $0 <= 5 } ?? false }),
        ("attributes.price > 5", { price($0).map { $0 > 5 } ?? false }),
        ("attributes.price >= 5", { price($0).map { $0 >= 5 } ?? false }),
        ("attributes.price between 3 and 7", { price($0).map { (3...7).contains($0) } ?? false }),
        ("attributes.price in (1, 4, \"x\")", { price($0).map { $0 == 1 || $0 == 4 } ?? false }),
        ("attributes.price != 5", { price($0) != 5 }), ("attributes.price = \"5\"", { _ in false }),
        ("attributes.new = true", { [.flag(true), .number(1)].contains($0.attributes["new"]) }),
        ("attributes.new = false", { $0.attributes["new"] == .flag(false) }),
        ("attributes.new = 1", { $0.attributes["new"] == .number(1) }),
        ("attributes.new exists", { $0.attributes["new"] != nil }), ("attributes.other exists", { _ in false }),
        ("attributes.sold = \"ch\"", { isSold($0, in: "ch") }),
        ("attributes.sold all (\"ch\", \"de\")", { isSold($0, in: "ch") && isSold($0, in: "de") }),
        ("attributes.sold in (\"de\", \"fr\")", { isSold($0, in: "de") || isSold($0, in: "fr") }),
        ("attributes.released > now - 30d", { released($0).map { $0 > now - 30 * day } ?? false }),
        ("attributes.released <= 2023-10-01", { released($0).map { $0 <= 1_696_118_400 } ?? false }),
        ("created_at >= now - 10d", { $0.createdAt.map { $0 >= now - 10 * day } ?? false }),
        (
            "created_at between 2023-08-01 and \"2023-09-01\"",
            { $0.createdAt.map { (1_690_848_000...1_693_526_400).contains($0) } ?? false }
        ), ("created_at exists", { $0.createdAt != nil }),
        ("distance_km < 500", { distance($0).map { $0 < 500 } ?? false }),
        ("1000.5 <= distance_km", { distance($0).map { $0 >= 1000.5 } ?? false }),
        ("distance_km between 100 and 300", { distance($0).map { (100...300).contains($0) } ?? false }),
        ("distance_km between 300 and 100", { _ in false }), ("distance_km exists", { distance($0) != nil }),
        ("distance_km > user.budget", { distance($0).map { $0 > 9 } ?? false }),
        ("attributes.price <= user.budget", { price($0).map { $0 <= 9 } ?? false }),
        ("user.country in attributes.sold", { isSold($0, in: "ch") }),
        ("tags in (user.tastes)", { !Set($0.tags).isDisjoint(with: ["t1", "t3"]) }),
        ("tags all (user.tastes)", { Set($0.tags).isSuperset(of: ["t1", "t3"]) }),
        ("created_at > user.since", { $0.createdAt.map { $0 > 1_699_574_400 } ?? false }),
        ("attributes.price > user.nothing", { _ in false }), ("tags = user.nothing", { _ in false }),
        ("user.age < 18", { _ in true }), ("user.age between 17 and 20", { _ in false }),
        ("user.member = true", { _ in true }),
        ("user.country in (\"de\", \"ch\")", { _ in true }), ("user.since > 2024-01-01", { _ in false }),
        ("user.tastes all (\"t1\", \"t2\")", { _ in false }), ("user.nothing exists", { _ in false }),
    ]

    private static let empty = Item(id: "")

    /// What nothing is known of is an item without anything.
    private static func expected(_ holds: (Item) -> Bool) -> Set<Int> {
        Set((0..<count).filter { holds(item($0) ?? empty) })
    }

    @Test(arguments: conditions.indices) func everyConditionMeansWhatItSays(number: Int) throws {
        let (text, holds) = Self.conditions[number]
        let expression = try FilterExpression(text)
        #expect(Self.admitted(ItemFilter(expression)) == Self.expected(holds), "\(text)")
        #expect(
            Self.admitted(ItemFilter(try FilterExpression("not \(text)"))) == Self.expected { !holds($0) },
            "\(text)"
        )
    }

    /// Nothing is near, and nothing far, of nowhere.
    @Test func withoutAPlaceNothingHasADistance() throws {
        for text in ["distance_km < 500", "distance_km >= 0", "distance_km exists"] {
            let admitted = Self.admitted(ItemFilter(try FilterExpression(text)), place: nil)
            #expect(admitted.isEmpty, "\(text)")
        }
        let opposite = ItemFilter(try FilterExpression("not distance_km < 500"))
        #expect(Self.admitted(opposite, place: nil).count == Self.count)
    }

    /// Random trees of them, and what Swift makes of the same tree.
    @Test func treesOfConditionsMeanWhatTheySay() throws {
        var random = RandomSource(seed: 11)
        func tree(_ depth: Int) -> Condition {
            if depth == 0 || random.below(4) == 0 { return Self.conditions[random.below(Self.conditions.count)] }
            if random.below(4) == 0 {
                let part = tree(depth - 1)
                return ("not (\(part.text))", { !part.holds($0) })
            }
            let parts = (0...random.below(3)).map { _ in tree(depth - 1) }
            let isAll = random.below(2) == 0
            let text = parts.map { "(\($0.text))" }.joined(separator: isAll ? " and " : " or ")
            return (text, { item in isAll ? parts.allSatisfy { $0.holds(item) } : parts.contains { $0.holds(item) } })
        }
        var shares: [Double] = []
        for _ in 0..<200 {
            let (text, holds) = tree(4)
            guard text.utf8.count < FilterExpression.maximumLength else { continue }
            let found = Self.admitted(ItemFilter(try FilterExpression(text)))
            #expect(found == Self.expected(holds), "\(text)")
            shares.append(Double(found.count) / Double(Self.count))
        }
        #expect(shares.count { (0.05...0.95).contains($0) } > 50, "most trees decide nothing")
    }

    @Test func objectAndExpressionHoldTogether() throws {
        let filter = ItemFilter(
            categories: ["even"],
            attributes: ["sold": .text("ch")],
            expression: try FilterExpression("attributes.price < 6")
        )
        #expect(
            Self.admitted(filter)
                == Self.expected {
                    $0.categories.contains("even") && Self.isSold($0, in: "ch") && (Self.price($0) ?? 9) < 6
                }
        )
    }

    @Test func conditionsOnTheUserAloneLeaveNoStep() throws {
        let filter = ItemFilter(try FilterExpression("user.age < 18 or tags = \"t1\""))
        #expect(ResolvedFilter(filter, Self.catalog, user: Self.user, now: Self.now).isOpen)
        #expect(!ResolvedFilter(filter, Self.catalog, user: [:], now: Self.now).isOpen)
    }

    /// A scenario's own filter holds beside that of the request, in every kind of list.
    @Test func aScenariosFilterHoldsInEveryList() throws {
        let shop = TestShop()
        let recommender = shop.recommender { $0.filter = try? FilterExpression("attributes.colour = user.colour") }
        var query = shop.query(user: 1, count: 40)
        query.userAttributes = ["colour": .text("red")]
        query.filter = ItemFilter(try FilterExpression("attributes.size >= 20"))
        query.includeSeen = true
        let expected = Set((20..<40).filter { $0 % 2 == 0 })
        func items(_ list: [RankedItem]) -> Set<Int> { Set(list.map(\.item.position)) }
        let (snapshot, streaming) = (shop.trained(), shop.streaming)
        #expect(items(recommender.recommend(query, snapshot: snapshot, streaming: streaming).items) == expected)
        let similar = recommender.similar(to: ItemIndex(3), for: query, snapshot: snapshot, streaming: streaming).items
        #expect(!similar.isEmpty && items(similar).isSubset(of: expected))
        let popular = recommender.popular(for: query, streaming: streaming)
        #expect(!popular.isEmpty && items(popular).isSubset(of: expected))
        query.candidates = (0..<40).map { ItemIndex($0) }
        #expect(items(recommender.recommend(query, snapshot: snapshot, streaming: streaming).items) == expected)
    }

    /// Who asks for an item's like gets the like ones that they would choose, and none that they had.
    @Test func similarItemsOfAUserFollowTheUsersTaste() {
        let shop = TestShop()
        let recommender = shop.recommender { $0.repeats = .never }
        let (snapshot, streaming) = (shop.trained(), shop.streaming)
        func similar(_ query: Query) -> [Int] {
            recommender.similar(to: ItemIndex(5), for: query, snapshot: snapshot, streaming: streaming).items
                .map(\.item.position)
        }
        let nobody = similar(Query(count: 8, time: TestShop.now))
        let group2 = similar(shop.query([(2, .view), (6, .view), (10, .view)], count: 8))
        #expect(nobody.count == 8 && group2.count == 8 && group2 != nobody)
        #expect(group2.count { $0 % 4 == 2 } > nobody.count { $0 % 4 == 2 })
        #expect(Set(group2).isDisjoint(with: [2, 5, 6, 10]))
        #expect(group2.contains { $0 % 4 == 1 }, "what is like the item has its share")
    }

    @Test func anItemIsToldAsItWasPut() throws {
        let view = CatalogView()
        var item = Item(id: "a", title: "A", categories: ["x", "y"], tags: ["t"])
        item.attributes = [
            "b": .texts(["one"]), "a": .text("red"), "c": .texts([]), "d": .texts(["p", "q"]), "e": .number(2.5),
            "f": .flag(false), "g": .text("2024-05-01"),
        ]
        item.available = false
        item.createdAt = 5
        view.put(item, at: ItemIndex(3))
        let all = try ItemFields(["title", "categories", "tags", "attributes", "available", "created_at"])
        #expect(view.current().item(ItemIndex(3), id: "a", all) == item)
        let some = try #require(
            view.current().item(ItemIndex(3), id: "a", try ItemFields(["attributes.d", "attributes.e"]))
        )
        #expect(some.attributes == ["d": .texts(["p", "q"]), "e": .number(2.5)] && some.title == nil)
        #expect(view.current().item(ItemIndex(2), id: "b", all) == nil)
        #expect(throws: FreshetError.self) { try ItemFields(["text"]) }
        #expect(throws: FreshetError.self) { try ItemFields(["titel"]) }
    }
}
