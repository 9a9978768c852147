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
            items: select(items, isKept, count: kept),
            times: select(times, isKept, count: kept),
            types: select(types, isKept, count: kept),
            values: select(values, isKept, count: kept),
            weights: select(weights, isKept, count: kept),
            sessions: select(sessions, isKept, count: kept),
            scratch: scratch
        )
    }

    private func select<Element: BitwiseCopyable>(_ column: [Element], _ isKept: [Bool], count: Int) -> [Element] {
        guard !column.isEmpty else { return [] }
        return scratch.derivedArray(count: count) { selected in
            var filled = 0
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
            histories.items = scratch.derivedArray(count: eventCount) { renumbered in
                for (row, item) in self.items.enumerated() {
                    renumbered.initializeElement(at: row, to: ItemIndex(rawValue: numbers[item.position]))
                }
            }
        }
        return histories
    }
}
