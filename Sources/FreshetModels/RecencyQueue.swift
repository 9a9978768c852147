import FreshetCore

/// Numbers from 0 on, such as items or places of a cache, in the order in which they were last used: the one that was not
/// used for longest in front.
///
/// A ring of links through an entry that stands for both ends: every change costs the same, however many there are.
package struct RecencyQueue: Sendable, Equatable {
    private var before: [Int32] = [0]
    private var after: [Int32] = [0]
    /// How many numbers are in it.
    package private(set) var count = 0

    /// How many numbers there is room for, in it or not.
    package var capacity: Int { after.count - 1 }

    /// The number in front; `nil` when there is none.
    package var oldest: Int? { count == 0 ? nil : Int(after[0]) - 1 }
    /// The number at the end; `nil` when there is none.
    package var newest: Int? { count == 0 ? nil : Int(before[0]) - 1 }

    /// The number that stands in front of one that is in it; `nil` for the first.
    package func number(before number: Int) -> Int? {
        let entry = before[number + 1]
        return entry == 0 ? nil : Int(entry) - 1
    }

    /// Makes room for more numbers.
    package mutating func grow(to numbers: Int) {
        // A number that links to itself is not in the queue; entry 0, which stands for both ends, does when it is empty.
        for entry in after.count..<max(after.count, numbers + 1) {
            before.append(Int32(entry))
            after.append(Int32(entry))
        }
    }

    /// Whether a number is in it.
    package func contains(_ number: Int) -> Bool { number < capacity && after[number + 1] != Int32(number + 1) }

    /// Puts a number that there is room for at the end, wherever it was.
    package mutating func touch(_ number: Int) {
        let (entry, last) = (Int32(number + 1), before[0])
        guard last != entry else { return }
        remove(number)
        (before[Int(entry)], after[Int(entry)]) = (last, 0)
        (after[Int(last)], before[0]) = (entry, entry)
        count += 1
    }

    /// Takes a number out, if it is in it.
    package mutating func remove(_ number: Int) {
        guard contains(number) else { return }
        let entry = number + 1
        after[Int(before[entry])] = after[entry]
        before[Int(after[entry])] = before[entry]
        (before[entry], after[entry]) = (Int32(entry), Int32(entry))
        count -= 1
    }

    /// The place of every number counted from the front; −1 for one that is not in it.
    package var places: [Int32] {
        var places = [Int32](repeating: -1, count: capacity)
        var (entry, place) = (after[0], Int32(0))
        while entry != 0 {
            places[Int(entry) - 1] = place
            (entry, place) = (after[Int(entry)], place + 1)
        }
        return places
    }

    /// An empty queue.
    package init() {}

    /// The queue that ``places`` described.
    /// - Throws: ``FreshetError`` of kind `invalidData` when two numbers have one place, or a place is left out.
    package init(places: [Int32]) throws {
        var order = [Int](repeating: -1, count: places.count { $0 >= 0 })
        for (number, place) in places.enumerated() where place >= 0 {
            guard place < order.count, order[Int(place)] < 0 else {
                throw FreshetError(.invalidData, "The checkpoint's order of items is damaged.")
            }
            order[Int(place)] = number
        }
        grow(to: places.count)
        for number in order { touch(number) }
    }
}
