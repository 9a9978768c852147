import FreshetCore

extension EventColumns {
    /// Groups the events by user and puts each user's into time order, ties in file order.
    ///
    /// The columns are given up one by one, so the peak is one column above the result. Where some events have a time
    /// and others have none, those without are left out.
    mutating func takeHistories(userCount: Int) -> Histories {
        let isKept: (Int) -> Bool = mixesTimes ? { [times] in times[$0] != Self.noTime } : { _ in true }
        var offsets = [Int](repeating: 0, count: userCount + 1)
        for row in users.indices where isKept(row) { offsets[Int(users[row]) + 1] += 1 }
        for user in 0..<userCount { offsets[user + 1] += offsets[user] }

        var next = offsets
        let order = [Int32](unsafeUninitializedCapacity: offsets[userCount]) { order, count in
            for row in users.indices where isKept(row) {
                let user = Int(users[row])
                order[next[user]] = Int32(truncatingIfNeeded: row)
                next[user] += 1
            }
            for user in 0..<userCount where !times.isEmpty {
                sortByTime(UnsafeMutableBufferPointer(rebasing: order[offsets[user]..<offsets[user + 1]]))
            }
            count = offsets[userCount]
        }
        users = []
        let items = Self.take(&items, in: order).map { ItemIndex(rawValue: $0) }
        return Histories(
            offsets: offsets,
            items: items,
            times: Self.take(&times, in: order),
            types: Self.take(&types, in: order),
            values: Self.take(&values, in: order),
            sessions: Self.take(&sessions, in: order)
        )
    }

    /// Sorts rows by time; equal times keep the order of the file, since a row's number breaks the tie.
    private func sortByTime(_ rows: UnsafeMutableBufferPointer<Int32>) {
        times.withUnsafeBufferPointer { times in
            let isSorted = zip(rows, rows.dropFirst()).allSatisfy { times[Int($0)] <= times[Int($1)] }
            guard !isSorted else { return }
            var rows = rows
            rows.sort { (times[Int($0)], $0) < (times[Int($1)], $1) }
        }
    }

    /// A column in another order; the column itself is emptied.
    private static func take<Element>(_ column: inout [Element], in order: [Int32]) -> [Element] {
        guard !column.isEmpty else { return [] }
        let source = column
        column = []
        return order.map { source[Int($0)] }
    }
}
