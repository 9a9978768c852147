import FreshetCore

/// The items of the highest levels in order, kept up as levels rise.
///
/// Exact without ever looking at the rest of the catalogue, since levels only rise: an item outside can only come in by
/// an event of its own. An event costs a binary search and the move past those it overtakes.
struct PopularityTopList: Sendable {
    private(set) var items: [ItemIndex] = []
    private var levels: [Double] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Moves an item from its old level to its new, higher one; `-.infinity` is that of an item without events.
    mutating func raise(_ item: ItemIndex, from old: Double, to new: Double) {
        var place = place(of: item, old)
        if place == items.count || items[place] != item {
            guard place == items.count else {
                preconditionFailure("item \(item.rawValue) is missing from the top list")
            }
            if items.count == limit {
                guard place > 0, isBefore(new, item, levels[place - 1], items[place - 1]) else { return }
                place -= 1
            } else {
                items.append(item)
                levels.append(new)
            }
        }
        while place > 0, isBefore(new, item, levels[place - 1], items[place - 1]) {
            items[place] = items[place - 1]
            levels[place] = levels[place - 1]
            place -= 1
        }
        items[place] = item
        levels[place] = new
    }

    /// The first place whose entry does not come before an item of this level.
    private func place(of item: ItemIndex, _ level: Double) -> Int {
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(levels[middle], items[middle], level, item) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isBefore(_ level: Double, _ item: ItemIndex, _ other: Double, _ otherItem: ItemIndex) -> Bool {
        level > other || (level == other && item < otherItem)
    }
}
