import FreshetCore
import FreshetData
import FreshetRecommendation
import Logging
import ServiceLifecycle
import Synchronization

/// A recommender that never stops learning: takes events, answers requests, learns beside both, and swaps models.
///
/// Everything that runs and waits hangs on it; HTTP and commands are thin layers above. It is ready when `init` returns,
/// and learns while ``run()`` runs.
public final class Engine: Service {
    /// The settings.
    public let configuration: EngineConfiguration
    /// Everything that is kept on disk.
    public let store: any EngineStore
    /// The external ids and their numbers.
    public let vocabulary: Vocabulary

    let logger: Logger
    let clock: EngineClock
    let started: Int64
    let live: LiveModel
    let sessions: SessionStore
    let counts: Mutex<[Int]>
    let intake: IntakeQueue
    let catalogueTurn = Turn()
    private let ready = Atomic(true)

    /// Opens an engine over a store: reads what it needs of the log and the newest good version.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - store: what is kept on disk; its observer is set here.
    ///   - vocabulary: the store's external ids and numbers.
    ///   - logger: where to say what happens.
    ///   - clock: the time; tests pass their own.
    /// - Throws: ``FreshetError`` when a setting is out of range or the store cannot be read.
    public init(
        configuration: EngineConfiguration,
        store: any EngineStore,
        vocabulary: Vocabulary,
        logger: Logger = Logger(label: "freshet.engine"),
        clock: EngineClock = .system
    ) async throws {
        try configuration.validate()
        self.configuration = configuration
        self.store = store
        self.vocabulary = vocabulary
        self.logger = logger
        self.clock = clock
        started = clock.milliseconds
        live = LiveModel(ModelSnapshot(version: ModelVersion(0), scorer: nil, offset: 0))
        sessions = SessionStore(
            log: store,
            limit: configuration.sessions.eventsPerUser,
            capacity: configuration.sessions.maximumEvents,
            knownUsers: vocabulary.userCount
        )
        intake = IntakeQueue(maximumWaiting: configuration.ingest.maximumWaiting)
        counts = Mutex([])
        try readLog()
        store.setObserver { [weak self] events in self?.observe(events) }
    }

    /// Whether requests are answered: true from `init` on until a shutdown begins.
    public var isReady: Bool { ready.load(ordering: .acquiring) }

    /// Learns until a graceful shutdown, then finishes what was accepted.
    public func run() async throws {
        logger.info("engine started", metadata: ["version": "\(live.current.version)"])
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cancelled rather than asked: what follows is the same.
        }
        ready.store(false, ordering: .releasing)
        logger.info("engine stopped")
    }

    private func readLog() throws {
        var offset: Int64 = 0
        while true {
            let events = try store.events(after: offset, limit: 10_000)
            guard let last = events.last else { return }
            observe(events)
            offset = last.offset
        }
    }

    /// Takes in what was committed, before it is acknowledged.
    private func observe(_ events: [LoggedEvent]) {
        sessions.append(events)
        counts.withLock { counts in
            for event in events {
                while counts.count <= event.item.position { counts.append(0) }
                counts[event.item.position] += 1
            }
        }
    }
}
