import FreshetCore

/// A message of a topic.
public struct KafkaMessage: Sendable, Equatable {
    /// The topic.
    public var topic: String
    /// The partition's number.
    public var partition: Int32
    /// Its place in the partition; places may be missing between two messages.
    public var offset: Int64
    /// The key, if it has one.
    public var key: [UInt8]?
    /// What it says; `nil` where it says that what its key names is gone.
    public var value: [UInt8]?

    /// Creates a message.
    public init(topic: String, partition: Int32, offset: Int64, key: [UInt8]? = nil, value: [UInt8]?) {
        (self.topic, self.partition, self.offset) = (topic, partition, offset)
        (self.key, self.value) = (key, value)
    }

    /// Its partition as a source of a name has it.
    func partition(of source: String) -> SourcePartition {
        SourcePartition(source: source, topic: topic, number: partition)
    }
}

/// A message that says nothing Freshet can keep, with the reason: what goes to the dead-letter topic.
public struct DeadLetter: Sendable, Equatable {
    /// The message as it came.
    public var message: KafkaMessage
    /// What is wrong with it.
    public var reason: String

    /// Creates a dead letter.
    public init(_ message: KafkaMessage, reason: String) { (self.message, self.reason) = (message, reason) }

    /// The headers that say why it is there and where it came from; key and value stay as they are.
    public var headers: [OutgoingMessage.Header] {
        [
            .init("freshet-reason", reason), .init("freshet-topic", message.topic),
            .init("freshet-partition", String(message.partition)), .init("freshet-offset", String(message.offset)),
        ]
    }
}
