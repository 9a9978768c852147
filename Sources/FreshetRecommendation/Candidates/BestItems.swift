import FreshetModels

/// The best of many items that come one by one, ties by the lower index.
///
/// Keeps up to twice as many as wanted and then drops the worse half, so an item costs the same on average.
struct BestItems {
    private let limit: Int
    private var items: [ScoredItem] = []
    private var bar: ScoredItem?

    init(limit: Int) {
        self.limit = limit
        items.reserveCapacity(2 * limit)
    }

    /// How many items are held, at least as many as are wanted if there were as many.
    var count: Int { items.count }

    private static func isBetter(_ left: ScoredItem, _ right: ScoredItem) -> Bool {
        left.score > right.score || (left.score == right.score && left.item < right.item)
    }

    /// Takes an item in.
    mutating func add(_ item: ScoredItem) {
        if let bar, !Self.isBetter(item, bar) { return }
        items.append(item)
        if items.count >= 2 * limit, limit > 0 { cut() }
    }

    private mutating func cut() {
        items.sort(by: Self.isBetter)
        items.removeLast(items.count - limit)
        bar = items.last
    }

    /// The best, best first.
    func sorted() -> [ScoredItem] {
        Array(items.sorted(by: Self.isBetter).prefix(limit))
    }
}
