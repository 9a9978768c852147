import FreshetCore

/// The items of the highest levels in order, kept up as levels rise.
///
/// Exact without ever looking at the rest of the catalogue, since levels only rise: an item outside can only come in by
/// an event of its own. An event costs two binary searches and the move past those it overtakes.
struct PopularityTopList: Sendable {
    private struct Entry {
        var level: Double
        var item: ItemIndex

        func isBefore(_ other: Entry) -> Bool { level > other.level || (level == other.level && item < other.item) }
    }

    private var entries: [Entry] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// How many items are in the list.
    var count: Int { entries.count }

    /// The item at a place, the best at 0.
    subscript(place: Int) -> ItemIndex { entries[place].item }

    /// Moves an item from its old level to its new, higher one; `-.infinity` is that of an item without events.
    mutating func raise(_ item: ItemIndex, from old: Double, to new: Double) {
        let entry = Entry(level: new, item: item)
        var end = place(of: Entry(level: old, item: item), below: entries.count)
        if end == entries.count {
            if end < limit {
                entries.append(entry)
            } else {
                end -= 1
                guard entry.isBefore(entries[end]) else { return }
            }
        }
        let place = place(of: entry, below: end)
        entries.withUnsafeMutableBufferPointer { entries in
            let start = entries.baseAddress! + place
            (start + 1).update(from: start, count: end - place)
            start.pointee = entry
        }
    }

    /// The first place below `end` whose entry does not come before another, or `end`.
    private func place(of entry: Entry, below end: Int) -> Int {
        var low = 0
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].isBefore(entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
