#if PostgreSQL
import FreshetCore

extension PostgresStore {
    /// Removes what a rule does not keep, the oldest first and a little at a time, beside reading and writing.
    ///
    /// An event id that went may come again.
    public func compact(
        _ rule: RetentionRule,
        learnedUpTo offset: Int64,
        now: Int64
    ) async throws -> CompactionReceipt {
        try rule.validate()
        var receipt = CompactionReceipt()
        let head = memory.head
        var walk = EventWalk(rule, eventCount: head.eventCount, last: min(offset, head.newestOffset), now: now)
        while !Task.isCancelled, let offsets = try await nextPortion(of: &walk) {
            if !offsets.isEmpty { receipt.events += try await removeEvents(offsets) }
        }
        if let days = rule.eventDays {
            let cutoff = PostgresValue.integer(Self.cutoff(days: days, now: now))
            receipt.searches = try await remove("search", where: "received < $2", cutoff)
        }
        if let limit = rule.maximumImpressions {
            receipt.impressions += try await remove("impression", where: newest("impression"), .number(limit))
        }
        if let days = rule.impressionDays {
            // From the oldest to the first that is young enough. One from the future, of a clock that was wrong for a
            // while, is not taken for young.
            let condition = """
                number < coalesce(
                    (SELECT min(number) FROM impression WHERE tenant = $1 AND time >= $2 AND time <= \(now)),
                    9223372036854775807
                )
                """
            let cutoff = PostgresValue.integer(Self.cutoff(days: days, now: now))
            receipt.impressions += try await remove("impression", where: condition, cutoff)
        }
        if let limit = rule.maximumDecisions {
            receipt.decisions = try await remove("decision", where: newest("decision"), .number(limit))
        }
        return receipt
    }

    /// The time from which something is young enough.
    fileprivate static func cutoff(days: Int, now: Int64) -> Int64 {
        let (age, overflows) = Int64(days).multipliedReportingOverflow(by: 86_400_000)
        return overflows ? .min : now - age
    }

    private func newest(_ table: String) -> String {
        "number <= (SELECT max(number) FROM \(table) WHERE tenant = $1) - $2"
    }

    /// Removes the rows of a table that a condition names, whose parameter is the second; how many they were.
    private func remove(_ table: String, where condition: String, _ parameter: PostgresValue) async throws -> Int {
        let tenant = number
        // The bound is asked for once: what comes in meanwhile is not counted in.
        let last = try await readers.read { connection in
            try connection.query(
                "SELECT max(number) FROM \(table) WHERE tenant = $1 AND \(condition)",
                tenant,
                parameter
            ).first { $0.optionalInteger(0) }
        }
        guard let last else { return 0 }
        var removed = 0
        while !Task.isCancelled {
            let count = try await write { connection, _ in
                try connection.query(
                    """
                    DELETE FROM \(table) WHERE tenant = $1 AND number IN (
                        SELECT number FROM \(table) WHERE tenant = $1 AND \(condition) AND number <= $3
                        ORDER BY number LIMIT 512
                    )
                    """,
                    tenant,
                    parameter,
                    .integer(last)
                ).changed
            }
            guard count > 0 else { break }
            removed += count
        }
        return removed
    }

    private func removeEvents(_ offsets: [Int64]) async throws -> Int {
        let tenant = number
        return try await write { connection, changes in
            let removed = try connection.query(
                "DELETE FROM event WHERE tenant = $1 AND number = ANY($2)",
                tenant,
                .integers(offsets)
            ).changed
            changes.removedEvents += removed
            return removed
        }
    }

    /// The events of the next portion that go; `nil` when there is none left that might.
    private func nextPortion(of walk: inout EventWalk) async throws -> [Int64]? {
        guard !walk.isFinished else { return nil }
        let (tenant, position, last) = (number, walk.position, walk.last)
        let events = try await readers.read { connection in
            try connection.query(
                """
                SELECT \(EventColumns.usual) FROM event WHERE tenant = $1 AND number > $2 AND number <= $3
                ORDER BY number LIMIT \(EventWalk.portion)
                """,
                tenant,
                .integer(position),
                .integer(last)
            ).map(EventColumns.event)
        }
        let users = walk.unknownUsers(of: events)
        for user in users { walk.setFirstKept(try await firstKept(of: user, walk.eventsPerUser), of: user) }
        return walk.removable(events)
    }

    /// The oldest event of a user that stays whatever the limits say.
    private func firstKept(of user: UserIndex, _ count: Int) async throws -> Int64 {
        let tenant = number
        guard count > 0 else { return .max }
        return try await readers.read { connection in
            try connection.query(
                """
                SELECT min(number) FROM (
                    SELECT number FROM event WHERE tenant = $1 AND user_number = $2
                    ORDER BY time DESC, number DESC LIMIT $3
                ) AS kept
                """,
                tenant,
                .number(user.rawValue),
                .number(count)
            ).first { $0.optionalInteger(0) } ?? .max
        }
    }
}

/// Goes through the log from its oldest event and names those that a rule does not keep, portion by portion.
private struct EventWalk {
    /// How many events are looked at in one portion.
    static let portion = 1024

    let eventsPerUser: Int
    let last: Int64
    private let cutoff: Int64
    private let now: Int64
    /// The newest event that was looked at.
    private(set) var position: Int64 = 0
    /// How many events are too many.
    private var excess: Int64
    /// Of each user met, the oldest event that stays whatever the limits say.
    private var firstKept: [UserIndex: Int64] = [:]
    private(set) var isFinished = false

    init(_ rule: RetentionRule, eventCount: Int64, last: Int64, now: Int64) {
        (eventsPerUser, self.last, self.now) = (rule.eventsPerUser, last, now)
        cutoff = rule.eventDays.map { PostgresStore.cutoff(days: $0, now: now) } ?? .min
        excess = rule.maximumEvents.map { eventCount - Int64($0) } ?? 0
    }

    /// The users of events of whom it is not known yet what stays.
    func unknownUsers(of events: [LoggedEvent]) -> Set<UserIndex> {
        guard excess > 0 || cutoff > .min else { return [] }
        return Set(events.lazy.map(\.user).filter { firstKept[$0] == nil })
    }

    /// Says which event of a user is the oldest that stays: events that come in later only make that a newer one.
    mutating func setFirstKept(_ offset: Int64, of user: UserIndex) { firstKept[user] = offset }

    /// Those of the next events that go.
    mutating func removable(_ events: [LoggedEvent]) -> [Int64] {
        isFinished = events.count < Self.portion
        var offsets: [Int64] = []
        for event in events {
            // An event from the future, of a clock that was wrong for a while, is neither old nor a reason to stop.
            let isOld = event.received < cutoff
            guard isOld || excess > 0 || event.received > now else {
                isFinished = true
                break
            }
            position = event.offset
            guard isOld || excess > 0, event.offset < firstKept[event.user] ?? 0 else { continue }
            offsets.append(event.offset)
            excess -= 1
        }
        return offsets
    }
}
#endif
