#if PostgreSQL
import Dispatch
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// Keeps impressions in one transaction; returns after its commit.
    ///
    /// One that is there already stays.
    public func record(_ impressions: [Impression]) async throws {
        guard !impressions.isEmpty else { return }
        let (number, vocabulary) = (number, vocabulary)
        try await write { connection, changes in
            let rows = try impressions.map { impression in
                [number, .integer(changes.numberOfNextImpression())] + (try Self.values(of: impression, vocabulary))
            }
            _ = try connection.pipeline(
                """
                INSERT INTO impression (tenant, number, \(ImpressionRow.columns))
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                ON CONFLICT (tenant, id) DO NOTHING
                """,
                rows
            )
        }
    }

    /// An impression by its `recommendation_id`.
    public func impression(_ id: String) async throws -> Impression? {
        let number = number
        let row = try await readers.read { connection in
            try connection.query(
                "SELECT \(ImpressionRow.columns), number FROM impression WHERE tenant = $1 AND id = $2",
                number,
                .text(id)
            ).first { ImpressionRow($0) }
        }
        guard let row else { return nil }
        if let impression = try row.impression(vocabulary) { return impression }
        try await write { _, _ in }
        return try known(row)
    }

    /// Up to `limit` impressions behind a number, in the order in which they were kept; none at the end.
    public func impressions(after first: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)] {
        guard limit > 0 else { return [] }
        let number = number
        let rows = try readers.readNow { connection in
            try connection.query(
                """
                SELECT \(ImpressionRow.columns), number FROM impression WHERE tenant = $1 AND number > $2
                ORDER BY number LIMIT $3
                """,
                number,
                .integer(first),
                .number(limit)
            ).map { ImpressionRow($0) }
        }
        return try rows.map { row in
            if let impression = try row.impression(vocabulary) { return (row.number, impression) }
            try writer.queue.sync { try followNow() }
            return (row.number, try known(row))
        }
    }

    /// The events that named an impression, oldest first.
    public func feedback(on recommendation: String) async throws -> [Event] {
        let (number, vocabulary) = (number, vocabulary)
        // Not those that were committed this moment: their names may not be in the vocabulary yet.
        let newest = newestOffset
        let types = vocabulary.eventTypes
        return try await readers.read { connection in
            try connection.query(
                """
                SELECT user_number, item_number, type, value, profit, time, id FROM event
                WHERE tenant = $1 AND recommendation = $2 AND number <= $3 ORDER BY number
                """,
                number,
                .text(recommendation),
                .integer(newest)
            ).map { row in
                Event(
                    user: vocabulary.id(of: UserIndex(Int(row.integer(0)))),
                    item: vocabulary.id(of: ItemIndex(Int(row.integer(1)))),
                    type: types[Int(row.integer(2))],
                    value: row.float(3),
                    profit: row.double(4),
                    time: Timestamp(milliseconds: row.integer(5)),
                    id: row.text(6),
                    recommendationID: recommendation
                )
            }
        }
    }

    /// The impression of a row all of whose names must be known.
    private func known(_ row: ImpressionRow) throws -> Impression {
        if let impression = try row.impression(vocabulary) { return impression }
        throw damage("impression '\(row.id)' cannot be read")
    }

    private static func values(of impression: Impression, _ vocabulary: Vocabulary) throws -> [PostgresValue] {
        let user = impression.user.flatMap { vocabulary.user($0) }
        let context = impression.context.isEmpty ? nil : try DocumentCoding.encode(impression.context)
        return [
            .text(impression.id),
            .integer(user.map { Int64($0.rawValue) }),
            .text(user == nil ? impression.user : nil),
            .integer(impression.time),
            .text(impression.model.description),
            .text(impression.scenario),
            .text(impression.variant),
            .bytes(ShownItemsCoding.encode(impression.items, vocabulary)),
            .text(impression.rules.isEmpty ? nil : impression.rules.joined(separator: ",")),
            .bytes(impression.teams),
            .double(impression.latency.map(Double.init)),
            .text(impression.segments.isEmpty ? nil : impression.segments.joined(separator: ",")),
            .text(context),
        ]
    }
}

/// An impression as its row, whose numbers may be of names that are not known here yet.
private struct ImpressionRow: Sendable {
    /// The columns in order, the row's number left out.
    static let columns = """
        id, user_number, user_id, time, model, scenario, variant, items, rules, teams, latency, segments, context
        """

    let id: String
    let number: Int64
    private let user: (number: Int64?, id: String?)
    private let time: Int64
    private let model: String
    private let scenario: String?
    private let variant: String?
    private let items: [UInt8]
    private let rules: [String]
    private let teams: [UInt8]?
    private let latency: Float?
    private let segments: [String]
    private let context: [UInt8]?

    init(_ row: PostgresRows.Row) {
        func list(_ column: Int32) -> [String] { row.text(column)?.split(separator: ",").map { String($0) } ?? [] }
        id = row.text(0) ?? ""
        user = (row.optionalInteger(1), row.text(2))
        time = row.integer(3)
        model = row.text(4) ?? ""
        (scenario, variant) = (row.text(5), row.text(6))
        items = row.withBytes(7) { Array($0) }
        rules = list(8)
        teams = row.isNull(9) ? nil : row.withBytes(9) { Array($0) }
        latency = row.float(10)
        segments = list(11)
        context = row.isNull(12) ? nil : row.withBytes(12) { Array($0) }
        number = row.integer(13)
    }

    /// The impression; `nil` when it has a number that the vocabulary does not.
    func impression(_ vocabulary: Vocabulary) throws -> Impression? {
        guard user.number ?? -1 < vocabulary.userCount, let model = ModelVersion(model),
            let shown = items.withUnsafeBytes({ ShownItemsCoding.decode($0, vocabulary) })
        else { return nil }
        return Impression(
            id: id,
            user: user.number.map { vocabulary.id(of: UserIndex(Int($0))) } ?? user.id,
            time: time,
            model: model,
            scenario: scenario,
            variant: variant,
            rules: rules,
            segments: segments,
            teams: teams,
            latency: latency,
            context: try context?.withUnsafeBytes {
                try DocumentCoding.decode([String: AttributeValue].self, $0, of: "answer '\(id)'")
            } ?? [:],
            items: shown
        )
    }
}
#endif
