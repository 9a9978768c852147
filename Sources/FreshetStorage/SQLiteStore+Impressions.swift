import FreshetCore
import FreshetData
import GRDB

extension SQLiteStore {
    /// Keeps impressions in one transaction; returns after its commit.
    public func record(_ impressions: [Impression]) async throws {
        let vocabulary = vocabulary
        try await write { db, _ in
            let writer = try ImpressionWriter(db)
            for impression in impressions { try writer.write(impression, vocabulary) }
        }
    }

    /// An impression by its `recommendation_id`.
    public func impression(_ id: String) async throws -> Impression? {
        let vocabulary = vocabulary
        return try await read { db in
            let rows = try ImpressionRows(db, "WHERE id = ?")
            rows.statement.bind(1, id)
            var impression: Impression?
            try rows.statement.forEachRow {
                impression = try rows.impression(vocabulary)
                return false
            }
            return impression
        }
    }

    /// The events that named an impression, oldest first.
    public func feedback(on recommendation: String) async throws -> [Event] {
        let vocabulary = vocabulary
        // Not those that were committed this moment: their names may not be in the vocabulary yet.
        let newest = newestOffset
        let types = vocabulary.eventTypes
        return try await read { db in
            try FeedbackRows(db).events(on: recommendation, upTo: newest, vocabulary, types)
        }
    }
}

/// Reads impressions.
struct ImpressionRows {
    let statement: RawStatement

    /// Takes the rows that a condition names.
    init(_ db: Database, _ condition: String) throws {
        let columns = [
            "id", "user", "time", "model", "scenario", "variant", "items", "number", "rules", "teams", "latency",
            "segments", "context",
        ]
        statement = try RawStatement(db, "SELECT \(columns.joined(separator: ", ")) FROM impression \(condition)")
    }

    /// Its number: later ones are larger.
    var number: Int64 { statement.integer(7) }

    /// The impression of the row at hand.
    func impression(_ vocabulary: Vocabulary) throws -> Impression {
        let id = statement.text(0) ?? ""
        let items = statement.withBytes(6) { ShownItemsCoding.decode($0, vocabulary) }
        guard let items, let model = statement.text(3).flatMap({ ModelVersion($0) }) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "impression '\(id)' is damaged")
        }
        return Impression(
            id: id,
            user: statement.user(1, vocabulary),
            time: statement.integer(2),
            model: model,
            scenario: statement.text(4),
            variant: statement.text(5),
            rules: statement.text(8)?.split(separator: ",").map { String($0) } ?? [],
            segments: statement.text(11)?.split(separator: ",").map { String($0) } ?? [],
            teams: statement.isNull(9) ? nil : statement.withBytes(9) { Array($0) },
            latency: statement.isNull(10) ? nil : Float(statement.double(10)),
            context: try statement.context(12, of: id),
            items: items
        )
    }
}

/// Reads the events that named an impression.
struct FeedbackRows {
    private let statement: RawStatement

    init(_ db: Database) throws {
        statement = try RawStatement(
            db,
            """
            SELECT user, item, type, value, time, id, profit FROM event
            WHERE recommendation = ? AND offset <= ? ORDER BY offset
            """
        )
    }

    /// The events on one impression up to an offset, oldest first.
    func events(
        on recommendation: String,
        upTo newest: Int64,
        _ vocabulary: Vocabulary,
        _ types: [EventType]
    ) throws -> [Event] {
        statement.bind(1, recommendation)
        statement.bind(2, newest)
        var events: [Event] = []
        try statement.forEachRow {
            events.append(
                Event(
                    user: vocabulary.id(of: UserIndex(Int(statement.integer(0)))),
                    item: vocabulary.id(of: ItemIndex(Int(statement.integer(1)))),
                    type: types[Int(statement.integer(2))],
                    value: statement.isNull(3) ? nil : Float(statement.double(3)),
                    profit: statement.isNull(6) ? nil : statement.double(6),
                    time: Timestamp(milliseconds: statement.integer(4)),
                    id: statement.text(5),
                    recommendationID: recommendation
                )
            )
            return true
        }
        return events
    }
}

extension RawStatement {
    /// The external id of an impression's user, who may have been without a number.
    fileprivate func user(_ column: Int32, _ vocabulary: Vocabulary) -> String? {
        guard isInteger(column) else { return text(column) }
        let number = Int(integer(column))
        return number < vocabulary.userCount ? vocabulary.id(of: UserIndex(number)) : nil
    }
}

extension RawStatement {
    /// What an impression's request said of its moment.
    fileprivate func context(_ column: Int32, of id: String) throws -> [String: AttributeValue] {
        guard !isNull(column) else { return [:] }
        return try withBytes(column) {
            try DocumentCoding.decode([String: AttributeValue].self, $0, of: "answer '\(id)'")
        }
    }
}

/// Writes impressions inside a transaction.
struct ImpressionWriter {
    private let insert: RawStatement

    init(_ db: Database) throws {
        insert = try RawStatement(
            db,
            """
            INSERT INTO impression
                (id, user, time, model, scenario, variant, items, rules, teams, latency, segments, context)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(id) DO NOTHING
            """
        )
    }

    /// Writes an impression; one that is there already stays.
    func write(_ impression: Impression, _ vocabulary: Vocabulary) throws {
        insert.bind(1, impression.id)
        if let user = impression.user, let number = vocabulary.user(user) {
            insert.bind(2, Int64(number.rawValue))
        } else {
            insert.bind(2, impression.user)
        }
        insert.bind(3, impression.time)
        insert.bind(4, impression.model.description)
        insert.bind(5, impression.scenario)
        insert.bind(6, impression.variant)
        insert.bind(7, ShownItemsCoding.encode(impression.items, vocabulary))
        insert.bind(8, impression.rules.isEmpty ? nil : impression.rules.joined(separator: ","))
        insert.bind(9, impression.teams)
        insert.bind(10, impression.latency.map(Double.init))
        insert.bind(11, impression.segments.isEmpty ? nil : impression.segments.joined(separator: ","))
        insert.bind(12, impression.context.isEmpty ? nil : try DocumentCoding.encode(impression.context))
        try insert.run()
    }
}
