#if Kafka
import CRDKafka
import FreshetCore
import FreshetData
import FreshetStorage
import Testing

@testable import FreshetKafka

/// librdkafka's own cluster in this process: what the adapter does, not what brokers do.
@Suite(.timeLimit(.minutes(5))) struct MockClusterTests {
    @Test func readsWhatWasSentAndPutsAsideTheRest() async throws {
        let cluster = try MockCluster(topics: ["events": 3, "dead": 1])
        try await cluster.send((0..<500).map { #"{"user":"u","item":"i\#($0)","time":1}"# } + ["{"], to: "events")
        let receiver = TestReceiver(try SQLiteStore.temporary())
        let office = DeadLetterTopic("dead", by: try LibrdkafkaProducer(properties: cluster.properties))
        let source = KafkaSource(
            .init(topics: ["events": TopicRule(.events)], maximumBatch: 64),
            consumer: try LibrdkafkaConsumer(source: "kafka", topics: ["events"], properties: cluster.properties),
            receiver: receiver,
            deadLetters: office
        )
        // Joining takes the mock group three seconds.
        for _ in 0..<200 where await source.status.messages < 501 { try await source.step() }
        #expect(try Set(receiver.items()).count == 500 && receiver.items().count == 500)
        #expect(await source.status.deadLetters == 1)
        #expect(await source.status.partitions.map(\.lag) == [0, 0, 0])
    }
}

/// A cluster of two brokers in this process.
private final class MockCluster {
    let properties: [String: String]
    private let client: LibrdkafkaClient
    private let producer: LibrdkafkaProducer

    private final class Nothing {}

    init(topics: [String: Int32]) throws {
        client = try LibrdkafkaClient(RD_KAFKA_PRODUCER, [("test.mock.num.brokers", "2")], context: Nothing()) { _ in }
        let cluster = try #require(rd_kafka_handle_mock_cluster(client.handle))
        for (topic, partitions) in topics { rd_kafka_mock_topic_create(cluster, topic, partitions, 1) }
        let servers = try #require(rd_kafka_mock_cluster_bootstraps(cluster))
        properties = ["bootstrap.servers": String(cString: servers), "group.id": "freshet"]
        producer = try LibrdkafkaProducer(properties: ["bootstrap.servers": String(cString: servers)])
    }

    /// Sends values.
    func send(_ values: [String], to topic: String) async throws {
        try await producer.send(
            values.enumerated().map { place, value in
                OutgoingMessage(topic: topic, key: Array(String(place).utf8), value: Array(value.utf8))
            }
        )
    }
}
#endif
