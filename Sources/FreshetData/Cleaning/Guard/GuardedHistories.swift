import FreshetCore

/// A whole log as an ``IntakeGuard`` would have seen it event by event.
///
/// Events are taken in the order of their times. In a log without times each user's events are taken at once, in the order of
/// the users' numbers, as if they had come evenly over a year; the caps by hour and day are not looked at then.
struct GuardedHistories {
    /// How long a log without times is taken to be, in milliseconds.
    private static let span: Int64 = 365 * 86_400_000

    /// What speaks against each event; `nil` for nothing.
    private(set) var reasons: [IntakeGuard.Reason?]
    private var watch: IntakeGuard

    /// Looks at a log.
    ///
    /// - Parameters:
    ///   - histories: the events.
    ///   - settings: the bounds.
    ///   - arrivals: the users in the order in which they came, for a log without times; by number unless given.
    init(_ histories: Histories, _ settings: IntakeGuard.Settings, arrivals: [Int]? = nil) {
        reasons = Array(repeating: nil, count: histories.eventCount)
        watch = IntakeGuard(settings)
        if TimeSample(of: histories) == nil {
            takeUsers(histories, arrivals ?? Array(0..<histories.userCount))
        } else {
            takeTimes(histories)
        }
    }

    private mutating func takeUsers(_ histories: Histories, _ arrivals: [Int]) {
        precondition(
            arrivals.count == histories.userCount,
            "\(arrivals.count) arrivals of \(histories.userCount) users"
        )
        for (place, user) in arrivals.enumerated() {
            let time = Int64(place) * Self.span / Int64(max(arrivals.count, 1))
            for row in histories.offsets[user]..<histories.offsets[user + 1] {
                reasons[row] = watch.note(
                    user: UserIndex(place),
                    item: histories.items[row],
                    at: time,
                    hasClock: false
                )
            }
        }
    }

    private mutating func takeTimes(_ histories: Histories) {
        var owners = [Int32](repeating: 0, count: histories.eventCount)
        for user in 0..<histories.userCount {
            for row in histories.offsets[user]..<histories.offsets[user + 1] { owners[row] = Int32(user) }
        }
        // By time, and by row where that is the same.
        let order = (0..<histories.eventCount).map { (histories.times[$0].milliseconds, $0) }.sorted { $0 < $1 }
        var numbers = [Int32](repeating: -1, count: histories.userCount)
        var count: Int32 = 0
        for (time, row) in order {
            let user = Int(owners[row])
            if numbers[user] < 0 {
                numbers[user] = count
                count += 1
            }
            reasons[row] = watch.note(
                user: UserIndex(rawValue: numbers[user]),
                item: histories.items[row],
                at: time
            )
        }
    }
}

extension Dataset {
    /// The data set as an ``IntakeGuard`` leaves it: what it speaks against stays in its user's history with a weight of 0.
    ///
    /// - Parameters:
    ///   - settings: the bounds and the policy.
    ///   - arrivals: the users in the order in which they came, for data without times; by number unless given.
    /// - Returns: the data set, and what was found; `nil` where the policy is to look at nothing.
    package func guarded(
        by settings: IntakeGuard.Settings,
        arrivals: [Int]? = nil
    ) -> (dataset: Dataset, report: QuarantineReport?) {
        guard settings.policy != .off else { return (self, nil) }
        let found = GuardedHistories(histories, settings, arrivals: arrivals)
        let isLeftOut = settings.policy == .leaveOut
        let report = QuarantineReport(found, in: histories, items: items, isLeftOut: isLeftOut)
        guard isLeftOut, report.events > 0 else { return (self, report) }
        var dataset = self
        if dataset.histories.weights.isEmpty {
            dataset.histories.weights = Array(repeating: 1, count: histories.eventCount)
        }
        for row in found.reasons.indices where found.reasons[row] != nil { dataset.histories.weights[row] = 0 }
        return (dataset, report)
    }
}
