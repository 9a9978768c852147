#if Kafka
import CoreMetrics
import Foundation
import FreshetCore
import FreshetEngine
import FreshetKafka
import Logging
import ServiceLifecycle

/// Reads an engine's topics, and tells others what it shows and decides, until shutdown.
struct KafkaService: Service {
    /// The part of the engine's health that it is.
    private static let part = "kafka"
    /// The same of what it tells.
    private static let sinkPart = "kafka sink"
    /// The longest time between two trials.
    private static let longestPause = Duration.seconds(30)

    private let settings: KafkaSettings
    private let engine: Engine
    private let receiver: EngineReceiver
    private let properties: [String: String]
    private let producer: LibrdkafkaProducer
    private let logger: Logger

    /// Prepares a service; ``run()`` reads.
    /// - Throws: ``FreshetError`` for a property that librdkafka does not take, and for a file that cannot be read.
    init(_ settings: KafkaSettings, engine: Engine, logger: Logger) throws {
        (self.settings, self.engine, self.logger) = (settings, engine, logger)
        receiver = EngineReceiver(engine: engine)
        properties = try settings.readProperties()
        // Refuses what librdkafka does not take, of consumers as well.
        producer = try LibrdkafkaProducer(properties: properties)
    }

    /// Reads and tells until shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                if !settings.rules.isEmpty { group.addTask { await read() } }
                if let sink { group.addTask { await tell(by: sink) } }
            }
        }
    }

    private func consumer() throws -> LibrdkafkaConsumer {
        try LibrdkafkaConsumer(
            source: settings.source,
            topics: settings.rules.keys.sorted(),
            properties: properties.merging(["group.id": settings.group]) { own, _ in own }
        )
    }

    // MARK: Reading

    private func read() async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do {
                try await readOnce()
            } catch is CancellationError {
                return
            } catch let error {
                engine.report(Self.part, failure: error)
            }
            if ContinuousClock.now - began > Self.longestPause { pause = .seconds(1) }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Joins the group and reads until something cannot go on.
    private func readOnce() async throws {
        let source = KafkaSource(
            .init(
                name: settings.source,
                topics: settings.rules,
                maximumBatch: settings.batch,
                identifiers: engine.configuration.ingest.identifiers
            ),
            consumer: try consumer(),
            receiver: receiver,
            deadLetters: settings.deadLetters.isEmpty ? nil : DeadLetterTopic(settings.deadLetters, by: producer)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run() }
            group.addTask { try await watch(source) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Shows every second what a source does.
    private func watch(_ source: KafkaSource) async throws {
        var before = KafkaSourceStatus()
        while true {
            try await Task.sleep(for: .seconds(1))
            let status = await source.status
            engine.report(Self.part, failure: status.problem.map { FreshetError(.external, $0) })
            count("freshet_kafka_messages", status.messages - before.messages)
            count("freshet_kafka_events", status.events - before.events)
            count("freshet_kafka_dead_letters", status.deadLetters - before.deadLetters)
            // What another member reads by now has no lag here.
            for partition in before.partitions { lag(of: partition).record(0) }
            for partition in status.partitions { lag(of: partition).record(partition.lag ?? 0) }
            let (names, earlier) = (status.partitions.map(\.name), before.partitions.map(\.name))
            if names != earlier { logger.notice("partitions are read", metadata: ["partitions": "\(names)"]) }
            before = status
        }
    }

    private func count(_ name: String, _ number: Int) {
        Counter(label: name, dimensions: engine.tenant.labels).increment(by: number)
    }

    private func lag(of partition: KafkaSourceStatus.Partition) -> Gauge {
        Gauge(
            label: "freshet_kafka_lag_messages",
            dimensions: engine.tenant.labels + [("topic", partition.topic), ("partition", "\(partition.number)")]
        )
    }

    // MARK: Telling

    private var sink: KafkaSink? {
        let topics = KafkaSink.Topics(
            shown: settings.shown.isEmpty ? nil : settings.shown,
            decisions: settings.decisions.isEmpty ? nil : settings.decisions
        )
        guard topics.shown != nil || topics.decisions != nil else { return nil }
        return KafkaSink(name: "\(settings.source).sink", topics: topics, origin: receiver, producer: producer) {
            Int64(Date().timeIntervalSince1970 * 1000)
        }
    }

    private func tell(by sink: KafkaSink) async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            do {
                let isMore = try await sink.step()
                engine.report(Self.sinkPart, failure: nil)
                pause = isMore ? .zero : .seconds(1)
            } catch is CancellationError {
                return
            } catch let error {
                engine.report(Self.sinkPart, failure: error)
                pause = min(max(.seconds(1), pause * 2), Self.longestPause)
            }
            try? await Task.sleep(for: pause)
        }
    }
}
#endif
