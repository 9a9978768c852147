import FreshetCore
import GRDB

extension SQLiteStore: SourcePositionStore {
    /// Takes partitions over, in one transaction: whoever claimed them before can write from them no more.
    public func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] {
        guard !partitions.isEmpty else { return [] }
        return try await write { db, _ in
            let positions = try SourcePositions(db)
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
        try await read { try SourcePositions.all(of: source, $0) }
    }
}

/// Reads and moves positions of sources, inside a transaction.
struct SourcePositions {
    private let findRow: RawStatement
    private let putRow: RawStatement

    init(_ db: Database) throws {
        findRow = try RawStatement(
            db,
            "SELECT epoch, next FROM source_position WHERE source = ? AND topic = ? AND number = ?"
        )
        putRow = try RawStatement(
            db,
            "INSERT OR REPLACE INTO source_position (source, topic, number, epoch, next) VALUES (?, ?, ?, ?, ?)"
        )
    }

    /// Where a partition stands; `nil` when nobody ever claimed it.
    func position(of partition: SourcePartition) throws -> SourcePosition? {
        bind(partition, to: findRow)
        var position: SourcePosition?
        try findRow.forEachRow {
            position = SourcePosition(
                partition: partition,
                epoch: findRow.integer(0),
                next: findRow.isNull(1) ? nil : findRow.integer(1)
            )
            return false
        }
        return position
    }

    /// Gives a partition to whoever asks.
    func claim(_ partition: SourcePartition) throws -> SourcePosition {
        var position = try position(of: partition) ?? SourcePosition(partition: partition, epoch: 0)
        position.epoch += 1
        try put(position)
        return position
    }

    /// Why these steps cannot be made, or `nil`; a partition may have several, one behind the other.
    func refusal(of steps: [SourceStep]) throws -> SourceTaken? {
        try SourceTaken.refusal(of: steps) { try position(of: $0) }
    }

    /// Keeps a position.
    func put(_ position: SourcePosition) throws {
        bind(position.partition, to: putRow)
        putRow.bind(4, position.epoch)
        putRow.bind(5, position.next)
        try putRow.run()
    }

    private func bind(_ partition: SourcePartition, to statement: RawStatement) {
        statement.bind(1, partition.source)
        statement.bind(2, partition.topic)
        statement.bind(3, Int64(partition.number))
    }

    static func all(of source: String, _ db: Database) throws -> [SourcePosition] {
        let rows = try RawStatement(
            db,
            "SELECT topic, number, epoch, next FROM source_position WHERE source = ? ORDER BY topic, number"
        )
        rows.bind(1, source)
        var positions: [SourcePosition] = []
        try rows.forEachRow {
            positions.append(
                SourcePosition(
                    partition: SourcePartition(
                        source: source,
                        topic: rows.text(0) ?? "",
                        number: Int32(truncatingIfNeeded: rows.integer(1))
                    ),
                    epoch: rows.integer(2),
                    next: rows.isNull(3) ? nil : rows.integer(3)
                )
            )
            return true
        }
        return positions
    }
}
