import FreshetModels

/// A dictionary with a bounded number of entries: the one that was not used for longest makes room.
///
/// A value; whoever shares it keeps it behind a lock. Every call costs the same however many entries there are.
package struct BoundedCache<Key: Hashable, Value> {
    private struct Entry {
        var key: Key
        var value: Value
    }

    package let capacity: Int
    private var places: [Key: Int] = [:]
    /// The entries by their places, those that wait to be used again among them.
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var order = RecencyQueue()

    package init(capacity: Int) {
        precondition(capacity > 0, "a cache of \(capacity) entries")
        self.capacity = capacity
    }

    package var count: Int { order.count }

    /// The value of a key, which thereby is the most recently used.
    package mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        order.touch(place)
        return entries[place]?.value
    }

    /// Sets the value of a key, which thereby is the most recently used.
    package mutating func set(_ value: Value, for key: Key) {
        let place = places[key] ?? vacantPlace()
        entries[place] = Entry(key: key, value: value)
        places[key] = place
        order.touch(place)
    }

    /// Removes the value of a key.
    package mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        order.remove(place)
        entries[place] = nil
        free.append(place)
    }

    /// Removes everything.
    package mutating func removeAll() { self = BoundedCache(capacity: capacity) }

    /// Calls `body` with the entries, the most recently used first, until it says `false`.
    func forEach(_ body: (Key, Value) -> Bool) {
        var next = order.newest
        while let place = next, let entry = entries[place], body(entry.key, entry.value) {
            next = order.number(before: place)
        }
    }

    private mutating func vacantPlace() -> Int {
        if let place = free.popLast() { return place }
        if entries.count == capacity, let place = order.oldest {
            if let key = entries[place]?.key { places[key] = nil }
            return place
        }
        entries.append(nil)
        order.grow(to: entries.count)
        return entries.count - 1
    }
}
