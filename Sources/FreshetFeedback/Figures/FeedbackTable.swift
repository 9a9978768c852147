import FreshetExperiments

/// The counts of all groups and days, and how users vary in each group.
public struct FeedbackTable: Sendable {
    /// A group on a day.
    public struct Key: Sendable, Hashable {
        /// The group.
        public let group: FeedbackGroup
        /// The day in UTC, counted from 1970.
        public let day: Int
    }

    /// How the users of a group vary: what intervals are made from.
    struct Spread: Sendable {
        var clicks = ArmSums()
        var conversions = ArmSums()
        private var users: [UInt64: (clicks: UnitTotals, conversions: UnitTotals)] = [:]

        mutating func add(_ change: Double, seen: Double, of user: UInt64) {
            clicks.add(change, per: seen, to: &users[user, default: (UnitTotals(), UnitTotals())].clicks)
        }

        mutating func retractSeen(_ count: Int, of user: UInt64) {
            clicks.retract(0, per: Double(count), from: &users[user, default: (UnitTotals(), UnitTotals())].clicks)
        }

        mutating func forget(_ user: UInt64) { users[user] = nil }

        mutating func convert(_ change: Double, answers: Double, of user: UInt64) {
            conversions.add(change, per: answers, to: &users[user, default: (UnitTotals(), UnitTotals())].conversions)
        }
    }

    /// The counts.
    public private(set) var cells: [Key: FeedbackCell] = [:]
    private(set) var spreads: [FeedbackGroup: Spread] = [:]

    /// Creates a table without counts.
    public init() {}

    mutating func change(_ key: Key, _ change: (inout FeedbackCell) -> Void) {
        change(&cells[key, default: FeedbackCell()])
    }

    mutating func forget(user: UInt64) {
        for group in spreads.keys { spreads[group]?.forget(user) }
    }

    mutating func spread(_ group: FeedbackGroup, _ change: (inout Spread) -> Void) {
        change(&spreads[group, default: Spread()])
    }
}
