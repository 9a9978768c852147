import Foundation
import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Logging
import ServiceLifecycle
import Synchronization

/// A recommender that never stops learning: takes events, answers requests, learns beside both, and swaps models.
///
/// It belongs to the tenant of its store, and so does all that hangs on it: sessions, caches, models, what runs and waits.
/// HTTP and commands are thin layers above. It is ready when `init` returns,
/// and learns while ``run()`` runs. A metrics backend must be set up before.
public final class Engine: Service {
    /// The settings.
    public let configuration: EngineConfiguration
    /// What must not be stored.
    let forbiddenFields: ForbiddenFields
    /// Everything that is kept on disk.
    public let store: any EngineStore
    /// The external ids and their numbers.
    public let vocabulary: Vocabulary

    let logger: Logger
    let clock: EngineClock
    let started: Int64
    let live: LiveModel
    let sessions: SessionStore
    let streaming: LiveStreaming
    let catalog: CatalogView
    let content: ContentService
    let profiles = ProfileTexts()
    let recommender: CachingRecommender
    let userAttributes: UserAttributes
    let rules: RuleService
    let audience = RecentAudience()
    let intake: IntakeQueue
    let quota: QuotaGuard
    let bots: BotWatch
    let intakeGuard: GuardWatch
    let recommendationIDs: RecommendationIDs
    let catalogueTurn = Turn()
    let archive: SnapshotArchive
    let book: VersionBook
    let decisionLog: DecisionLog
    let learning: LearningService
    let health: HealthBoard
    let storage: StorageWatch
    let impressions: ImpressionQueue
    let feedback: FeedbackService
    let textModels: TextModels
    /// The alerts as they come; for one reader.
    public let alerts: AsyncStream<Decision>
    let alertSource: AsyncStream<Decision>.Continuation
    let experimentBook: ExperimentBook
    let trial: CandidateTrial
    let actions: ActionCounts
    let latency: Histogram
    let freshness: Histogram
    let requestRate = RateMeter()
    let servingCounter = ServingCounter()
    let eventRate = RateMeter()
    let records: RecordQueue
    let publisher: StatePublisher?
    let follower: StateFollower?
    /// What other processes change beside events, in their order; for one reader.
    let storeChanges: AsyncStream<[StoreChange]>
    private let publishing = Mutex<Task<Void, Never>?>(nil)
    private let extensions: PipelineExtensions
    private let seeds: Atomic<UInt64>
    private let ready = Atomic(true)
    /// The newest event that was taken in.
    private let observed = Mutex<Int64>(0)

