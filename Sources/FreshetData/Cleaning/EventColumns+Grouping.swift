import FreshetCore

extension EventColumns {
    /// Groups the events by user and puts each user's into time order, ties in file order.
    ///
    /// The columns are given up one by one, so the peak is one column above the result. Where some events have a time
    /// and others have none, those without are left out.
    /// - Throws: ``FreshetError`` of kind `external` when the scratch folder is full.
    mutating func takeHistories(userCount: Int) throws -> Histories {
        let isKept: (Int) -> Bool = mixesTimes ? { [times] in times[$0] != Self.noTime } : { _ in true }
        var offsets = [Int](repeating: 0, count: userCount + 1)
        for row in users.indices where isKept(row) { offsets[Int(users[row]) + 1] += 1 }
        for user in 0..<userCount { offsets[user + 1] += offsets[user] }

        var next = offsets
        // Written in no order: on the pages of a file each of these writes could cost one of a whole page.
        let order = [Int32](unsafeUninitializedCapacity: offsets[userCount]) { order, filled in
            for row in users.indices where isKept(row) {
                let user = Int(users[row])
                order[next[user]] = Int32(truncatingIfNeeded: row)
                next[user] += 1
            }
            for user in 0..<userCount where !times.isEmpty {
                sortByTime(UnsafeMutableBufferPointer(rebasing: order[offsets[user]..<offsets[user + 1]]))
            }
            filled = offsets[userCount]
        }
        users = []
        return Histories(
            offsets: offsets,
            items: try take(&items, in: order, as: ItemIndex.init(rawValue:)),
            times: try take(&times, in: order, as: \.self),
            types: try take(&types, in: order, as: \.self),
            values: try take(&values, in: order, as: \.self),
            sessions: try take(&sessions, in: order, as: \.self),
            scratch: scratch
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
    private func take<Element, Taken: BitwiseCopyable>(
        _ column: inout [Element],
        in order: [Int32],
        as taken: (Element) -> Taken
    ) throws -> [Taken] {
        guard !column.isEmpty else { return [] }
        let source = column
        column = []
        return try scratch.array(count: order.count) { target in
            for (place, row) in order.enumerated() { target.initializeElement(at: place, to: taken(source[Int(row)])) }
        }
    }
}
