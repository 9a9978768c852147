import FreshetCore
import FreshetData
import FreshetStorage
import Synchronization

@testable import FreshetKafka

/// Topics in memory, and members of one group that read them: whoever joined last has all partitions.
final class TestBroker: Sendable {
    private struct State {
        var messages: [SourcePartition: [KafkaMessage]] = [:]
        var owner: TestConsumer?
    }

    private let state = Mutex(State())

    /// Adds a message to a partition of the topic `events`, unless another is named.
    func send(_ value: String?, key: String? = nil, to number: Int32 = 0, of topic: String = "events") {
        state.withLock { state in
            let partition = SourcePartition(source: "kafka", topic: topic, number: number)
            let offset = Int64(state.messages[partition]?.count ?? 0)
            let message = KafkaMessage(
                topic: topic,
                partition: number,
                offset: offset,
                key: key.map { Array($0.utf8) },
                value: value.map { Array($0.utf8) }
            )
            state.messages[partition, default: []].append(message)
        }
    }

    /// A member that has all partitions from now on; the one before hears of it when it next asks, or never.
    func join(silently: Bool = false) -> TestConsumer {
        let consumer = TestConsumer(self)
        let (before, partitions) = state.withLock { state in
            defer { state.owner = consumer }
            return (state.owner, state.messages.keys.sorted { $0.number < $1.number })
        }
        if !silently { before?.tell(.revoked) }
        consumer.tell(.assigned(partitions))
        return consumer
    }

    func messages(of position: SourcePosition, limit: Int) -> [KafkaMessage] {
        state.withLock { state in
            let all = state.messages[position.partition] ?? []
            return Array(all.dropFirst(Int(position.next ?? 0)).prefix(limit))
        }
    }

    func end(of partition: SourcePartition) -> Int64 { state.withLock { Int64($0.messages[partition]?.count ?? 0) } }
}

/// A member of the group.
final class TestConsumer: MessageConsumer {
    private struct State {
        var change: Polled.Change?
        var positions: [SourcePosition] = []
        var isPaused = false
        var problem: String?
    }

    private let broker: TestBroker
    private let state = Mutex(State())

    init(_ broker: TestBroker) { self.broker = broker }

    var isPaused: Bool { state.withLock { $0.isPaused } }

    func tell(_ change: Polled.Change) { state.withLock { $0.change = change } }

    func poll(upTo limit: Int) async throws -> Polled {
        state.withLock { state in
            if let change = state.change {
                state.change = nil
                return Polled(change: change)
            }
            guard !state.isPaused else { return Polled() }
            var read: [KafkaMessage] = []
            for place in state.positions.indices {
                let messages = broker.messages(of: state.positions[place], limit: limit - read.count)
                if let last = messages.last { state.positions[place].next = last.offset + 1 }
                read += messages
            }
            return Polled(messages: read)
        }
    }

    func assign(_ positions: [SourcePosition]) async throws {
        let sorted = positions.sorted { $0.partition.number < $1.partition.number }
        state.withLock { ($0.positions, $0.isPaused) = (sorted, false) }
    }

    func pause() async throws { state.withLock { $0.isPaused = true } }
    func resume() async throws { state.withLock { $0.isPaused = false } }
    func check() async -> String? { state.withLock { $0.problem } }
    func setProblem(_ problem: String?) { state.withLock { $0.problem = problem } }
    func end(of partition: SourcePartition) -> Int64? { broker.end(of: partition) }
}

/// A store that may be out of order.
final class TestReceiver: SourceReceiver {
    /// What happens to an append.
    enum Fault: Sendable {
        /// Nothing is written.
        case before
        /// All is written, and the answer is lost.
        case after
    }

    let store: SQLiteStore
    private let fault = Mutex<Fault?>(nil)
    private let applied = Mutex<[CatalogueChange]>([])

    init(_ store: SQLiteStore) { self.store = store }

    var changes: [CatalogueChange] { applied.withLock { $0 } }

    func fail(_ fault: Fault?) { self.fault.withLock { $0 = fault } }

    func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] { try await store.claim(partitions) }

    func problem(with event: Event) -> String? { event.type == "unsound" ? "'type' is unsound" : nil }

    func append(_ events: [Event], moving steps: [SourceStep]) async throws {
        let fault = fault.withLock { $0 }
        if fault == .before { throw FreshetError(.external, "The disk is full.") }
        _ = try await store.append(events, moving: steps)
        if fault == .after { throw FreshetError(.external, "The answer is lost.") }
    }

    func apply(_ change: CatalogueChange) async throws { applied.withLock { $0.append(change) } }

    /// The items of the log, in order: what the tests tell messages by.
    func items() throws -> [String] {
        try store.events(after: 0, limit: 1_000_000).map { store.vocabulary.id(of: $0.item) }
    }
}

/// Keeps dead letters.
final class TestOffice: DeadLetterOffice {
    private let kept = Mutex<[DeadLetter]>([])
    var letters: [DeadLetter] { kept.withLock { $0 } }
    func send(_ letters: [DeadLetter]) async throws { kept.withLock { $0 += letters } }
}
