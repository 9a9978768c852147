import FreshetCore

extension Histories {
    /// The table with the events that a mask keeps; every user stays, if without events.
    package func keeping(_ isKept: [Bool]) -> Histories {
        precondition(isKept.count == eventCount, "a mask of \(isKept.count) for \(eventCount) events")
        var offsets = [0]
        offsets.reserveCapacity(userCount + 1)
        var kept = 0
        for user in 0..<userCount {
            for row in self.offsets[user]..<self.offsets[user + 1] where isKept[row] { kept += 1 }
            offsets.append(kept)
        }
        return Histories(
            offsets: offsets,
            items: Self.select(items, isKept, count: kept),
            times: Self.select(times, isKept, count: kept),
            types: Self.select(types, isKept, count: kept),
            values: Self.select(values, isKept, count: kept),
            weights: Self.select(weights, isKept, count: kept),
            sessions: Self.select(sessions, isKept, count: kept)
        )
    }

    private static func select<Element>(_ column: [Element], _ isKept: [Bool], count: Int) -> [Element] {
        guard !column.isEmpty else { return [] }
        return [Element](unsafeUninitializedCapacity: count) { selected, filled in
            for row in column.indices where isKept[row] {
                selected.initializeElement(at: filled, to: column[row])
                filled += 1
            }
        }
    }
}

extension Histories {
    /// The table of some users, with new numbers for users and items.
    ///
    /// - Parameters:
    ///   - users: the users that stay, in ascending order; those left out have no events.
    ///   - items: the items that stay, in ascending order; those left out have no events.
    ///   - oldItemCount: how many items there were.
    /// - Returns: the same events under their new numbers.
    func renumbered(users: [Int], items: [Int], oldItemCount: Int) -> Histories {
        var histories = self
        if users.count < userCount { histories.offsets = [0] + users.map { offsets[$0 + 1] } }
        if items.count < oldItemCount {
            var numbers = [Int32](repeating: -1, count: oldItemCount)
            for (number, item) in items.enumerated() { numbers[item] = Int32(number) }
            for row in histories.items.indices {
                histories.items[row] = ItemIndex(rawValue: numbers[histories.items[row].position])
            }
        }
        return histories
    }
}
