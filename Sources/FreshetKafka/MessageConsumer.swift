import FreshetCore

/// What reads topics as a member of a consumer group: librdkafka, or a test's own.
///
/// It is used by one caller at a time. Offsets are the store's: it commits none.
public protocol MessageConsumer: Sendable {
    /// What came within a short while, up to `limit` messages; with a limit of 0 only what else there is to say.
    ///
    /// It must be called every few seconds, however long the store takes: a member that does not is taken for dead.
    func poll(upTo limit: Int) async throws -> Polled

    /// Reads these partitions and no others, each from its position: at its beginning where that has no next offset.
    ///
    /// The answer to every ``Polled/Change``; what was fetched before is forgotten.
    func assign(_ positions: [SourcePosition]) async throws

    /// Fetches no more messages until ``resume()``: what was fetched is kept.
    func pause() async throws

    /// Goes on fetching.
    func resume() async throws

    /// Asks the brokers for every topic: what does not work, in words, or `nil`.
    func check() async -> String?

    /// The offset behind the newest message of a partition, as far as is known.
    func end(of partition: SourcePartition) -> Int64?
}

/// What a consumer has to say.
public struct Polled: Sendable {
    /// The group's decision on who reads what.
    public enum Change: Sendable, Equatable {
        /// These partitions are this member's, and no others.
        case assigned([SourcePartition])
        /// This member has none until the next decision.
        case revoked
    }

    /// The last decision, if there was one; the messages are none then.
    public var change: Change?
    /// Messages, those of a partition in order.
    public var messages: [KafkaMessage]
    /// What does not work, in words, such as a topic that does not exist; the consumer goes on trying.
    public var problems: [String]

    /// Creates an answer.
    public init(change: Change? = nil, messages: [KafkaMessage] = [], problems: [String] = []) {
        (self.change, self.messages, self.problems) = (change, messages, problems)
    }
}

/// Where dead letters go.
public protocol DeadLetterOffice: Sendable {
    /// Sends letters, and returns when the brokers have them.
    func send(_ letters: [DeadLetter]) async throws
}

/// Where what a source reads goes: an engine, or a store.
public protocol SourceReceiver: Sendable {
    /// Takes partitions over (``FreshetCore/SourcePositionStore/claim(_:)``).
    func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition]
    /// What is wrong with an event, or `nil`.
    func problem(with event: Event) -> String?
    /// What is wrong with a change of the catalogue, or `nil`.
    func problem(with change: CatalogueChange) -> String?
    /// Appends events and moves positions with them (``FreshetCore/SourcePositionStore/append(_:moving:)``).
    func append(_ events: [Event], moving steps: [SourceStep]) async throws
    /// Makes a change of the catalogue: one that is made twice is made once.
    func apply(_ change: CatalogueChange) async throws
}

extension SourceReceiver {
    /// Nothing: all that can be read can be kept.
    public func problem(with change: CatalogueChange) -> String? { nil }
}

/// What a message of a topic of items or users says.
public enum CatalogueChange: Sendable, Equatable {
    /// An item is there, or is another now.
    case item(Item)
    /// An item is gone.
    case removal(item: String)
    /// A user says something else of themselves.
    case user(User)
}
