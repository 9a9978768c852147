import FreshetCore

/// What the ``IntakeGuard`` spoke against in a log.
///
/// `Documentation/Robustness.md` says by which rules.
public struct QuarantineReport: Sendable, Equatable, Codable {
    /// An item with events that were spoken against.
    public struct Target: Sendable, Equatable, Codable {
        /// The item's id.
        public let item: String
        /// Its events that were.
        public let events: Int
    }

    /// How many events were spoken against, by rule.
    public let reasons: [String: Int]
    /// How many users have such events.
    public let users: Int
    /// The items with most of them, the most first; at most ten.
    public let items: [Target]
    /// Whether they were left out of counting and learning.
    public let isLeftOut: Bool

    private static let namedItems = 10

    /// How many events were spoken against.
    public var events: Int { reasons.values.reduce(0, +) }

    /// A report of what was found.
    init(_ found: GuardedHistories, in histories: Histories, items names: IdentifierTable, isLeftOut: Bool) {
        var (reasons, counts, users) = ([String: Int](), [ItemIndex: Int](), 0)
        for user in 0..<histories.userCount {
            var has = false
            for row in histories.offsets[user]..<histories.offsets[user + 1] {
                guard let reason = found.reasons[row] else { continue }
                reasons[reason.rawValue, default: 0] += 1
                counts[histories.items[row], default: 0] += 1
                has = true
            }
            if has { users += 1 }
        }
        (self.reasons, self.users, self.isLeftOut) = (reasons, users, isLeftOut)
        items = counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.prefix(Self.namedItems)
            .map { Target(item: names[$0.key.position], events: $0.value) }
    }

    /// The lines for people.
    var lines: [String] {
        guard events > 0 else { return [] }
        let rules = IntakeGuard.Reason.allCases.compactMap { rule in
            reasons[rule.rawValue].map { "\($0) by \(rule.rawValue)" }
        }
        let most = items.prefix(3).map { "'\($0.item)' \($0.events)" }.joined(separator: ", ")
        let ending = isLeftOut ? "left out" : "counted all the same; --guard leave_out leaves them out"
        return [
            "  guard: \(events) events of \(users) users (\(rules.joined(separator: ", "))), \(ending)",
            "    items with most: \(most)",
        ]
    }
}
