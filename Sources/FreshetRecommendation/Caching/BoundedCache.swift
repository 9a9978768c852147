/// A dictionary of at most so many entries: the one that was not used for longest makes room.
///
/// A value; whoever shares it keeps it behind a lock. Every call costs the same however many entries there are.
package struct BoundedCache<Key: Hashable, Value> {
    private struct Entry {
        var key: Key
        var value: Value
        var newer: Int
        var older: Int
    }

    private static var nowhere: Int { -1 }

    package let capacity: Int
    private var places: [Key: Int] = [:]
    private var entries: [Entry] = []
    private var newest = Self.nowhere
    private var oldest = Self.nowhere

    package init(capacity: Int) {
        precondition(capacity > 0, "a cache of \(capacity) entries")
        self.capacity = capacity
    }

    package var count: Int { entries.count }

    /// The value of a key, which thereby is the most recently used.
    package mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        moveToFront(place)
        return entries[place].value
    }

    /// Sets the value of a key, which thereby is the most recently used.
    package mutating func set(_ value: Value, for key: Key) {
        if let place = places[key] {
            entries[place].value = value
            moveToFront(place)
            return
        }
        let place: Int
        if entries.count < capacity {
            place = entries.count
            entries.append(Entry(key: key, value: value, newer: Self.nowhere, older: Self.nowhere))
        } else {
            place = oldest
            unlink(place)
            // A key that was removed and set again has another entry.
            if places[entries[place].key] == place { places[entries[place].key] = nil }
            entries[place] = Entry(key: key, value: value, newer: Self.nowhere, older: Self.nowhere)
        }
        places[key] = place
        linkAsNewest(place)
    }

    /// Removes the value of a key; its entry stays as one that nobody asks for, and makes room first.
    package mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        entries[place].newer = oldest
        entries[place].older = Self.nowhere
        if oldest != Self.nowhere { entries[oldest].older = place }
        oldest = place
        if newest == Self.nowhere { newest = place }
    }

    /// Removes everything.
    package mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        (newest, oldest) = (Self.nowhere, Self.nowhere)
    }

    /// Calls `body` with the entries, the most recently used first, until it says `false`.
    func forEach(_ body: (Key, Value) -> Bool) {
        var place = newest
        while place != Self.nowhere {
            guard body(entries[place].key, entries[place].value) else { return }
            place = entries[place].older
        }
    }

    private mutating func moveToFront(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        linkAsNewest(place)
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer == Self.nowhere { newest = older } else { entries[newer].older = older }
        if older == Self.nowhere { oldest = newer } else { entries[older].newer = newer }
    }

    private mutating func linkAsNewest(_ place: Int) {
        entries[place].newer = Self.nowhere
        entries[place].older = newest
        if newest != Self.nowhere { entries[newest].newer = place }
        newest = place
        if oldest == Self.nowhere { oldest = place }
    }
}
