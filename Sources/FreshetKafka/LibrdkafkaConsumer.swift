#if Kafka
import CRDKafka
import FreshetCore
import Synchronization

/// A member of a consumer group, by librdkafka.
///
/// `@unchecked Sendable`: what changes is behind a lock.
public final class LibrdkafkaConsumer: MessageConsumer, @unchecked Sendable {
    /// How long a poll waits for something to come, in milliseconds.
    private static let patience: Int32 = 100

    /// What the group decided, and not asked for yet; librdkafka's callback has it.
    private final class Decisions: Sendable {
        let change = Mutex<Polled.Change?>(nil)
        let isClosing = Atomic(false)
        let source: String

        init(source: String) { self.source = source }
    }

    /// How long brokers may take to answer a question, in milliseconds.
    private static let answerPatience: Int32 = 2_000

    private let client: LibrdkafkaClient
    private let topics: [String]
    private let decisions: Decisions
    /// Messages that came although none were asked for.
    private let early = Mutex<[KafkaMessage]>([])
    /// What is assigned, for pausing.
    private let assigned = Mutex<[SourcePosition]>([])

    /// Joins a group.
    ///
    /// - Parameters:
    ///   - source: what the source is called in the store.
    ///   - topics: what to read.
    ///   - properties: librdkafka's, such as `bootstrap.servers`, `group.id` and those of TLS and SASL.
    /// - Throws: ``FreshetError`` of kind `usage` for a property that librdkafka does not take.
    public init(source: String, topics: [String], properties: [String: String]) throws {
        let decisions = Decisions(source: source)
        (self.decisions, self.topics) = (decisions, topics)
        let own = [
            // Offsets are the store's. One that a topic does not have any more is a loss that somebody must know of.
            ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("auto.offset.reset", "error"),
            // All partitions are given and taken at once.
            ("partition.assignment.strategy", "range,roundrobin"),
            // In this time a partition that a topic got is read.
            ("topic.metadata.refresh.interval.ms", "60000"),
        ]
        client = try LibrdkafkaClient(
            RD_KAFKA_CONSUMER,
            properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + own,
            context: decisions
        ) { configuration in
            rd_kafka_conf_set_rebalance_cb(configuration) { handle, code, partitions, context in
                guard let context else { return }
                let decisions = Unmanaged<Decisions>.fromOpaque(context).takeUnretainedValue()
                // Nobody is there any more to assign; else that is done when the store has given the positions.
                if decisions.isClosing.load(ordering: .acquiring) { rd_kafka_assign(handle, nil) }
                let change: Polled.Change =
                    code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
                    ? .assigned(LibrdkafkaConsumer.partitions(partitions, of: decisions.source)) : .revoked
                decisions.change.withLock { $0 = change }
            }
        }
        try LibrdkafkaClient.check(rd_kafka_poll_set_consumer(client.handle), "Kafka cannot be read")
        let list = rd_kafka_topic_partition_list_new(Int32(topics.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for topic in topics { rd_kafka_topic_partition_list_add(list, topic, -1) }
        try LibrdkafkaClient.check(rd_kafka_subscribe(client.handle, list), "The topics \(topics) cannot be read")
    }

    deinit {
        decisions.isClosing.store(true, ordering: .releasing)
        rd_kafka_assign(client.handle, nil)
        rd_kafka_consumer_close(client.handle)
    }

    /// What came within a tenth of a second.
    public func poll(upTo limit: Int) async throws -> Polled { try await client.waiting { try self.pollNow(limit) } }

    private func pollNow(_ limit: Int) throws -> Polled {
        var polled = Polled()
        if limit > 0 {
            polled.messages = early.withLock { kept in
                defer { kept = [] }; return kept
            }
        }
        var patience = polled.messages.isEmpty ? Self.patience : 0
        while polled.messages.count < max(1, limit) {
            let message = rd_kafka_consumer_poll(client.handle, patience)
            if let change = decisions.change.withLock({ change in
                defer { change = nil }; return change
            }) {
                if let message { rd_kafka_message_destroy(message) }
                return Polled(change: change, problems: polled.problems)
            }
            guard let message else { break }
            defer { rd_kafka_message_destroy(message) }
            patience = 0
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                if let problem = try problem(message.pointee) { polled.problems.append(problem) }
                continue
            }
            let read = Self.read(message.pointee)
            if limit > 0 { polled.messages.append(read) } else { early.withLock { $0.append(read) } }
        }
        return polled
    }

    /// What does not work, in words; `nil` where nothing does not.
    private func problem(_ message: rd_kafka_message_t) throws -> String? {
        let topic = message.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
        switch message.err {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: return nil
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
            throw FreshetError(
                .conflict,
                "Partition \(message.partition) of '\(topic)' has not the messages any more at which reading goes on.",
                remedy:
                    "They were removed before they were read. To go on at the oldest that is there, give the source "
                    + "another name; events with an 'id' are not counted twice."
            )
        case RD_KAFKA_RESP_ERR__FATAL:
            throw FreshetError(.external, "Kafka cannot be read any more: \(LibrdkafkaClient.words(message.err)).")
        default:
            let place = topic.isEmpty ? "" : "topic '\(topic)': "
            return place + LibrdkafkaClient.words(message.err)
        }
    }

    /// Reads these partitions and no others.
    public func assign(_ positions: [SourcePosition]) async throws {
        try await client.waiting {
            self.early.withLock { $0 = [] }
            self.assigned.withLock { $0 = positions }
            let list = Self.list(of: positions)
            defer { rd_kafka_topic_partition_list_destroy(list) }
            let code = rd_kafka_assign(self.client.handle, positions.isEmpty ? nil : list)
            try LibrdkafkaClient.check(code, "The partitions cannot be read")
        }
    }

    /// Fetches no more messages.
    public func pause() async throws { try await withAssigned { rd_kafka_pause_partitions($0, $1) } }

    /// Goes on fetching.
    public func resume() async throws { try await withAssigned { rd_kafka_resume_partitions($0, $1) } }

    private func withAssigned(
        _ body:
            @escaping @Sendable (OpaquePointer, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?)
            -> rd_kafka_resp_err_t
    ) async throws {
        try await client.waiting {
            let list = Self.list(of: self.assigned.withLock { $0 })
            defer { rd_kafka_topic_partition_list_destroy(list) }
            try LibrdkafkaClient.check(body(self.client.handle, list), "Reading cannot pause or go on")
        }
    }

    /// Asks the brokers for every topic: what does not work, in words, or `nil`.
    public func check() async -> String? {
        do {
            return try await client.waiting { self.topics.lazy.compactMap { self.problem(of: $0) }.first }
        } catch let error {
            return "\(error)"
        }
    }

    private func problem(of topic: String) -> String? {
        guard let handle = rd_kafka_topic_new(client.handle, topic, nil) else { return "topic '\(topic)': unknown" }
        defer { rd_kafka_topic_destroy(handle) }
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.handle, 0, handle, &answer, Self.answerPatience)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else { return LibrdkafkaClient.words(code) }
        defer { rd_kafka_metadata_destroy(answer) }
        guard answer.pointee.topic_cnt > 0, answer.pointee.topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR else {
            return nil
        }
        return "topic '\(topic)': \(LibrdkafkaClient.words(answer.pointee.topics[0].err))"
    }

