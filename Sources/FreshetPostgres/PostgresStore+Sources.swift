#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore: SourcePositionStore {
    /// Takes partitions over, in one transaction: whoever claimed them before can write from them no more.
    public func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] {
        guard !partitions.isEmpty else { return [] }
        let number = number
        return try await write { connection, _ in
            let positions = SourcePositions(connection, number)
            return try partitions.map { try positions.claim($0) }
        }
    }

    /// Appends events, and moves the positions of where they come from with them.
    public func append(_ events: [Event], moving steps: [SourceStep]) async throws -> AppendReceipt {
        guard !events.isEmpty || !steps.isEmpty else { return AppendReceipt(events: [], duplicates: 0) }
        return try await withCheckedThrowingContinuation { continuation in
            enqueue(
                GroupCommit.Request(
                    events: events,
                    steps: steps,
                    received: millisecondsNow(),
                    continuation: continuation
                )
            )
        }
    }

    /// Where all partitions of a source stand, by topic and number.
    public func positions(of source: String) async throws -> [SourcePosition] {
        let number = number
        return try await readers.read { connection in
            try connection.query(
                """
                SELECT epoch, next, topic, number FROM source_position WHERE tenant = $1 AND source = $2
                ORDER BY topic, number
                """,
                number,
                .text(source)
            ).map { row in
                let partition = SourcePartition(
                    source: source,
                    topic: row.text(2) ?? "",
                    number: Int32(truncatingIfNeeded: row.integer(3))
                )
                return SourcePosition(partition: partition, epoch: row.integer(0), next: row.optionalInteger(1))
            }
        }
    }
}

/// Reads and moves positions of sources, inside a transaction that has the tenant's row.
struct SourcePositions {
    private let connection: PostgresConnection
    private let tenant: PostgresValue

    init(_ connection: PostgresConnection, _ tenant: PostgresValue) {
        (self.connection, self.tenant) = (connection, tenant)
    }

    /// Gives a partition to whoever asks.
    func claim(_ partition: SourcePartition) throws -> SourcePosition {
        var position = try position(of: partition) ?? SourcePosition(partition: partition, epoch: 0)
        position.epoch += 1
        try put(position)
        return position
    }

    /// Makes all of some steps, of which a partition may have several, or none.
    /// - Returns: why none; `nil` where all were made.
    func make(_ steps: [SourceStep]) throws -> SourceTaken? {
        if let refusal = try SourceTaken.refusal(of: steps, position: { try position(of: $0) }) { return refusal }
        for step in steps { try put(step.end) }
        return nil
    }

    /// Where a partition stands; `nil` when nobody ever claimed it.
    private func position(of partition: SourcePartition) throws -> SourcePosition? {
        try connection.query(
            "SELECT epoch, next FROM source_position WHERE tenant = $1 AND source = $2 AND topic = $3 AND number = $4",
            tenant,
            .text(partition.source),
            .text(partition.topic),
            .number(partition.number)
        ).first { SourcePosition(partition: partition, epoch: $0.integer(0), next: $0.optionalInteger(1)) }
    }

    private func put(_ position: SourcePosition) throws {
        try connection.query(
            """
            INSERT INTO source_position (tenant, source, topic, number, epoch, next) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant, source, topic, number) DO UPDATE SET epoch = excluded.epoch, next = excluded.next
            """,
            tenant,
            .text(position.partition.source),
            .text(position.partition.topic),
            .number(position.partition.number),
            .integer(position.epoch),
            .integer(position.next)
        )
    }
}
#endif
