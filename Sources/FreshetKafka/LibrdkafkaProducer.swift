#if Kafka
import CRDKafka
import FreshetCore
import Synchronization

/// Sends messages, by librdkafka; a message that is sent twice by it is there once.
public final class LibrdkafkaProducer: DeadLetterOffice {
    /// How long brokers may take, in milliseconds.
    private static let patience: Int32 = 10_000

    /// What became of messages; librdkafka's callback has it.
    private final class Reports: Sendable {
        let failure = Mutex<rd_kafka_resp_err_t?>(nil)
    }

    private let client: LibrdkafkaClient
    private let reports: Reports
    private let topic: String

    /// Creates a producer.
    ///
    /// - Parameters:
    ///   - topic: where dead letters go.
    ///   - properties: librdkafka's, such as `bootstrap.servers` and those of TLS and SASL.
    /// - Throws: ``FreshetError`` of kind `usage` for a property that librdkafka does not take.
    public init(topic: String, properties: [String: String]) throws {
        self.topic = topic
        let reports = Reports()
        self.reports = reports
        client = try LibrdkafkaClient(
            RD_KAFKA_PRODUCER,
            properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + [("enable.idempotence", "true")],
            context: reports
        ) { configuration in
            rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, context in
                guard let context, let code = message?.pointee.err, code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
                Unmanaged<Reports>.fromOpaque(context).takeUnretainedValue().failure.withLock { $0 = code }
            }
        }
    }

    /// Sends letters, and returns when the brokers have them.
    public func send(_ letters: [DeadLetter]) async throws {
        try await client.waiting {
            self.reports.failure.withLock { $0 = nil }
            for letter in letters { try self.produce(letter) }
            let code = rd_kafka_flush(self.client.handle, Self.patience)
            try LibrdkafkaClient.check(code, "Dead letters cannot be sent to '\(self.topic)'")
            if let failure = self.reports.failure.withLock({ $0 }) {
                try LibrdkafkaClient.check(failure, "Dead letters cannot be sent to '\(self.topic)'")
            }
        }
    }

    private func produce(_ letter: DeadLetter) throws {
        let headers = rd_kafka_headers_new(letter.headers.count)
        for (name, value) in letter.headers { rd_kafka_header_add(headers, name, -1, value, value.utf8.count) }
        let (key, value) = (letter.message.key, letter.message.value)
        let code = (key ?? []).withUnsafeBytes { keyBytes in
            (value ?? []).withUnsafeBytes { valueBytes in
                freshet_rdkafka_produce(
                    client.handle,
                    topic,
                    keyBytes.baseAddress,
                    keyBytes.count,
                    valueBytes.baseAddress,
                    valueBytes.count,
                    headers
                )
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
        try LibrdkafkaClient.check(code, "A dead letter cannot be sent to '\(topic)'")
    }
}
#endif
