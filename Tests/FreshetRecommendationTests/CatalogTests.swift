import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// The catalogue in memory: what is put is found, what was taken does not change.
@Suite struct CatalogTests {
    private func item(_ id: String, _ categories: [String], title: String? = nil) -> Item {
        Item(id: id, title: title, categories: categories)
    }

    @Test func findsWhatWasPut() {
        let view = CatalogView(unlisted: .show)
        // Far apart, so that chunks between them are made.
        view.put([(ItemIndex(1000), item("b", ["x", "y", "x"], title: "B")), (ItemIndex(3), item("a", []))])
        let catalog = view.current()
        #expect(catalog.categories(of: ItemIndex(1000)) == ["x", "y"])
        #expect(catalog.title(of: ItemIndex(1000)) == "B")
        #expect(catalog.title(of: ItemIndex(3)) == nil)
        #expect(catalog.itemCount == 1001)
        for other in [0, 2, 999, 1001, 5000] {
            #expect(catalog.isAvailable(ItemIndex(other)))
            #expect(catalog.details(of: ItemIndex(other)) == nil)
        }
    }

    @Test func aPutReplacesAllThatWasKnown() {
        let view = CatalogView()
        var old = item("a", ["old"], title: "Old")
        old.available = false
        view.put(old, at: ItemIndex(0))
        #expect(!view.current().isAvailable(ItemIndex(0)))
        view.put(item("a", ["new"]), at: ItemIndex(0))
        let catalog = view.current()
        #expect(catalog.categories(of: ItemIndex(0)) == ["new"])
        #expect(catalog.title(of: ItemIndex(0)) == nil)
        #expect(catalog.isAvailable(ItemIndex(0)))
    }

    @Test func theLastOfSeveralPutsOfOneItemHolds() {
        let view = CatalogView()
        view.put((0..<5).map { (ItemIndex(7), item("a", ["c\($0)"])) })
        #expect(view.current().categories(of: ItemIndex(7)) == ["c4"])
    }

    @Test func whatWasTakenDoesNotChange() {
        let view = CatalogView()
        for number in 0..<600 { view.put(item("i\(number)", ["c"]), at: ItemIndex(number)) }
        let before = view.current()
        view.remove(ItemIndex(5))
        var hidden = item("i6", ["c"])
        hidden.available = false
        view.put(hidden, at: ItemIndex(6))
        view.put(item("i300", ["d"]), at: ItemIndex(300))
        #expect(before.isAvailable(ItemIndex(5)) && before.isAvailable(ItemIndex(6)))
        #expect(before.categories(of: ItemIndex(300)) == ["c"])
        let after = view.current()
        #expect(after.isRemoved(ItemIndex(5)) && !after.isAvailable(ItemIndex(5)))
        #expect(!after.isAvailable(ItemIndex(6)) && after.categories(of: ItemIndex(6)) == ["c"])
        #expect(after.categories(of: ItemIndex(300)) == ["d"])
        #expect(after.revision == before.revision + 3)
    }

    @Test func aRemovedItemComesBackOnlyWhenItIsPut() {
        let view = CatalogView()
        view.put(item("a", []), at: ItemIndex(0))
        view.remove(ItemIndex(0))
        #expect(!view.current().isAvailable(ItemIndex(0)))
        view.put(item("a", []), at: ItemIndex(0))
        #expect(view.current().isAvailable(ItemIndex(0)))
    }

    @Test func countsOfTermsFollowTheItems() {
        let view = CatalogView()
        func count(_ category: String) -> Int32? {
            let terms = view.current().terms
            return terms.number(of: Term(kind: .category, text: category)).map { terms.counts()[Int($0)] }
        }
        view.put(item("a", ["x"]), at: ItemIndex(0))
        view.put(item("b", ["x", "y"]), at: ItemIndex(1))
        #expect(count("x") == 2 && count("y") == 1 && count("z") == nil)
        view.put(item("b", ["y"]), at: ItemIndex(1))
        view.remove(ItemIndex(0))
        #expect(count("x") == 0 && count("y") == 1)
    }

    @Test func itemsThatShareSomethingAreFoundAndTheNewestOfMany() {
        let view = CatalogView()
        func neighbours() -> Set<Int> {
            let profile = ContentProfile(of: History(items: [ItemIndex(0)]), view.current(), scratch: ScratchBuffers())
            return Set(profile.neighbours().map(\.position))
        }
        view.put([(ItemIndex(0), item("a", ["x"])), (ItemIndex(1), item("b", ["x"])), (ItemIndex(2), item("c", ["y"]))])
        #expect(neighbours() == [0, 1])
        view.put(item("c", ["x"]), at: ItemIndex(2))
        view.put(item("b", ["y"]), at: ItemIndex(1))
        #expect(neighbours() == [0, 2])
        view.remove(ItemIndex(2))
        #expect(neighbours() == [0])
        view.put((3..<3000).map { (ItemIndex($0), item("i\($0)", ["x"])) })
        let found = neighbours()
        #expect((256..<512).contains(found.count) && found.isSuperset(of: 2750..<3000))
    }

    @Test func newcomersAreKeptInOrderAndBounded() {
        let view = CatalogView()
        view.put((0..<3000).map { (ItemIndex($0), item("i\($0)", [])) })
        view.put(item("i5", ["again"]), at: ItemIndex(5))
        let newcomers = view.current().newcomers
        #expect((1024...2048).contains(newcomers.count))
        #expect(newcomers == ((3000 - newcomers.count)..<3000).map { ItemIndex($0) })
    }

    /// Likeness by content against the formula in its plain form.
    @Test func likenessIsTheCosineOfWeighedBlocks() {
        let view = CatalogView()
        view.put([
            (ItemIndex(0), item("a", ["x"], title: "red lamp red")),
            (ItemIndex(1), item("b", ["x"], title: "red chair")),
            (ItemIndex(2), item("c", ["y"], title: "blue chair")), (ItemIndex(3), item("d", ["z"], title: "green bed")),
            (ItemIndex(4), item("e", [])),
        ])
        let catalog = view.current()
        let profile = ContentProfile(of: History(items: [ItemIndex(0)]), catalog, scratch: ScratchBuffers())
        #expect(abs(profile.likeness(to: ItemIndex(0)) - 1) < 1e-5)
        func weight(_ count: Int) -> Double { Double(ContentWeights(itemCount: 5, counts: [Int32(count)])[0]) }
        // Item 0: words red (2, in two items), lamp (1, in one); item 1: red (in two), chair (in two).
        let words = 2 * weight(2) * weight(2)
        let lengths =
            ((2 * weight(2)) * (2 * weight(2)) + weight(1) * weight(1)).squareRoot() * (2.0).squareRoot() * weight(2)
        let expected = 0.5 * words / lengths + 0.5
        #expect(abs(Double(profile.likeness(to: ItemIndex(1))) - expected) < 1e-5)
        #expect(profile.likeness(to: ItemIndex(2)) == 0)
        #expect(profile.likeness(to: ItemIndex(4)) == 0)
    }

    @Test func manyThreadsReadWhileOneWrites() async {
        let view = CatalogView()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for round in 0..<200 {
                    view.put((0..<4).map { (ItemIndex($0 * 300), item("i\($0)", ["round \(round)"])) })
                }
                return true
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<400 {
                        let catalog = view.current()
                        let rounds = Set((0..<4).map { catalog.categories(of: ItemIndex($0 * 300)) })
                        if rounds.count > 1 { return false }
                    }
                    return true
                }
            }
            for await isConsistent in group { #expect(isConsistent) }
        }
    }
}
