import FreshetCore
import GRDB

extension SQLiteStore {
    /// Removes what a rule does not keep, the oldest first and a little at a time, beside reading and writing.
    ///
    /// The file does not shrink: what was freed is used for what comes. An event id that went may come again.
    public func compact(
        _ rule: RetentionRule,
        learnedUpTo offset: Int64,
        now: Int64
    ) async throws -> CompactionReceipt {
        try rule.validate()
        var receipt = CompactionReceipt()
        let plan = EventCompaction(memory, rule, learnedUpTo: offset, now: now)
        while !Task.isCancelled, let offsets = try await read({ try plan.nextPortion($0) }) {
            guard !offsets.isEmpty else { continue }
            receipt.events += try await removeEvents(offsets)
        }
        receipt.searches = try await compactSearches(rule, now: now)
        receipt.impressions = try await compactImpressions(rule, now: now)
        if let limit = rule.maximumDecisions {
            receipt.decisions = try await remove("decision", upTo: "SELECT max(number) - ? FROM decision", Int64(limit))
        }
        return receipt
    }

    private func removeEvents(_ offsets: [Int64]) async throws -> Int {
        try await write { db, changes in
            let delete = try RawStatement(db, "DELETE FROM event WHERE offset = ?")
            var removed = 0
            for offset in offsets {
                delete.bind(1, offset)
                try delete.run()
                removed += db.changedRows
            }
            try Self.keepNewestOffset(changes.newestOffset, db)
            changes.removedEvents += removed
            return removed
        }
    }

    private func compactImpressions(_ rule: RetentionRule, now: Int64) async throws -> Int {
        var removed = 0
        if let limit = rule.maximumImpressions {
            removed += try await remove("impression", upTo: "SELECT max(number) - ? FROM impression", Int64(limit))
        }
        if let days = rule.impressionDays {
            // From the oldest to the first that is young enough. One from the future, of a clock that was wrong for a
            // while, is not taken for young.
            let boundary = """
                SELECT coalesce(
                    (SELECT number FROM impression WHERE time >= ?1 AND time <= \(now) ORDER BY number LIMIT 1),
                    (SELECT max(number) + 1 FROM impression)
                ) - 1
                """
            removed += try await remove("impression", upTo: boundary, EventCompaction.cutoff(days: days, now: now))
        }
        return removed
    }

    /// Removes the rows of a table up to the number that a question with one parameter answers.
    private func remove(_ table: String, upTo boundary: String, _ parameter: Int64) async throws -> Int {
        let last = try await read { db in
            let question = try RawStatement(db, boundary)
            question.bind(1, parameter)
            return try question.firstInteger() ?? 0
        }
        var removed = 0
        while !Task.isCancelled {
            let count = try await write { db, _ in
                let portion = "SELECT number FROM \(table) WHERE number <= ? ORDER BY number LIMIT 512"
                let delete = try RawStatement(db, "DELETE FROM \(table) WHERE number IN (\(portion))")
                delete.bind(1, last)
                try delete.run()
                return db.changedRows
            }
            guard count > 0 else { break }
            removed += count
        }
        return removed
    }
}
