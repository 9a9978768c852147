import FreshetCore
import Logging
import Synchronization

/// Writes impressions beside the answers that they are of: no answer waits for the disk.
///
/// What came within a moment goes into one transaction, so a process that is killed loses the impressions of that moment
/// and of the transaction under way. When the disk does not keep up, impressions are dropped and counted.
final class ImpressionQueue: Sendable {
    /// How many are written in one transaction: events that come meanwhile wait a few milliseconds for it.
    private static let portion = 256
    /// How long to wait after a failure.
    private static let pause = Duration.seconds(1)

    private let storage: StorageWatch
    private let moment: Duration
    private let logger: Logger
    private let buffer: Mutex<ImpressionBuffer>
    /// Writing, and erasing a user, of whom nothing may be written afterwards.
    private let turn = Turn()
    private let signals: AsyncStream<Void>.Continuation
    private let writer = Mutex<Task<Void, Never>?>(nil)

    /// Starts the queue.
    ///
    /// - Parameters:
    ///   - storage: where to.
    ///   - capacity: how many may wait.
    ///   - moment: how long impressions gather before they are written.
    ///   - logger: where to say what happens.
    init(storage: StorageWatch, capacity: Int, moment: Duration, logger: Logger) {
        self.storage = storage
        self.moment = moment
        self.logger = logger
        buffer = Mutex(ImpressionBuffer(capacity: capacity))
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.signals = continuation
        let task = Task.detached { [weak self] in
            for await _ in signals { await self?.writeWhatWaits() }
        }
        writer.withLock { $0 = task }
    }

    deinit { signals.finish() }

    /// How many wait, were written and were dropped.
    var counts: EngineStatus.Impressions {
        buffer.withLock { .init(waiting: $0.count, written: $0.written, dropped: $0.dropped) }
    }

    /// When the oldest that is not written yet was shown, in milliseconds since 1970.
    var oldest: Int64? { buffer.withLock { $0.oldest } }

    /// Keeps an impression soon, or counts it as dropped when too many wait.
    func add(_ impression: Impression) {
        if buffer.withLock({ $0.add(impression) }) { signals.yield() }
    }

    /// One that is not written yet.
    func impression(_ id: String) -> Impression? { buffer.withLock { $0.impression(id) } }

    /// Runs `erase`, which erases a user of some names from the store, and takes them out of what waits.
    /// - Returns: what `erase` returns, and out of how many impressions they were taken.
    func erasing<Result: Sendable>(
        _ names: [String],
        _ erase: () async throws -> Result
    ) async rethrows -> (result: Result, impressions: Int) {
        // Nothing is written before both are done.
        try await turn.run {
            let result = try await erase()
            return (result, buffer.withLock { $0.forget(names) })
        }
    }

    /// Writes all that waits, if the store takes it; what comes later is dropped.
    func finish() async {
        signals.finish()
        let writer = writer.withLock { $0 }
        // It does not gather any longer, and ends what it is at.
        writer?.cancel()
        await writer?.value
        await drain()
        buffer.withLock { $0.close() }
    }

    private func writeWhatWaits() async {
        // It wakes on time, or early at the end.
        try? await Task.sleep(for: moment)
        guard await !drain() else { return }
        try? await Task.sleep(for: Self.pause)
        signals.yield()
    }

    /// Writes portions until nothing waits; whether the store took them.
    @discardableResult
    private func drain() async -> Bool {
        while true {
            switch await turn.run({ await writePortion() }) {
            case .some(true): continue
            case .some(false): return false
            case .none: return true
            }
        }
    }

    /// Writes what fits one transaction: whether the store took it; `nil` when nothing waits.
    private func writePortion() async -> Bool? {
        let impressions = buffer.withLock { $0.take(Self.portion) }
        guard !impressions.isEmpty else { return nil }
        do {
            try await storage.watching { try await $0.record(impressions) }
            buffer.withLock { $0.finish() }
            return true
        } catch let error {
            logger.debug("impressions wait for the next trial", metadata: ["error": "\(error)"])
            buffer.withLock { $0.putBack() }
            return false
        }
    }
}