    /// Opens an engine over a store: reads what it needs of the log, the learner's state and the version that answered.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - store: what is kept on disk; its observer is set here.
    ///   - logger: where to say what happens.
    ///   - clock: the time; tests pass their own.
    ///   - turns: by which its learner takes turns with those of other engines; none unless given.
    ///   - shared: where what is learned goes to other machines, or comes from; none unless given.
    ///   - lease: the learner's lease, where this engine learns and the store has such.
    ///   - extensions: what is added to the pipeline's own features, candidate sources and policies; models and rankers are
    ///     registered (``FreshetModels/ModelRegistry``, ``FreshetModels/RankerRegistry``) and named in the settings.
    /// - Throws: ``FreshetError`` when a setting is out of range or the store cannot be read.
    public init(
        configuration: EngineConfiguration,
        store: any EngineStore,
        logger: Logger = Logger(label: "freshet.engine"),
        clock: EngineClock = .system,
        turns: LearningTurns? = nil,
        shared: (any SharedFolder)? = nil,
        lease: Int64 = 0,
        extensions: PipelineExtensions = PipelineExtensions()
    ) async throws {
        try configuration.validate()
        let role = configuration.cluster.role
        // Before anything is read: what is changed meanwhile is read again.
        let changes = AsyncStream.makeStream(of: [StoreChange].self)
        storeChanges = changes.stream
        store.setChangeObserver { changes.continuation.yield($0) }
        var configuration = configuration
        if !role.learns { (configuration.learning.isEnabled, configuration.retraining.isEnabled) = (false, false) }
        var logger = logger
        for (name, value) in store.tenant.labels { logger[metadataKey: name] = "\(value)" }
        let vocabulary = store.vocabulary
        self.configuration = configuration
        forbiddenFields = try ForbiddenFields(configuration.privacy.forbiddenFields)
        self.store = store
        self.extensions = extensions
        self.vocabulary = vocabulary
        vocabulary.setMeanings(configuration.events)
        self.logger = logger
        self.clock = clock
        started = clock.milliseconds
        textModels = try TextModels(configuration.language)
        (alerts, alertSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(100))
        seeds = Atomic(configuration.seed &* 0x9e37_79b9_7f4a_7c15)
        latency = Histogram(label: "freshet_recommendation_seconds", of: store.tenant)
        freshness = Histogram(label: "freshet_freshness_seconds", of: store.tenant)
        health = HealthBoard(
            parts: [StorageWatch.part, LearningService.part, LearningStart.part, ContentService.part]
                + (shared == nil ? [] : [StatePublisher.part]),
            logger: logger
        )
        storage = StorageWatch(store: store, health: health)
        records = RecordQueue(storage: storage, isKept: role.learns, logger: logger)
        bots = try await BotWatch(configuration.ingest.bots, store: store, records: records)
        intakeGuard = try await GuardWatch(configuration.ingest.guard, store: store, records: records)
        impressions = ImpressionQueue(
            storage: storage,
            capacity: configuration.serving.waitingImpressions,
            moment: .seconds(configuration.serving.impressionDelay),
            logger: logger
        )
        catalog = CatalogView(unlisted: configuration.serving.unlistedItems)
        experimentBook = ExperimentBook(storage: storage, health: health)
        trial = CandidateTrial(configuration.loop.promotion.interleaving)
        feedback = FeedbackService(
            configuration,
            store: store,
            vocabulary: vocabulary,
            clock: clock,
            logger: logger,
            oldestUnwritten: { [impressions] in impressions.oldest }
        ) { [catalog, attribute = configuration.serving.profitAttribute] in
            catalog.current().number(attribute, of: $0)
        }
        actions = ActionCounts(log: store)
        recommendationIDs = RecommendationIDs(secret: try await RecommendationIDs.secret(of: store))
        book = VersionBook(try await store.versions(), queue: records)
        decisionLog = DecisionLog(try await store.decisions(limit: DecisionLog.limit))
        if let shared { try await SharedStart.bring(shared, to: configuration.folder) }
        archive = try SnapshotArchive(folder: configuration.folder + "/" + LearnedFiles.versions)
        let start = try LearningStart(
            configuration,
            archive,
            newest: store.newestOffset,
            highestVersion: book.highestNumber,
            health: health
        )
        content = try ContentService(
            configuration,
            store: store,
            vocabulary: vocabulary,
            health: health,
            logger: logger
        )
        try EngineStart.readItems(store, vocabulary, into: catalog)
        let evidence = Self.evidence(of: content, catalog) + extensions.evidence
        (start.loop.evidence, start.loop.content) = (evidence, content.readView)
        start.loop.attachReadings(content.tuned.reading)
        try await experimentBook.load(archive, reading: content.tuned.reading)
        for served in experimentBook.followed { feedback.follow(served) }
        live = LiveModel(ModelSnapshot(start.loop.live))
        // Those of a resumed learner are the same function of the log, so only the rest has to be replayed.
        let models =
            start.isResumed ? start.loop.streaming : StreamingModels(configuration: configuration.loop.streaming)
        sessions = SessionStore(
            log: store,
            limit: configuration.sessions.eventsPerUser,
            capacity: configuration.sessions.maximumEvents,
            // From the start of the log on every user is met at their first event.
            knownUsers: models.offset == 0 ? 0 : vocabulary.userCount
        )
        streaming = LiveStreaming(models)
        rules = try await RuleService(store: store, clock: clock)
        recommender = CachingRecommender(
            Recommender(
                catalog: catalog,
                vocabulary: vocabulary,
                configuration: configuration.recommender,
                content: content.readView,
                rules: rules.book,
                extensions: extensions
            ),
            configuration: CachingRecommender.Configuration(capacity: configuration.serving.cachedResults)
        )
        userAttributes = UserAttributes(capacity: configuration.serving.cachedResults)
        intake = IntakeQueue(maximumWaiting: configuration.ingest.maximumWaiting)
        quota = QuotaGuard(configuration.quota, vocabulary: vocabulary)
        let training = FullTraining(
            log: store,
            vocabulary: vocabulary,
            model: configuration.learning.model,
            settings: configuration.retraining,
            loop: configuration.loopSettings,
            evidence: evidence,
            content: content.readView,
            texts: content,
            tuning: configuration.learning.encoder,
            seed: configuration.seed
        )
        let place = turns?.place(weight: configuration.learning.share)
        publisher = shared.flatMap { [clock, health, logger] folder in
            guard role.learns else { return nil }
            return StatePublisher(
                folder,
                lease: lease,
                deltas: configuration.cluster.deltas,
                clock: clock,
                health: health,
                logger: logger
            )
        }
        let parts = LearnerParts(
            store: store,
            configuration: configuration,
            clock: clock,
            logger: logger,
            live: live,
            archive: archive,
            pins: experimentBook.pins,
            writer: SnapshotWriter(niceness: configuration.learning.niceness),
            records: records,
            book: book,
            decisions: decisionLog,
            health: health,
            freshness: freshness,
            retraining: RetrainService(training: training, place: place, logger: logger),
            content: content,
            preload: Preload(recommender: recommender, sessions: sessions, streaming: streaming, clock: clock),
            trial: trial,
            feedback: feedback,
            publisher: publisher,
            place: place
        )
        publisher?.offer(start.loop.live, needsLearner: false)
        if start.isResumed { publisher?.offer(learnerAt: parts.checkpointPath, after: 0) }
        if let publisher {
            let file = content.file
            if FileManager.default.fileExists(atPath: file) { publisher.offer(textsAt: file, isNewReader: true) }
            content.setSaved { publisher.offer(textsAt: file, isNewReader: $0) }
        }
        if role.learns { book.discardUnfinished(except: start.loop.policy.candidate) }
        learning = try LearningService(parts, start)
        audience.append(intakeGuard.counted(bots.counted(try EngineStart.audience(of: store))))
        streaming.noteTimes(of: try EngineStart.newestEvents(of: store))
        content.read(try EngineStart.searches(of: store, before: streaming.time(at: clock.seconds), configuration))
        follower = shared.flatMap { [health, live, logger, content] folder in
            guard !role.learns else { return nil }
            return StateFollower(
                folder,
                every: configuration.cluster.pollSeconds,
                health: health,
                takeTexts: content.take(file:),
                publish: { Self.show($0, in: live, parts.preload, logger) }
            )
        }
        let last = try EngineStart.replay(store, after: models.offset, into: sessions, streaming)
        try intakeGuard.learn({ streaming.itemCounts(at: clock.seconds) }, store)
        noteUnlistedItems()
        try observe(after: last)
        try await finishErasures()
        try await resumeErasures()
    }

