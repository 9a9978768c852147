import FreshetCore
import FreshetData
import GRDB

extension SQLiteStore {
    /// Appends events in one transaction, shared with others that wait at the moment.
    public func append(_ events: [Event]) async throws -> AppendReceipt {
        guard !events.isEmpty else { return AppendReceipt(events: [], duplicates: 0) }
        return try await withCheckedThrowingContinuation { continuation in
            enqueue(GroupCommit.Request(events: events, received: millisecondsNow(), continuation: continuation))
        }
    }

    /// Sets what is called with the events of every commit, in the order of the log, before they are acknowledged.
    public func setObserver(_ observer: @escaping @Sendable ([LoggedEvent]) -> Void) { memory.setObserver(observer) }

    /// The offset of the newest event, whether or not it is still there; 0 when there never was one.
    public var newestOffset: Int64 { memory.newestOffset }

    /// The number of events that the log holds now.
    public func eventCount() -> Int { memory.eventCount }

    /// Up to `limit` events after an offset, in order; empty at the end.
    ///
    /// Events whose commit is being made known to the vocabulary and the observer are not among them yet.
    public func events(after offset: Int64, limit: Int) throws -> [LoggedEvent] {
        let newest = newestOffset
        guard limit > 0, offset < newest else { return [] }
        return try readNow { db in
            let rows = try EventRows(db, "WHERE offset > ? AND offset <= ? ORDER BY offset LIMIT ?")
            rows.statement.bind(1, offset)
            rows.statement.bind(2, newest)
            rows.statement.bind(3, Int64(limit))
            var events: [LoggedEvent] = []
            events.reserveCapacity(min(limit, Int(newest - max(0, offset))))
            try rows.statement.forEachRow {
                events.append(rows.event)
                return true
            }
            vocabulary.weigh(&events)
            return events
        }
    }

    /// The newest events of a user by their time, up to `limit`, oldest first.
    public func newestEvents(of user: UserIndex, limit: Int) throws -> [LoggedEvent] {
        let head = memory.head(of: user).offset
        guard head > 0, limit > 0 else { return [] }
        return try readNow { try self.newestEvents(from: head, limit: limit, $0) }
    }

    /// As ``newestEvents(of:limit:)``, without blocking: for requests.
    public func fetchNewestEvents(of user: UserIndex, limit: Int) async throws -> [LoggedEvent] {
        let head = memory.head(of: user).offset
        guard head > 0, limit > 0 else { return [] }
        return try await read { try self.newestEvents(from: head, limit: limit, $0) }
    }

    private func newestEvents(from head: Int64, limit: Int, _ db: Database) throws -> [LoggedEvent] {
        var events = try NewestEvents.read(from: head, limit: limit, db)
        vocabulary.weigh(&events)
        return events
    }
}

/// Reads rows of the log.
struct EventRows {
    /// Where further columns begin, behind the usual ones.
    static let others: Int32 = 9

    let statement: RawStatement

    /// Takes the rows that a condition names, which has the parameters 1, 2 …, and further columns behind the usual ones.
    init(_ db: Database, _ condition: String, adding others: [String] = []) throws {
        let usual = ["offset", "user", "item", "type", "value", "time", "received", "previous", "session"]
        let columns = (usual + others).joined(separator: ", ")
        statement = try RawStatement(db, "SELECT \(columns) FROM event \(condition)")
    }

    /// The event of the row at hand.
    var event: LoggedEvent {
        LoggedEvent(
            offset: statement.integer(0),
            user: UserIndex(rawValue: Int32(truncatingIfNeeded: statement.integer(1))),
            item: ItemIndex(rawValue: Int32(truncatingIfNeeded: statement.integer(2))),
            type: UInt8(truncatingIfNeeded: statement.integer(3)),
            value: statement.isNull(4) ? .nan : Float(statement.double(4)),
            time: Timestamp(milliseconds: statement.integer(5)),
            received: statement.integer(6),
            session: statement.isNull(8) ? .none : statement.withBytes(8) { SessionTag(ofBytes: $0) }
        )
    }

    /// The newest time among its user's events up to the row at hand, which has `latest` as its further column.
    var latest: Timestamp {
        Timestamp(milliseconds: statement.integer(statement.isNull(Self.others) ? 5 : Self.others))
    }

    /// Goes from a user's event to the ones before it, until one is gone or `body` returns false.
    ///
    /// The statement must be one that asks for an offset.
    func walk(from head: Int64, _ body: () throws -> Bool) throws {
        var next = head
        while next > 0 {
            statement.bind(1, next)
            next = 0
            try statement.forEachRow {
                if try body() { next = statement.integer(7) }
                return false
            }
        }
    }
}
