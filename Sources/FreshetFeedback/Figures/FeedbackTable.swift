import FreshetExperiments

/// The counts of all groups and days, and how users vary in each group.
///
/// A group's day has a number, by which answers remember it: what happens to an answer later looks nothing up.
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

    /// The groups' days, by number.
    private(set) var keys: [Key] = []
    private var counts: [FeedbackCell] = []
    private var groupNumbers: [Int] = []
    private var groups: [FeedbackGroup: Int] = [:]
    private var groupSpreads: [Spread] = []
    private var numbers: [Key: Int] = [:]

    /// Creates a table without counts.
    public init() {}

    /// The counts.
    public var cells: [Key: FeedbackCell] { Dictionary(uniqueKeysWithValues: zip(keys, counts)) }

    /// How the users of a group vary.
    func spread(of group: FeedbackGroup) -> Spread? { groups[group].map { groupSpreads[$0] } }

    /// The number of a group's day.
    mutating func number(of key: Key) -> Int {
        if let number = numbers[key] { return number }
        if groups[key.group] == nil {
            groups[key.group] = groupSpreads.count
            groupSpreads.append(Spread())
        }
        numbers[key] = keys.count
        keys.append(key)
        counts.append(FeedbackCell())
        groupNumbers.append(groups[key.group] ?? 0)
        return keys.count - 1
    }

    /// Changes the counts of a group's day.
    mutating func change(_ number: Int, _ change: (inout FeedbackCell) -> Void) { change(&counts[number]) }

    /// Changes how the users of its group vary.
    mutating func spread(_ number: Int, _ change: (inout Spread) -> Void) {
        change(&groupSpreads[groupNumbers[number]])
    }

    mutating func forget(user: UInt64) {
        for group in groupSpreads.indices { groupSpreads[group].forget(user) }
    }
}
