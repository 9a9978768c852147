import FreshetCore
import FreshetData
import GRDB

/// Writes events and the names that they bring, inside a transaction.
struct EventAppender {
    private let insertEvent: RawStatement
    private let findID: RawStatement
    private let searches: SearchAppender
    private let names: NameWriter

    init(_ db: Database) throws {
        insertEvent = try RawStatement(
            db,
            """
            INSERT INTO event (offset, user, item, type, time, received, value, previous, recommendation, id, latest,
                session, profit)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        findID = try RawStatement(db, "SELECT offset FROM event WHERE id = ?")
        searches = try SearchAppender(db)
        names = try NameWriter(db)
    }

    /// Writes the events and searches of one request.
    ///
    /// - Parameters:
    ///   - events: the events; one whose id the log or an earlier one has is left out.
    ///   - received: when they arrived, in milliseconds since 1970.
    ///   - changes: what the transaction did so far.
    /// - Returns: what became of them.
    /// - Throws: an error of SQLite, after which the transaction must be rolled back.
    func append(_ events: [Event], received: Int64, to changes: inout LogChanges) throws -> AppendReceipt {
        var receipt = AppendReceipt(events: [], duplicates: 0)
        receipt.events.reserveCapacity(events.count)
        for event in events {
            if let text = event.text {
                let search = LoggedSearch(
                    user: try names.number(ofUser: event.user, in: &changes),
                    text: text,
                    time: event.time ?? Timestamp(milliseconds: received)
                )
                if try searches.insert(search, event, received: received) {
                    receipt.searches.append(search)
                } else {
                    receipt.duplicates += 1
                }
                continue
            }
            if let id = event.id, try isKnown(id) {
                receipt.duplicates += 1
                continue
            }
            let logged = LoggedEvent(
                offset: changes.newestOffset + 1,
                user: try names.number(ofUser: event.user, in: &changes),
                item: try names.number(ofItem: event.item, in: &changes),
                type: try names.number(of: event.type, in: &changes),
                value: event.value ?? .nan,
                time: event.time ?? Timestamp(milliseconds: received),
                received: received,
                session: event.session.map { SessionTag(of: $0) } ?? .none
            )
            try insert(logged, event, after: changes.head(of: logged.user))
            changes.append(logged)
            receipt.events.append(logged)
        }
        return receipt
    }

    private func isKnown(_ id: String) throws -> Bool {
        findID.bind(1, id)
        return try findID.firstInteger() != nil
    }

    private func insert(_ logged: LoggedEvent, _ event: Event, after head: LogHead) throws {
        insertEvent.bind(1, logged.offset)
        insertEvent.bind(2, Int64(logged.user.rawValue))
        insertEvent.bind(3, Int64(logged.item.rawValue))
        insertEvent.bind(4, Int64(logged.type))
        insertEvent.bind(5, logged.time.milliseconds)
        insertEvent.bind(6, logged.received)
        if logged.value.isNaN { insertEvent.bindNull(7) } else { insertEvent.bind(7, Double(logged.value)) }
        insertEvent.bind(8, head.offset > 0 ? head.offset : nil)
        insertEvent.bind(9, event.recommendationID)
        insertEvent.bind(10, event.id)
        insertEvent.bind(11, logged.time < head.latest ? head.latest.milliseconds : nil)
        insertEvent.bind(12, event.session)
        insertEvent.bind(13, event.profit)
        try insertEvent.run()
    }
}

/// Gives names their numbers, and writes those that are new.
struct NameWriter {
    private let insertUser: RawStatement
    private let insertItem: RawStatement
    private let insertType: RawStatement

    init(_ db: Database) throws {
        insertUser = try RawStatement(db, "INSERT INTO user_name (number, id) VALUES (?, ?)")
        insertItem = try RawStatement(db, "INSERT INTO item_name (number, id) VALUES (?, ?)")
        insertType = try RawStatement(db, "INSERT INTO type_name (number, id) VALUES (?, ?)")
    }

    func number(ofUser id: String, in changes: inout LogChanges) throws -> UserIndex {
        let (user, isNew) = changes.number(ofUser: id)
        if isNew { try write(id, Int64(user.rawValue), insertUser) }
        return user
    }

    func number(ofItem id: String, in changes: inout LogChanges) throws -> ItemIndex {
        let (item, isNew) = changes.number(ofItem: id)
        if isNew { try write(id, Int64(item.rawValue), insertItem) }
        return item
    }

    func number(of type: EventType, in changes: inout LogChanges) throws -> UInt8 {
        guard let (number, isNew) = changes.number(of: type) else {
            preconditionFailure("checked before the first event of the request was written")
        }
        if isNew { try write(type.rawValue, Int64(number), insertType) }
        return number
    }

    private func write(_ id: String, _ number: Int64, _ insert: RawStatement) throws {
        insert.bind(1, number)
        insert.bind(2, id)
        try insert.run()
    }
}
