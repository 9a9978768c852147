#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// Appends events in one transaction, shared with others that wait at the moment.
    public func append(_ events: [Event]) async throws -> AppendReceipt {
        guard !events.isEmpty else { return AppendReceipt(events: [], duplicates: 0) }
        return try await withCheckedThrowingContinuation { continuation in
            enqueue(GroupCommit.Request(events: events, received: millisecondsNow(), continuation: continuation))
        }
    }

    /// Sets what is called with the events of every commit, those of other processes among them, in the order of the log.
    public func setObserver(_ observer: @escaping @Sendable ([LoggedEvent]) -> Void) { memory.setObserver(observer) }

    /// Sets what is called with what other processes changed beside events.
    public func setChangeObserver(_ observer: @escaping @Sendable ([StoreChange]) -> Void) {
        memory.setChangeObserver(observer)
    }

    /// The offset of the newest event that is known here, whether or not it is still there; 0 when there never was one.
    public var newestOffset: Int64 { memory.head.newestOffset }

    /// The number of events that the log holds, as far as it is known here.
    public func eventCount() -> Int { Int(memory.head.eventCount) }

    /// Up to `limit` events after an offset, in order; empty at the end.
    public func events(after offset: Int64, limit: Int) throws -> [LoggedEvent] {
        let (number, newest) = (number, newestOffset)
        guard limit > 0, offset < newest else { return [] }
        var events = try readers.readNow { connection in
            try connection.query(
                """
                SELECT \(EventColumns.usual) FROM event WHERE tenant = $1 AND number > $2 AND number <= $3
                ORDER BY number LIMIT $4
                """,
                number,
                .integer(offset),
                .integer(newest),
                .number(limit)
            ).map(EventColumns.event)
        }
        vocabulary.weigh(&events)
        return events
    }

    /// The newest events of a user by their time, up to `limit`, oldest first.
    public func newestEvents(of user: UserIndex, limit: Int) throws -> [LoggedEvent] {
        guard limit > 0 else { return [] }
        let question = newestEventsQuestion(of: user, limit: limit)
        var events = try readers.readNow(question)
        vocabulary.weigh(&events)
        return events
    }

    /// As ``newestEvents(of:limit:)``, without blocking: for requests.
    public func fetchNewestEvents(of user: UserIndex, limit: Int) async throws -> [LoggedEvent] {
        guard limit > 0 else { return [] }
        var events = try await readers.read(newestEventsQuestion(of: user, limit: limit))
        vocabulary.weigh(&events)
        return events
    }

    /// Removes the event or search that has an id of its own; whose it was, or `nil` where there is none.
    public func removeEvent(_ id: String) async throws -> UserIndex? {
        let number = number
        return try await write { connection, changes in
            func remove(from table: String) throws -> UserIndex? {
                try connection.query(
                    "DELETE FROM \(table) WHERE tenant = $1 AND id = $2 RETURNING user_number",
                    number,
                    .text(id)
                ).first { UserIndex(Int($0.integer(0))) }
            }
            guard let user = try remove(from: "event") else {
                let searcher = try remove(from: "search")
                if let searcher { changes.note(.searches(of: searcher)) }
                return searcher
            }
            changes.removedEvents += 1
            changes.note(.events(of: user))
            return user
        }
    }

    /// Up to `limit` events behind an offset, with what they say to feedback.
    public func namingEvents(after offset: Int64, limit: Int) throws -> [NamingEvent] {
        let (number, newest) = (number, newestOffset)
        guard limit > 0, offset < newest else { return [] }
        return try readers.readNow { connection in
            try connection.query(
                """
                SELECT \(EventColumns.usual), recommendation, profit FROM event
                WHERE tenant = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4
                """,
                number,
                .integer(offset),
                .integer(newest),
                .number(limit)
            ).map { row in
                NamingEvent(
                    event: EventColumns.event(row),
                    recommendation: row.text(EventColumns.others),
                    profit: row.double(EventColumns.others + 1)
                )
            }
        }
    }

    private func newestEventsQuestion(
        of user: UserIndex,
        limit: Int
    ) -> @Sendable (PostgresConnection) throws -> [LoggedEvent] {
        let (number, newest) = (number, newestOffset)
        return { connection in
            try connection.query(
                """
                SELECT \(EventColumns.usual) FROM event WHERE tenant = $1 AND user_number = $2 AND number <= $3
                ORDER BY time DESC, number DESC LIMIT $4
                """,
                number,
                .number(user.rawValue),
                .integer(newest),
                .number(limit)
            ).map(EventColumns.event).reversed()
        }
    }
}

/// The columns of events.
enum EventColumns {
    /// The usual ones.
    static let usual = "number, user_number, item_number, type, value, time, received, session"
    /// Where further columns begin, behind the usual ones.
    static let others: Int32 = 8

    /// The event of a row.
    static func event(_ row: PostgresRows.Row) -> LoggedEvent {
        LoggedEvent(
            offset: row.integer(0),
            user: UserIndex(Int(row.integer(1))),
            item: ItemIndex(Int(row.integer(2))),
            type: UInt8(truncatingIfNeeded: row.integer(3)),
            value: row.float(4) ?? .nan,
            time: Timestamp(milliseconds: row.integer(5)),
            received: row.integer(6),
            session: row.isNull(7) ? .none : row.withBytes(7) { SessionTag(ofBytes: $0) }
        )
    }
}
#endif
