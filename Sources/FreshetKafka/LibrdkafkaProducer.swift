#if Kafka
import CRDKafka
import FreshetCore
import Synchronization

/// Sends messages, by librdkafka; a message that is sent twice by it is there once.
public final class LibrdkafkaProducer: MessageProducer {
    /// How long brokers may take, in milliseconds.
    private static let patience: Int32 = 10_000

    /// What became of messages; librdkafka's callback has it.
    private final class Reports: Sendable {
        let failure = Mutex<rd_kafka_resp_err_t?>(nil)
    }

    private let client: LibrdkafkaClient
    private let reports: Reports

    /// Creates a producer.
    ///
    /// - Parameter properties: librdkafka's, such as `bootstrap.servers` and those of TLS and SASL.
    /// - Throws: ``FreshetError`` of kind `usage` for a property that librdkafka does not take.
    public init(properties: [String: String]) throws {
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

    /// Sends messages, and returns when the brokers have them.
    /// - Throws: ``FreshetError`` of kind `external` when they do not have all of them after ten seconds.
    public func send(_ messages: [OutgoingMessage]) async throws {
        try await client.waiting {
            self.reports.failure.withLock { $0 = nil }
            for message in messages { try self.produce(message) }
            let topics = Set(messages.map(\.topic)).sorted().joined(separator: "', '")
            let code = rd_kafka_flush(self.client.handle, Self.patience)
            try LibrdkafkaClient.check(code, "Messages cannot be sent to '\(topics)'")
            if let failure = self.reports.failure.withLock({ $0 }) {
                try LibrdkafkaClient.check(failure, "Messages cannot be sent to '\(topics)'")
            }
        }
    }

    private func produce(_ message: OutgoingMessage) throws {
        let headers = rd_kafka_headers_new(message.headers.count)
        for header in message.headers {
            rd_kafka_header_add(headers, header.name, -1, header.value, header.value.utf8.count)
        }
        let code = (message.key ?? []).withUnsafeBytes { keyBytes in
            (message.value ?? []).withUnsafeBytes { valueBytes in
                freshet_rdkafka_produce(
                    client.handle,
                    message.topic,
                    message.key == nil ? nil : keyBytes.baseAddress,
                    keyBytes.count,
                    message.value == nil ? nil : valueBytes.baseAddress,
                    valueBytes.count,
                    headers
                )
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
        try LibrdkafkaClient.check(code, "A message cannot be sent to '\(message.topic)'")
    }
}
#endif
