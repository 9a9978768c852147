import FreshetCore
import Logging

/// Writes versions and decisions to the store in their order, without letting the learner wait for the disk.
final class RecordQueue: Sendable {
    /// Something to be kept.
    enum Record: Sendable {
        /// A version and where it stands.
        case version(VersionRecord)
        /// A decision and its evidence.
        case decision(Decision)
        /// A small named value.
        case setting(String, String?)
    }

    private let isKept: Bool
    private let continuation: AsyncStream<Record>.Continuation
    private let writer: Task<Void, Never>

    /// Starts the queue.
    ///
    /// - Parameters:
    ///   - storage: where to.
    ///   - isKept: whether records are this process's to keep: of several with one store, the learner's.
    ///   - logger: where to say what could not be kept.
    init(storage: StorageWatch, isKept: Bool = true, logger: Logger) {
        self.isKept = isKept
        let (records, continuation) = AsyncStream.makeStream(of: Record.self)
        self.continuation = continuation
        writer = Task.detached {
            for await record in records { await Self.write(record, storage, logger) }
        }
    }

    deinit { continuation.finish() }

    /// Keeps a record soon.
    func add(_ record: Record) {
        if isKept { continuation.yield(record) }
    }

    /// Waits until all is kept; nothing can be added after.
    func finish() async {
        continuation.finish()
        await writer.value
    }

    private static func write(_ record: Record, _ storage: StorageWatch, _ logger: Logger) async {
        do {
            try await storage.watching { store in
                switch record {
                case .version(let version): try await store.put(version)
                case .decision(let decision): try await store.record(decision)
                case .setting(let name, let value): try await store.setSetting(name, to: value)
                }
            }
        } catch let error {
            // Evidence is lost, not events: the engine goes on, and says so.
            logger.error("a record was not kept", metadata: ["error": "\(error)"])
        }
    }
}
