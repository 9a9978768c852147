import FreshetCore
import FreshetLanguage
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct RecentSearchesTests {
    private static let titles = [
        "red kettle", "blue kettle", "steel kettle", "red lamp", "desk lamp", "floor lamp", "wool scarf",
        "winter scarf",
    ]
    private let pool = ThreadPool(threads: 1)
    private let reader: ContentReader
    private let items: ItemVectors

    init() throws {
        reader = try #require(ContentReader(of: Self.titles, by: .light, width: 8, on: pool))
        items = ItemVectors(encoder: reader.name, width: reader.width).replacing(
            Self.titles.indices.map { ItemIndex($0) },
            with: reader.vectors(of: Self.titles, on: pool),
            on: pool
        )
    }

    private func search(_ user: Int, _ text: String, at time: Timestamp) -> LoggedSearch {
        LoggedSearch(user: UserIndex(user), text: text, time: time)
    }

    @Test func saysWhatWasLookedForAndFindsIt() {
        let searches = RecentSearches(hours: 24)
        searches.add([search(0, "kettle", at: 1000)])
        // Nobody read it yet.
        #expect(searches.recent(of: UserIndex(0), at: 2000).strength == 0)
        searches.read(by: reader, among: items, on: pool)
        let recent = searches.recent(of: UserIndex(0), at: Timestamp(seconds: 1000 + 86_400 - 1))
        #expect(recent.vector.belongs(to: items) && abs(recent.strength - 0.5) < 1e-4)
        #expect(Set(recent.nearest.prefix(3)) == Set((0..<3).map { ItemIndex($0) }))
        #expect(searches.recent(of: UserIndex(1), at: 2000).vector == .none)
        // Too late, too early, and early where later ones count.
        #expect(searches.recent(of: UserIndex(0), at: Timestamp(seconds: 1000 + 86_400)).vector == .none)
        #expect(searches.recent(of: UserIndex(0), at: 1000).vector == .none)
        #expect(searches.recent(of: UserIndex(0), at: 500, includingLater: true).strength == 1)
    }

    /// The newest counts most, whatever order they come in.
    @Test func newerSearchesCountMore() {
        let searches = RecentSearches(hours: 24)
        searches.add([search(0, "kettle", at: 2000), search(0, "lamp", at: 1000)])
        searches.read(by: reader, among: items, on: pool)
        let vector = searches.recent(of: UserIndex(0), at: 3000).vector.numbers
        func likeness(to item: Int) -> Float {
            zip(vector, items.vector(of: ItemIndex(item))).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(likeness(to: 1) > likeness(to: 4) && likeness(to: 4) > likeness(to: 6))
        searches.replace(UserIndex(0), with: [search(0, "scarf", at: 2500)])
        searches.read(by: reader, among: items, on: pool)
        #expect(searches.recent(of: UserIndex(0), at: 3000).nearest.first.map { $0.position >= 6 } == true)
        searches.remove(UserIndex(0))
        #expect(searches.recent(of: UserIndex(0), at: 3000).vector == .none)
    }

    /// Vectors of two readers are never mixed: what the old one made says nothing until the new one has read it.
    @Test func anotherReaderReadsAllAnew() throws {
        let searches = RecentSearches(hours: 24)
        searches.add([search(0, "kettle", at: 1000), search(1, "lamp", at: 1000)])
        searches.read(by: reader, among: items, on: pool)
        let other = try #require(ContentReader(of: Self.titles + ["green mug"], by: .light, width: 8, on: pool))
        #expect(other.name != reader.name)
        searches.read(by: other, among: items, on: pool)
        for user in 0..<2 {
            let recent = searches.recent(of: UserIndex(user), at: 2000)
            // Of these items it cannot know the nearest.
            #expect(recent.vector.encoder == other.name && recent.nearest.isEmpty)
        }
    }

    @Test func thoseWhoSearchedLongestAgoGoFirst() {
        let searches = RecentSearches(hours: 24, perUser: 2, capacity: 8)
        searches.add((0..<9).map { search($0, "kettle", at: Timestamp(seconds: Int64(1000 + $0))) })
        searches.read(by: reader, among: items, on: pool)
        let known = (0..<9).filter { searches.recent(of: UserIndex($0), at: 2000).strength > 0 }
        #expect(known == Array(2..<9))
    }
}
