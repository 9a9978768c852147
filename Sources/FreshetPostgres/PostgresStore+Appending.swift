#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// So few ids are looked up quicker than a savepoint is set.
    private static let fewIdentifiers = 64
    /// The events that are looked up first after a delivery that came twice: others of it are likely to follow.
    private static let lookupsAfterRepeat = 100

    /// Writes the events and searches of requests, inside a transaction; what became of each, in order.
    ///
    /// Ids that the log has are left out. To look each up costs almost as much as to write it, and the index refuses what is
    /// there by itself: so a large delivery is written as if all were new, and only if it is refused looked up.
    func append(
        _ requests: [GroupCommit.Request],
        _ connection: PostgresConnection,
        _ changes: inout PostgresChanges
    ) throws -> [Result<AppendReceipt, any Error>] {
        let ids = requests.flatMap { request in
            request.events.compactMap { event in event.text == nil ? event.id.map { Array($0.utf8) } : nil }
        }
        if ids.count > Self.fewIdentifiers, writer.lookups == 0 {
            let before = changes
            try connection.execute("SAVEPOINT delivery")
            do {
                return try append(requests, leavingOut: IdentifierTable(), connection, &changes)
            } catch let failure as PostgresFailure where failure.state == "23505" {
                try connection.execute("ROLLBACK TO SAVEPOINT delivery")
                changes = before
                writer.lookups = Self.lookupsAfterRepeat
            }
        } else if ids.count > Self.fewIdentifiers {
            writer.lookups -= 1
        }
        return try append(requests, leavingOut: try known(of: ids, connection), connection, &changes)
    }

    private func append(
        _ requests: [GroupCommit.Request],
        leavingOut known: IdentifierTable,
        _ connection: PostgresConnection,
        _ changes: inout PostgresChanges
    ) throws -> [Result<AppendReceipt, any Error>] {
        var known = known
        var rows = CopyRows(columns: 12)
        var searches = PendingSearches()
        var answers: [Result<AppendReceipt, any Error>] = []
        for (place, request) in requests.enumerated() {
            guard changes.canNumber(request.events) else {
                answers.append(.failure(FreshetError.tooManyTypes))
                continue
            }
            if !request.steps.isEmpty, let refusal = try SourcePositions(connection, number).make(request.steps) {
                answers.append(.failure(refusal))
                continue
            }
            var receipt = AppendReceipt(events: [], duplicates: 0)
            receipt.events.reserveCapacity(request.events.count)
            for event in request.events {
                if let text = event.text {
                    let time = event.time ?? Timestamp(milliseconds: request.received)
                    let search = LoggedSearch(user: changes.number(ofUser: event.user), text: text, time: time)
                    searches.add(search, event, received: request.received, of: place, number)
                } else if let id = event.id, !known.add(id) {
                    receipt.duplicates += 1
                } else {
                    let numbered = numbered(event, received: request.received, &changes)
                    let logged = changes.append(numbered)
                    write(logged, event, to: &rows)
                    receipt.events.append(logged)
                }
            }
            answers.append(.success(receipt))
        }
        try connection.copy(rows, into: "event")
        for (place, search) in zip(searches.places, try searches.insert(connection)) {
            if let search { changes.note(.searches(of: search.user)) }
            answers[place] = answers[place].map { receipt in
                var receipt = receipt
                if let search { receipt.searches.append(search) } else { receipt.duplicates += 1 }
                return receipt
            }
        }
        return answers
    }

    /// Those of some ids that the log has.
    private func known(of ids: [[UInt8]], _ connection: PostgresConnection) throws -> IdentifierTable {
        guard !ids.isEmpty else { return IdentifierTable() }
        let found = try connection.query(
            "SELECT id FROM event WHERE tenant = $1 AND id = ANY($2)",
            number,
            .byteLists(ids)
        )
        return IdentifierTable(found.map { $0.text(0) ?? "" })
    }

    private func numbered(_ event: Event, received: Int64, _ changes: inout PostgresChanges) -> LoggedEvent {
        LoggedEvent(
            offset: 0,
            user: changes.number(ofUser: event.user),
            item: changes.number(ofItem: event.item),
            type: changes.number(of: event.type),
            value: event.value ?? .nan,
            time: event.time ?? Timestamp(milliseconds: received),
            received: received,
            session: event.session.map { SessionTag(of: $0) } ?? .none
        )
    }

    private func write(_ logged: LoggedEvent, _ event: Event, to rows: inout CopyRows) {
        rows.beginRow()
        rows.write(tenantNumber)
        rows.write(logged.offset)
        rows.write(logged.user.rawValue)
        rows.write(logged.item.rawValue)
        rows.write(Int16(logged.type))
        rows.write(logged.value)
        rows.write(logged.time.milliseconds)
        rows.write(logged.received)
        rows.write(event.profit)
        rows.write(event.id)
        rows.write(event.recommendationID)
        rows.write(event.session)
    }
}

extension IdentifierTable {
    /// Adds an id; whether it is new.
    fileprivate mutating func add(_ id: String) -> Bool {
        let before = count
        return insert(id) == before
    }
}

/// Searches that are written at the end of a group, and whose they are.
private struct PendingSearches {
    /// The request of each.
    private(set) var places: [Int] = []
    private var searches: [LoggedSearch] = []
    private var rows: [[PostgresValue]] = []

    mutating func add(
        _ search: LoggedSearch,
        _ event: Event,
        received: Int64,
        of place: Int,
        _ tenant: PostgresValue
    ) {
        places.append(place)
        searches.append(search)
        rows.append([
            tenant, .number(search.user.rawValue), .text(search.text), .integer(search.time.milliseconds),
            .integer(received), .text(event.session), .text(event.id),
        ])
    }

    /// Writes them; `nil` for each whose id was there.
    func insert(_ connection: PostgresConnection) throws -> [LoggedSearch?] {
        let changed = try connection.pipeline(
            """
            INSERT INTO search (tenant, user_number, text, time, received, session, id)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """,
            rows
        )
        return zip(searches, changed).map { search, count in count > 0 ? search : nil }
    }
}
#endif
