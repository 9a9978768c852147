/// What a data set has that may not be what it seems.
enum Warnings {
    /// The share of all events from which on one user is suspicious.
    static let busyShare = 0.1
    /// How many times the mean a suspicious user's events are.
    static let busyMultiple = 3.0

    /// The warnings for a data set.
    static func of(_ dataset: Dataset) -> [String] {
        [busiestUser(dataset), negativeValues(dataset)].compactMap(\.self)
    }

    /// One user with a tenth of all events is a robot, a test account, or what an export writes for nobody.
    private static func busiestUser(_ dataset: Dataset) -> String? {
        let offsets = dataset.histories.offsets
        let counts = zip(offsets.dropFirst(), offsets).map { $0 - $1 }
        guard let most = counts.indices.max(by: { counts[$0] < counts[$1] }) else { return nil }
        let total = dataset.histories.eventCount
        let share = Double(counts[most]) / Double(max(total, 1))
        let active = counts.count { $0 > 0 }
        guard share >= busyShare, share * Double(active) >= busyMultiple else { return nil }
        return
            "user '\(dataset.users[most])' has \(counts[most]) of the \(total) events (\(Int(share * 100))%): a robot, "
            + "a test account, or what stands for nobody?"
    }

    /// Below zero are goods that were sent back, and votes against.
    private static func negativeValues(_ dataset: Dataset) -> String? {
        let histories = dataset.histories
        let rows = histories.values.indices.filter { histories.values[$0] < 0 }
        let count = rows.count
        guard count > 0 else { return nil }
        if rows.allSatisfy({ histories.liking(at: $0) == 0 }) {
            return
                "\(count) events have a negative value: they count as goods sent back or votes against, not as likings; a "
                + "minimum value (--minimum-value 0) drops them"
        }
        return
            "\(count) events have a negative value and count as likings: if they are goods sent back or votes against, say so "
            + "(--meanings), or drop them (--minimum-value 0)"
    }
}
