import FreshetCore

/// What a source is doing: for the status and the metrics.
public struct KafkaSourceStatus: Sendable, Equatable {
    /// A partition that is read.
    public struct Partition: Sendable, Equatable {
        /// The topic.
        public var topic: String
        /// The number within the topic.
        public var number: Int32
        /// The offset of the first message that is not in the log yet; `nil` before the first one.
        public var next: Int64?
        /// How many messages wait in the topic, as far as is known.
        public var lag: Int64?

        /// Both, as people write them.
        public var name: String { "\(topic)/\(number)" }

        init(_ position: SourcePosition, end: Int64?) {
            (topic, number, next) = (position.partition.topic, position.partition.number, position.next)
            lag = end.flatMap { end in position.next.map { max(0, end - $0) } }
        }
    }

    /// The partitions that are read.
    public var partitions: [Partition] = []
    /// How many messages were read since the start.
    public var messages = 0
    /// How many events they brought.
    public var events = 0
    /// How many of them were of no use.
    public var deadLetters = 0
    /// How often another reader had taken a partition when its messages were to be written.
    public var takeovers = 0
    /// Whether fetching pauses, since the store does not take what was read.
    public var isPaused = false
    /// What does not work, in words.
    public var problem: String?

    /// Creates a status of nothing.
    public init() {}

    mutating func note(_ batch: MessageBatch) {
        messages += batch.messages.count
        events += batch.events.count
        deadLetters += batch.deadLetters.count
    }
}
