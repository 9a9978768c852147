import FreshetCore

/// Items in the order in which they were last asked for, the one that nobody asked for longest in front.
///
/// A ring of links through an entry that stands for both ends: every change costs the same, however long the catalogue.
struct RecencyQueue: Sendable, Equatable {
    private var before: [Int32] = [0]
    private var after: [Int32] = [0]
    /// How many items are in it.
    private(set) var count = 0

    /// How many items there is room for, in it or not.
    var capacity: Int { after.count - 1 }

    /// The item in front; `nil` when there is none.
    var oldest: ItemIndex? { count == 0 ? nil : ItemIndex(Int(after[0]) - 1) }

    /// Makes room for more items.
    mutating func grow(to items: Int) {
        // An item that links to itself is not in the queue; entry 0, which stands for both ends, does when it is empty.
        for entry in after.count..<max(after.count, items + 1) {
            before.append(Int32(entry))
            after.append(Int32(entry))
        }
    }

    /// Whether an item is in it.
    func contains(_ item: ItemIndex) -> Bool {
        item.position < capacity && after[item.position + 1] != Int32(item.position + 1)
    }

    /// Puts an item at the end, wherever it was.
    mutating func touch(_ item: ItemIndex) {
        remove(item)
        let entry = Int32(item.position + 1)
        let last = before[0]
        (before[Int(entry)], after[Int(entry)]) = (last, 0)
        (after[Int(last)], before[0]) = (entry, entry)
        count += 1
    }

    /// Takes an item out, if it is in it.
    mutating func remove(_ item: ItemIndex) {
        guard contains(item) else { return }
        let entry = item.position + 1
        after[Int(before[entry])] = after[entry]
        before[Int(after[entry])] = before[entry]
        (before[entry], after[entry]) = (Int32(entry), Int32(entry))
        count -= 1
    }

    /// The place of every item counted from the front; −1 for one that is not in it.
    var places: [Int32] {
        var places = [Int32](repeating: -1, count: capacity)
        var (entry, place) = (after[0], Int32(0))
        while entry != 0 {
            places[Int(entry) - 1] = place
            (entry, place) = (after[Int(entry)], place + 1)
        }
        return places
    }

    /// An empty queue.
    init() {}

    /// The queue that ``places`` described.
    /// - Throws: ``FreshetError`` of kind `invalidData` when two items have one place, or a place is left out.
    init(places: [Int32]) throws {
        var order = [Int](repeating: -1, count: places.count { $0 >= 0 })
        for (item, place) in places.enumerated() where place >= 0 {
            guard place < order.count, order[Int(place)] < 0 else {
                throw FreshetError(.invalidData, "The checkpoint's order of items is damaged.")
            }
            order[Int(place)] = item
        }
        grow(to: places.count)
        for item in order { touch(ItemIndex(item)) }
    }
}
