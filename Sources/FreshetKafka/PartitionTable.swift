import FreshetCore

/// The partitions that a member of the group reads, and how far it has come in each.
struct PartitionTable {
    /// What the source is called.
    let source: String
    /// Where each partition stands that is read.
    private(set) var positions: [SourcePartition: SourcePosition] = [:]
    /// Partitions that the group gave to this member, and that it has to claim before it reads them.
    private(set) var unclaimed: [SourcePartition] = []

    init(source: String) { self.source = source }

    /// Takes the group's decision: what was read before is over.
    mutating func follow(_ change: Polled.Change) {
        positions = [:]
        switch change {
        case .assigned(let partitions): unclaimed = partitions
        case .revoked: unclaimed = []
        }
    }

    /// Has all partitions claimed anew: another reader claimed one of them, which it should not have, or was given.
    mutating func yield() {
        unclaimed += positions.keys.sorted { $0.isBefore($1) }
        positions = [:]
    }

    /// Takes positions that the store gave to this member.
    mutating func hold(_ claimed: [SourcePosition]) {
        for position in claimed { positions[position.partition] = position }
        unclaimed = []
    }

    /// The messages that are to be read: of a partition that is held, and not read before.
    func unread(among messages: [KafkaMessage]) -> [KafkaMessage] {
        messages.filter { message in
            guard let position = positions[message.partition(of: source)] else { return false }
            return position.next.map { message.offset >= $0 } ?? true
        }
    }

    /// The steps over messages, one a partition.
    func steps(over messages: [KafkaMessage]) -> [SourceStep] {
        var ends: [SourcePartition: Int64] = [:]
        for message in messages {
            let partition = message.partition(of: source)
            ends[partition] = max(ends[partition] ?? .min, message.offset + 1)
        }
        return ends.compactMap { partition, end in positions[partition].map { SourceStep(from: $0, to: end) } }
            .sorted { $0.start.partition.isBefore($1.start.partition) }
    }

    /// Takes steps that are in the store.
    mutating func move(_ steps: [SourceStep]) {
        for step in steps { positions[step.start.partition] = step.end }
    }
}

extension SourcePartition {
    /// Whether it comes before another by topic and number.
    fileprivate func isBefore(_ other: SourcePartition) -> Bool { (topic, number) < (other.topic, other.number) }
}