    /// What is known of candidates beside counts and trained models.
    var evidence: [any CandidateEvidence] { Self.evidence(of: content, catalog) + extensions.evidence }

    /// What texts say, where items are once any is somewhere (rows that nobody fills would cost time all the same), and what
    /// they are.
    private static func evidence(of content: ContentService, _ catalog: CatalogView) -> [any CandidateEvidence] {
        let placed: [any CandidateEvidence] = catalog.current().hasPlaces ? [PlaceEvidence(of: catalog)] : []
        return content.evidence + placed + [TraitEvidence(of: catalog)]
    }

    /// Whose engine it is.
    public var tenant: Tenant { store.tenant }

    /// Whether requests are answered: true from `init` on until a shutdown begins.
    public var isReady: Bool { ready.load(ordering: .acquiring) }

    /// Learns until a graceful shutdown, then finishes what was accepted and writes the learner's state.
    public func run() async throws {
        logger.info("engine started", metadata: ["version": "\(live.current.version)"])
        learning.start()
        content.start()
        feedback.start()
        if let publisher { publishing.withLock { $0 = Task { await publisher.run() } } }
        let following = Task { await follower?.run() }
        let changes = Task { await takeUpChanges() }
        let retention = Task { await compactRegularly() }
        let allocation = Task { await allocateRegularly() }
        let reading = Task { await readProfiles() }
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cancelled rather than asked: what follows is the same.
        }
        retention.cancel()
        allocation.cancel()
        reading.cancel()
        following.cancel()
        changes.cancel()
        await shutDown()
    }

    /// Ends learning: the batch at hand is finished, and state and records are on disk when this returns.
    ///
    /// ``run()`` does so at its end; only who does not call that needs it. Requests can still be answered.
    public func shutDown() async {
        ready.store(false, ordering: .releasing)
        await learning.stop()
        await content.stop()
        await feedback.stop()
        bots.finish()
        intakeGuard.finish()
        await records.finish()
        await impressions.finish()
        publisher?.finish()
        await publishing.withLock { $0 }?.value
        alertSource.finish()
        logger.info("engine stopped", metadata: ["version": "\(live.current.version)"])
    }

    /// The newest event that requests know.
    var knownOffset: Int64 { observed.withLock { $0 } }

    /// A seed for the draws of one answer.
    func nextSeed() -> UInt64 { seeds.add(1, ordering: .relaxed).newValue }

    /// Takes in whatever is committed from now on, and first what other processes committed since the log was read.
    private func observe(after offset: Int64) throws {
        // Whoever commits meanwhile waits here for a moment, so that all comes in the order of the log.
        try observed.withLock { observed in
            observed = offset
            store.setObserver { [weak self] events in self?.observe(events) }
            while true {
                let events = try store.events(after: observed, limit: EngineStart.page)
                guard let last = events.last else { return }
                take(events)
                observed = last.offset
            }
        }
    }

    /// Takes in what was committed, before it is acknowledged.
    private func observe(_ events: [LoggedEvent]) {
        observed.withLock { observed in
            let new = events.drop { [observed] in $0.offset <= observed }
            guard let last = new.last else { return }
            take(Array(new))
            observed = last.offset
        }
    }

    private func take(_ events: [LoggedEvent]) {
        guard let last = events.last else { return }
        let events = bots.take(intakeGuard.take(events))
        sessions.append(events) { streaming.learn($0, after: $1) }
        audience.append(intakeGuard.counted(bots.counted(events)))
        eventRate.add(events.count)
        learning.committed(last.offset)
    }
}
