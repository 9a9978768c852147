import FreshetCore

/// The figures of two periods beside each other.
public struct FeedbackComparison: Sendable, Equatable, Encodable {
    /// The figures of one combination of what was asked for.
    public struct Row: Sendable, Equatable, Encodable {
        /// What the row is about, by dimension.
        public let group: [String: String]
        /// Its figures; `nil` where nothing was recommended in that period.
        public let now: FeedbackRow?
        /// Those of the period before.
        public let before: FeedbackRow?
        /// How far figures that both periods have went, by name.
        public let changes: [String: FeedbackChange]
    }

    /// The newer period, as a rule.
    public let now: FeedbackPeriod
    /// What it is compared with.
    public let before: FeedbackPeriod
    /// The rows, ordered by what they are about.
    public let rows: [Row]

    /// Compares two periods.
    ///
    /// - Parameters:
    ///   - now: the newer period.
    ///   - before: what it is compared with.
    ///   - dimensions: what to tell apart.
    ///   - figures: gives the rows of some days.
    /// - Throws: ``FreshetError`` of kind `usage` where days are to be told apart: two periods have none in common.
    public init(
        _ now: FeedbackPeriod,
        with before: FeedbackPeriod,
        by dimensions: [FeedbackDimension],
        figures: (_ days: ClosedRange<Int>) -> [FeedbackRow]
    ) throws {
        guard !dimensions.contains(.day) else {
            throw FreshetError(
                .usage,
                "Two periods have no day in common, so they cannot be compared by day.",
                remedy: "Leave out 'day', or ask for the figures of each period by themselves."
            )
        }
        (self.now, self.before) = (now, before)
        var pairs: [[String: String]: (now: FeedbackRow?, before: FeedbackRow?)] = [:]
        for row in figures(now.days) { pairs[row.group, default: (nil, nil)].now = row }
        for row in figures(before.days) { pairs[row.group, default: (nil, nil)].before = row }
        let names = dimensions.map(\.rawValue)
        let ordered = pairs.sorted { left, right in
            FeedbackJoin.isBefore(names.map { left.key[$0] ?? "" }, names.map { right.key[$0] ?? "" })
        }
        rows = ordered.map { group, pair in
            Row(group: group, now: pair.now, before: pair.before, changes: Self.changes(pair.now, pair.before))
        }
    }

    private static func changes(_ now: FeedbackRow?, _ before: FeedbackRow?) -> [String: FeedbackChange] {
        guard let now, let before else { return [:] }
        var changes: [String: FeedbackChange] = [:]
        for (name, rate) in FeedbackColumns.rates {
            if let new = rate(now), let old = rate(before) { changes[name] = FeedbackChange(new, from: old) }
        }
        for (name, number) in FeedbackColumns.means {
            if let new = number(now), let old = number(before) { changes[name] = FeedbackChange(new, from: old) }
        }
        return changes
    }
}
