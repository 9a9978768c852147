import FreshetCore

/// Reads topics into the log: every message is in it exactly once, whatever ends in between.
///
/// How far a partition was read stands in the store, and moves in the transaction of its events. So nothing is committed
/// to Kafka, and where a member of the group goes on is never the group's word but the store's. A message that says
/// nothing Freshet can keep goes to the dead letters before its offset is passed: after a crash it may be there twice.
public actor KafkaSource {
    /// What a source is told.
    public struct Configuration: Sendable {
        /// What it is called in the store: under another name everything is read again.
        public var name: String
        /// The topics that it reads.
        public var topics: [String: TopicRule]
        /// How many messages go into one transaction at most.
        public var maximumBatch: Int
        /// Which ids are sound.
        public var identifiers: IdentifierRule
        /// The time between two questions to brokers from which nothing comes.
        public var quietTime: Duration

        /// Creates a configuration.
        public init(
            name: String = "kafka",
            topics: [String: TopicRule],
            maximumBatch: Int = 1_000,
            identifiers: IdentifierRule = IdentifierRule(),
            quietTime: Duration = .seconds(5)
        ) {
            (self.name, self.topics) = (name, topics)
            (self.maximumBatch, self.identifiers, self.quietTime) = (maximumBatch, identifiers, quietTime)
        }
    }

    private let configuration: Configuration
    private let consumer: any MessageConsumer
    private let receiver: any SourceReceiver
    private let office: (any DeadLetterOffice)?
    private let reader: MessageReader
    private var table: PartitionTable
    /// What was read and is not in the store yet.
    private var batch: MessageBatch?
    private var isPaused = false
    private var counts = KafkaSourceStatus()
    /// What does not work between this member and the brokers, as they were last asked.
    private var brokersProblem: String?
    /// Why what was read is not kept.
    private var storeProblem: String?
    private var nextCheck: ContinuousClock.Instant

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - configuration: what to read.
    ///   - consumer: a member of the group, subscribed to the topics.
    ///   - receiver: where the messages go.
    ///   - office: where messages go that are of no use; without one the first such message ends the source.
    public init(
        _ configuration: Configuration,
        consumer: any MessageConsumer,
        receiver: any SourceReceiver,
        deadLetters office: (any DeadLetterOffice)?
    ) {
        (self.configuration, self.consumer, self.receiver, self.office) = (configuration, consumer, receiver, office)
        reader = MessageReader(topics: configuration.topics, identifiers: configuration.identifiers)
        table = PartitionTable(source: configuration.name)
        nextCheck = .now + configuration.quietTime
    }

    /// Reads until the task is cancelled.
    /// - Throws: ``FreshetError`` of kind `invalidData` for a message of no use where there are no dead letters, and what the
    ///   consumer throws when it cannot go on.
    public func run() async throws {
        while !Task.isCancelled { try await step() }
    }

    /// What it is doing.
    public var status: KafkaSourceStatus {
        var status = counts
        status.isPaused = isPaused
        status.problem = storeProblem ?? brokersProblem
        status.partitions = table.positions.values
            .map { KafkaSourceStatus.Partition($0, end: consumer.end(of: $0.partition)) }
            .sorted { ($0.topic, $0.number) < ($1.topic, $1.number) }
        return status
    }

    /// One round: what came, and where it goes.
    func step() async throws {
        let polled = try await consumer.poll(upTo: batch == nil ? configuration.maximumBatch : 0)
        if let problem = polled.problems.last { noteBrokers(problem) }
        // Where nothing comes there may be nothing, or nobody who answers: librdkafka says that to its log alone.
        if polled.messages.isEmpty, batch == nil, .now >= nextCheck { noteBrokers(await consumer.check()) }
        if let change = polled.change {
            // What was not written is read again by whoever has the partition now.
            batch = nil
            table.follow(change)
            if change == .revoked { try await consumer.assign([]) }
        }
        if !table.unclaimed.isEmpty { try await claim() }
        if batch == nil {
            let messages = table.unread(among: polled.messages)
            if !messages.isEmpty { batch = MessageBatch(messages, reader, receiver) }
        }
        if let batch { try await write(batch) }
    }

    private func noteBrokers(_ problem: String?) {
        brokersProblem = problem
        nextCheck = .now + configuration.quietTime
    }

    /// Claims what the group gave; where the store does not answer, the next round tries again.
    private func claim() async throws {
        do {
            table.hold(try await receiver.claim(table.unclaimed))
        } catch let error {
            storeProblem = "The partitions cannot be claimed: \(error)"
            return
        }
        storeProblem = nil
        try await consumer.assign(Array(table.positions.values))
        isPaused = false
    }

    /// Writes a batch; where the store does not take it now, fetching pauses and the next round tries again.
    private func write(_ batch: MessageBatch) async throws {
        if office == nil, let letter = batch.deadLetters.first { throw Self.refusal(of: letter) }
        let steps = table.steps(over: batch.messages)
        do {
            try await send(batch.deadLetters)
            for change in batch.changes { try await receiver.apply(change) }
            try await receiver.append(batch.events, moving: steps)
        } catch let taken as SourceTaken {
            storeProblem = taken.description
            counts.takeovers += 1
            self.batch = nil
            // If the partition is another's by now, the group says so before it is claimed again.
            table.yield()
            try await consumer.assign([])
            return
        } catch let error {
            storeProblem = "What was read cannot be kept: \(error)"
            if !isPaused { try await consumer.pause() }
            isPaused = true
            return
        }
        table.move(steps)
        self.batch = nil
        storeProblem = nil
        counts.note(batch)
        if isPaused { try await consumer.resume() }
        isPaused = false
    }

    /// Sends the letters of the batch that is being written, once.
    private func send(_ letters: [DeadLetter]) async throws {
        guard let office, !letters.isEmpty, batch?.isReported == false else { return }
        try await office.send(letters)
        batch?.isReported = true
    }

    private static func refusal(of letter: DeadLetter) -> FreshetError {
        let message = letter.message
        return FreshetError(
            .invalidData,
            "Message \(message.offset) of '\(message.topic)', partition \(message.partition), is of no use: \(letter.reason).",
            remedy: "Name a topic for such messages with kafka.dead_letters, and reading goes on behind them."
        )
    }
}

/// Messages that were read and go into the store together.
struct MessageBatch {
    /// The messages.
    let messages: [KafkaMessage]
    /// The events that they bring.
    private(set) var events: [Event] = []
    /// The changes of the catalogue that they bring, in order.
    private(set) var changes: [CatalogueChange] = []
    /// The messages that are of no use.
    private(set) var deadLetters: [DeadLetter] = []
    /// Whether these were sent.
    var isReported = false

    init(_ messages: [KafkaMessage], _ reader: MessageReader, _ receiver: any SourceReceiver) {
        self.messages = messages
        events.reserveCapacity(messages.count)
        for message in messages {
            do throws(BadMessage) {
                switch try reader.content(of: message) {
                case .change(let change):
                    if let problem = receiver.problem(with: change) { throw BadMessage(problem) }
                    changes.append(change)
                case .events(let read):
                    if let problem = read.lazy.compactMap({ receiver.problem(with: $0) }).first {
                        throw BadMessage(problem)
                    }
                    events += read
                }
            } catch let fault {
                deadLetters.append(DeadLetter(message, reason: fault.reason))
            }
        }
    }
}
