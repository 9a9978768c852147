/// What sends messages to topics: librdkafka, or a test's own.
public protocol MessageProducer: Sendable {
    /// Sends messages, and returns when the brokers have them; where it throws, some may be there.
    func send(_ messages: [OutgoingMessage]) async throws
}

/// A message to be sent.
public struct OutgoingMessage: Sendable, Equatable {
    /// Where it goes.
    public var topic: String
    /// What it is about: messages of a key stay in their order.
    public var key: [UInt8]?
    /// What it says.
    public var value: [UInt8]?
    /// What is known of it besides.
    public var headers: [Header]

    /// A name and a value.
    public struct Header: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// Creates a header.
        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// Creates a message.
    public init(topic: String, key: [UInt8]?, value: [UInt8]?, headers: [Header] = []) {
        (self.topic, self.key, self.value, self.headers) = (topic, key, value, headers)
    }
}

/// Dead letters as messages of a topic.
public struct DeadLetterTopic: DeadLetterOffice {
    private let name: String
    private let producer: any MessageProducer

    /// Sends letters to a topic.
    public init(_ name: String, by producer: any MessageProducer) { (self.name, self.producer) = (name, producer) }

    /// Sends letters, and returns when the brokers have them.
    public func send(_ letters: [DeadLetter]) async throws {
        try await producer.send(
            letters.map { letter in
                OutgoingMessage(
                    topic: name,
                    key: letter.message.key,
                    value: letter.message.value,
                    headers: letter.headers
                )
            }
        )
    }
}
