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
            let rows = try RawStatement(
                db,
                "SELECT user, time, model, scenario, variant, items FROM impression WHERE id = ?"
            )
            rows.bind(1, id)
            var impression: Impression?
            try rows.forEachRow {
                let items = rows.withBytes(5) { ShownItemsCoding.decode($0, vocabulary) }
                guard let items, let model = rows.text(2).flatMap({ ModelVersion($0) }) else {
                    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "impression '\(id)' is damaged")
                }
                impression = Impression(
                    id: id,
                    user: rows.user(0, vocabulary),
                    time: rows.integer(1),
                    model: model,
                    scenario: rows.text(3),
                    variant: rows.text(4),
                    items: items
                )
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
            let rows = try RawStatement(
                db,
                """
                SELECT user, item, type, value, time, id FROM event
                WHERE recommendation = ? AND offset <= ? ORDER BY offset
                """
            )
            rows.bind(1, recommendation)
            rows.bind(2, newest)
            var events: [Event] = []
            try rows.forEachRow {
                events.append(
                    Event(
                        user: vocabulary.id(of: UserIndex(Int(rows.integer(0)))),
                        item: vocabulary.id(of: ItemIndex(Int(rows.integer(1)))),
                        type: types[Int(rows.integer(2))],
                        value: rows.isNull(3) ? nil : Float(rows.double(3)),
                        time: Timestamp(milliseconds: rows.integer(4)),
                        id: rows.text(5),
                        recommendationID: recommendation
                    )
                )
                return true
            }
            return events
        }
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

/// Writes impressions inside a transaction.
struct ImpressionWriter {
    private let insert: RawStatement

    init(_ db: Database) throws {
        insert = try RawStatement(
            db,
            """
            INSERT INTO impression (id, user, time, model, scenario, variant, items) VALUES (?, ?, ?, ?, ?, ?, ?)
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
        try insert.run()
    }
}
