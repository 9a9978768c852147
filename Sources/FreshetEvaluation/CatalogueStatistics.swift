import FreshetCore
import FreshetData

/// What is known of the catalogue beside a ranking: popularity, head and tail, how alike items are.
public struct CatalogueStatistics: Sendable {
    /// How many training events each item has, by ``ItemIndex``.
    public let eventCounts: [Int]
    /// How alike two items are, where anything is known of them.
    public let likeness: ItemLikeness?

    /// Creates statistics.
    public init(eventCounts: [Int], likeness: ItemLikeness? = nil) {
        self.eventCounts = eventCounts
        self.likeness = likeness
    }

    /// Counts a data set's events; likeness comes from categories and tags, or from the words of titles.
    public init(of dataset: Dataset) {
        var counts = [Int](repeating: 0, count: dataset.items.count)
        for item in dataset.histories.likings.items { counts[item.position] += 1 }
        self.init(eventCounts: counts, likeness: ItemLikeness(of: dataset.itemDetails))
    }

    /// The length of the catalogue.
    public var itemCount: Int { eventCounts.count }

    /// Whether each item belongs to the head: the fewest items, most popular first, that have `share` of the events.
    public func headItems(share: Double) -> [Bool] {
        let order = eventCounts.indices.sorted { (eventCounts[$1], $0) < (eventCounts[$0], $1) }
        let goal = share * Double(eventCounts.reduce(0, +))
        var isHead = [Bool](repeating: false, count: itemCount)
        var sum = 0
        for item in order where Double(sum) < goal {
            isHead[item] = true
            sum += eventCounts[item]
        }
        return isHead
    }
}