    /// The offset behind the newest message, as the last answer to a fetch had it.
    public func end(of partition: SourcePartition) -> Int64? {
        var (low, high) = (Int64(-1), Int64(-1))
        let code = rd_kafka_get_watermark_offsets(client.handle, partition.topic, partition.number, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    private static func list(
        of positions: [SourcePosition]
    ) -> UnsafeMutablePointer<rd_kafka_topic_partition_list_t>? {
        let list = rd_kafka_topic_partition_list_new(Int32(positions.count))
        for position in positions {
            let entry = rd_kafka_topic_partition_list_add(list, position.partition.topic, position.partition.number)
            entry?.pointee.offset = position.next ?? Int64(RD_KAFKA_OFFSET_BEGINNING)
        }
        return list
    }

    private static func partitions(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
        of source: String
    ) -> [SourcePartition] {
        guard let list else { return [] }
        return (0..<Int(list.pointee.cnt)).map { place in
            let entry = list.pointee.elems[place]
            return SourcePartition(source: source, topic: String(cString: entry.topic), number: entry.partition)
        }
    }

    private static func read(_ message: rd_kafka_message_t) -> KafkaMessage {
        func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
            start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
        }
        return KafkaMessage(
            topic: message.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? "",
            partition: message.partition,
            offset: message.offset,
            key: bytes(message.key, message.key_len),
            value: bytes(message.payload, message.len)
        )
    }
}
#endif
