import FreshetCore

/// The filters that need the whole of the histories.
///
/// Each narrows a mask of the events that stay.
struct HistoryFilters {
    /// Events that a filter dropped: how many, and the first.
    struct Dropped {
        private(set) var count = 0
        private(set) var first: [(user: Int, row: Int)] = []

        mutating func add(user: Int, row: Int) {
            count += 1
            if first.count < CleaningReport.exampleLimit { first.append((user, row)) }
        }
    }

    let histories: Histories
    let itemCount: Int
    private(set) var isKept: [Bool]

    /// Starts with every event.
    init(_ histories: Histories, itemCount: Int) {
        self.histories = histories
        self.itemCount = itemCount
        isKept = [Bool](repeating: true, count: histories.eventCount)
    }

    /// Drops the events of users who act like machines, and those that were written in bulk.
    mutating func dropOutliers(_ found: OutlierFinder) -> (machines: Dropped, bulk: Dropped) {
        var dropped = (machines: Dropped(), bulk: Dropped())
        for suspect in found.suspects {
            for row in rows(of: suspect.user) {
                isKept[row] = false
                dropped.machines.add(user: suspect.user, row: row)
            }
        }
        let instants = Set(found.instants.map(\.time))
        guard !instants.isEmpty else { return dropped }
        for user in 0..<histories.userCount {
            for row in rows(of: user) where isKept[row] && instants.contains(histories.times[row]) {
                isKept[row] = false
                dropped.bulk.add(user: user, row: row)
            }
        }
        return dropped
    }

    /// Drops repeated events of one user on one item.
    mutating func dropDuplicates(_ policy: ImportOptions.DuplicatePolicy) -> Dropped {
        var dropped = Dropped()
        guard policy != .keepAll else { return dropped }
        var lastUser = [Int32](repeating: -1, count: itemCount)
        for user in 0..<histories.userCount {
            let rows = rows(of: user)
            for step in 0..<rows.count {
                let row = policy == .keepFirst ? rows.lowerBound + step : rows.upperBound - 1 - step
                guard isKept[row] else { continue }
                let item = histories.items[row].position
                guard lastUser[item] == Int32(user) else {
                    lastUser[item] = Int32(user)
                    continue
                }
                isKept[row] = false
                dropped.add(user: user, row: row)
            }
        }
        return dropped
    }

    /// Drops users and items of too few events until all that are left have enough (Seidman's k-core, 1983).
    /// - Returns: the events that went with their user, and those that went with their item alone.
    mutating func keepCore(users userMinimum: Int, items itemMinimum: Int) -> (withUser: Dropped, withItem: Dropped) {
        var dropped = (withUser: Dropped(), withItem: Dropped())
        guard userMinimum > 1 || itemMinimum > 1 else { return dropped }
        var userCounts = [Int](repeating: 0, count: histories.userCount)
        var itemCounts = [Int](repeating: 0, count: itemCount)
        for user in 0..<histories.userCount {
            for row in rows(of: user) where isKept[row] {
                userCounts[user] += 1
                itemCounts[histories.items[row].position] += 1
            }
        }
        var isChanged = true
        while isChanged {
            isChanged = false
            // The counts only fall, so it does not matter that some of them have fallen already in this round.
            for user in 0..<histories.userCount {
                let isUserShort = userCounts[user] < userMinimum
                for row in rows(of: user) where isKept[row] {
                    let item = histories.items[row].position
                    guard isUserShort || itemCounts[item] < itemMinimum else { continue }
                    isKept[row] = false
                    isChanged = true
                    userCounts[user] -= 1
                    itemCounts[item] -= 1
                    if isUserShort {
                        dropped.withUser.add(user: user, row: row)
                    } else {
                        dropped.withItem.add(user: user, row: row)
                    }
                }
            }
        }
        return dropped
    }

    /// Drops users of fewer events than a minimum, once.
    mutating func dropShortHistories(below minimum: Int) -> Dropped {
        var dropped = Dropped()
        for user in 0..<histories.userCount where rows(of: user).count(where: { isKept[$0] }) < minimum {
            for row in rows(of: user) where isKept[row] {
                isKept[row] = false
                dropped.add(user: user, row: row)
            }
        }
        return dropped
    }

    private func rows(of user: Int) -> Range<Int> { histories.offsets[user]..<histories.offsets[user + 1] }
}
