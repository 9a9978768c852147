import Dispatch
import Foundation
import FreshetCore

/// Tells topics what was shown and what was decided about versions, as the store has it.
///
/// It follows the store, so no answer waits for a broker. How far it has come is kept as a source's positions are: after a
/// crash some messages may be there twice, with the same key.
public actor KafkaSink {
    /// Where it gets what it tells, and keeps how far it has come: an engine.
    public protocol Origin: Sendable {
        /// Takes partitions over (``FreshetCore/SourcePositionStore/claim(_:)``).
        func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition]
        /// Moves positions (``FreshetCore/SourcePositionStore/append(_:moving:)``).
        func move(_ steps: [SourceStep]) async throws
        /// What was shown (``FreshetCore/FeedbackLog/impressions(after:limit:)``); it blocks the calling thread.
        func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)]
        /// The newest decisions, newest first.
        func decisions(limit: Int) async throws -> [Decision]
    }

    /// The topics that it tells.
    public struct Topics: Sendable {
        /// Of what was shown; `nil` for none.
        public var shown: String?
        /// Of what was decided about versions; `nil` for none.
        public var decisions: String?

        /// Creates topics.
        public init(shown: String? = nil, decisions: String? = nil) {
            (self.shown, self.decisions) = (shown, decisions)
        }
    }

    /// How many messages are sent at once.
    static let portion = 500
    /// How long a decision may be under way to the store, in milliseconds: none is told before that, so that none is missed.
    static let settling: Int64 = 2_000
    /// How many of the newest decisions are looked through.
    static let longestLook = 20_000

    private let name: String
    private let topics: Topics
    private let origin: any Origin
    private let producer: any MessageProducer
    private let now: @Sendable () -> Int64
    private let queue = DispatchQueue(label: "freshet.kafka.sink")
    private let encoder = JSONEncoder()
    private var positions: [String: SourcePosition] = [:]
    /// How many messages were sent since the start.
    public private(set) var messages = 0

    /// Creates a sink.
    ///
    /// - Parameters:
    ///   - name: what it is called in the store: under another name everything is told again.
    ///   - topics: where what is told.
    ///   - origin: whose answers and decisions.
    ///   - producer: what sends.
    ///   - now: the time in milliseconds since 1970.
    public init(
        name: String = "kafka.sink",
        topics: Topics,
        origin: any Origin,
        producer: any MessageProducer,
        now: @escaping @Sendable () -> Int64
    ) {
        (self.name, self.topics, self.origin, self.producer, self.now) = (name, topics, origin, producer, now)
        encoder.outputFormatting = .sortedKeys
    }

    /// Tells a portion of what was not told yet.
    /// - Returns: whether there may be more.
    /// - Throws: ``FreshetCore/SourceTaken`` when another sink of the name runs; what the store and the producer throw. The
    ///   next call tells the same again.
    public func step() async throws -> Bool {
        if positions.isEmpty { try await claim() }
        var isMore = false
        if let topic = topics.shown { isMore = try await tellShown(topic) }
        if let topic = topics.decisions { try await tellDecisions(topic) }
        return isMore
    }

    private func claim() async throws {
        let partitions = [topics.shown, topics.decisions].compactMap { $0 }
            .map { SourcePartition(source: name, topic: $0, number: 0) }
        for position in try await origin.claim(partitions) { positions[position.partition.topic] = position }
    }

    private func tellShown(_ topic: String) async throws -> Bool {
        guard let position = positions[topic] else { return false }
        let (origin, start) = (origin, position.next ?? 0)
        let rows = try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        try origin.impressions(after: start, limit: Self.portion).map { Row($0.number, $0.impression) }
                    }
                )
            }
        }
        guard let last = rows.last else { return false }
        try await send(
            try rows.map { try message(of: $0.impression, key: $0.impression.id, to: topic) },
            from: position,
            to: last.number
        )
        return rows.count == Self.portion
    }

    /// An impression and its number.
    private struct Row: Sendable {
        let number: Int64
        let impression: Impression

        init(_ number: Int64, _ impression: Impression) { (self.number, self.impression) = (number, impression) }
    }

    private func tellDecisions(_ topic: String) async throws {
        guard let position = positions[topic] else { return }
        let (start, end) = (position.next ?? 0, now() - Self.settling)
        var limit = 100
        var newest = try await origin.decisions(limit: limit)
        while newest.count == limit, limit < Self.longestLook, newest.last.map({ $0.time >= start }) == true {
            limit *= 4
            newest = try await origin.decisions(limit: limit)
        }
        // The store has them as they came, which is not always as they were made.
        let untold = newest.reversed().filter { start <= $0.time && $0.time < end }.sorted { $0.time < $1.time }
        guard let last = untold.last else { return }
        let messages = try untold.map { try message(of: $0, key: "\($0.version)", to: topic) }
        try await send(messages, from: position, to: last.time + 1)
    }

    private func message(of value: some Encodable, key: String, to topic: String) throws -> OutgoingMessage {
        OutgoingMessage(topic: topic, key: Array(key.utf8), value: Array(try encoder.encode(value)))
    }

    private func send(_ messages: [OutgoingMessage], from position: SourcePosition, to next: Int64) async throws {
        try await producer.send(messages)
        let step = SourceStep(from: position, to: next)
        do {
            try await origin.move([step])
        } catch let taken as SourceTaken {
            // Whoever else tells goes on; this one claims again, and the operator is told that there are two.
            positions = [:]
            throw taken
        }
        positions[position.partition.topic] = step.end
        self.messages += messages.count
    }
}
