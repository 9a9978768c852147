/// A part of an outside source of events that is read in order, such as a partition of a Kafka topic.
public struct SourcePartition: Hashable, Sendable {
    /// What the source is called in the settings: two sources may read topics of one name, of different clusters.
    public var source: String
    /// The topic.
    public var topic: String
    /// The partition's number within its topic.
    public var number: Int32

    /// Creates a partition.
    public init(source: String, topic: String, number: Int32) {
        (self.source, self.topic, self.number) = (source, topic, number)
    }
}

/// How far a partition was read, as whoever reads it knows it.
public struct SourcePosition: Sendable, Equatable {
    /// The partition.
    public var partition: SourcePartition
    /// Which reader's it is: it grows with every claim, and only the newest one may write.
    public var epoch: Int64
    /// The offset of the first message that is not in the log yet; `nil` before the first one.
    public var next: Int64?

    /// Creates a position.
    public init(partition: SourcePartition, epoch: Int64, next: Int64? = nil) {
        (self.partition, self.epoch, self.next) = (partition, epoch, next)
    }
}

/// A move of a position, which is written with what was read on the way.
public struct SourceStep: Sendable, Equatable {
    /// Where the reader stands.
    public var start: SourcePosition
    /// The offset of the first message that is not read.
    public var next: Int64

    /// Creates a step.
    public init(from start: SourcePosition, to next: Int64) { (self.start, self.next) = (start, next) }

    /// Where the reader stands once the step is written.
    public var end: SourcePosition {
        SourcePosition(partition: start.partition, epoch: start.epoch, next: next)
    }
}

/// A reader wrote from a partition that another one has taken over, or from elsewhere than where the partition stands.
///
/// Nothing was written. Whoever still has the partition claims it again and goes on from the position in the store.
public struct SourceTaken: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where the reader thought to be.
    public var held: SourcePosition
    /// Where the partition stands; `nil` when nobody ever claimed it.
    public var kept: SourcePosition?

    /// Creates an error.
    public init(held: SourcePosition, kept: SourcePosition?) { (self.held, self.kept) = (held, kept) }

    /// What became of the partition, in words.
    public var description: String {
        let partition = "Partition \(held.partition.number) of '\(held.partition.topic)'"
        guard let kept else { return "\(partition) was never claimed by a reader." }
        guard kept.epoch == held.epoch else { return "\(partition) was taken over by another reader." }
        return "\(partition) stands at \(Self.words(kept.next)), and what came was to follow \(Self.words(held.next))."
    }

    private static func words(_ offset: Int64?) -> String { offset.map(String.init) ?? "its beginning" }
}
