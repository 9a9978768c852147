#if Kafka
import CRDKafka
import Dispatch
import FreshetCore

/// A handle of librdkafka, and the thread that its calls wait on.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from all threads, and everything else does not change.
final class LibrdkafkaClient: @unchecked Sendable {
    let handle: OpaquePointer
    /// Calls that wait run here, one after another.
    private let queue: DispatchQueue
    /// What its callbacks are given, which must live as long as it.
    private let context: AnyObject

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - kind: what it does.
    ///   - properties: by librdkafka's names; a later one replaces an earlier one of its name.
    ///   - context: what its callbacks are given.
    ///   - prepare: sets the callbacks.
    /// - Throws: ``FreshetError`` of kind `usage` for a property that librdkafka does not take.
    init(
        _ kind: rd_kafka_type_t,
        _ properties: [(name: String, value: String)],
        context: AnyObject,
        prepare: (OpaquePointer) -> Void
    ) throws {
        guard let configuration = rd_kafka_conf_new() else { preconditionFailure("librdkafka has no memory") }
        var words = [CChar](repeating: 0, count: 512)
        for (name, value) in properties {
            guard rd_kafka_conf_set(configuration, name, value, &words, words.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw FreshetError(
                    .usage,
                    "librdkafka does not take the property '\(name)': \(Self.text(words)).",
                    remedy: "Its properties are listed in librdkafka's CONFIGURATION.md."
                )
            }
        }
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(context).toOpaque())
        prepare(configuration)
        guard let handle = rd_kafka_new(kind, configuration, &words, words.count) else {
            rd_kafka_conf_destroy(configuration)
            throw FreshetError(.usage, "librdkafka cannot start: \(Self.text(words)).")
        }
        (self.handle, self.context) = (handle, context)
        queue = DispatchQueue(label: "freshet.kafka")
    }

    deinit { rd_kafka_destroy(handle) }

    /// Runs what waits, apart from the threads that serve.
    func waiting<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    /// Throws what librdkafka says, unless it says that all is well.
    static func check(_ code: rd_kafka_resp_err_t, _ what: @autoclosure () -> String) throws {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw FreshetError(.external, "\(what()): \(words(code)).")
    }

    /// An error in words.
    static func words(_ code: rd_kafka_resp_err_t) -> String {
        rd_kafka_err2str(code).map { String(cString: $0) } ?? ""
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
#endif
