import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// The learning loop: every event is predicted by all contenders, then learned, and what that says about the weights is
/// turned into publications, promotions and rollbacks.
///
/// Reads no clock, file or network: the engine's service and `freshet learn` feed it events and carry out what it
/// returns. The same events at the same times give the same actions. Belongs to one thread.
public final class LearningLoop {
    /// The settings it was created with.
    public let settings: Settings
    let seed: UInt64
    let pool: ThreadPool

    /// The share of events that are predicted before they are learned; to be lowered when the loop falls behind.
    public var evaluationShare: Double
    /// How many steps on replay alone a micro-update makes on average, at most as many as its settings say; to be lowered
    /// when there is no time for all of them (``ReplayPace``).
    public var replaySteps: Double
    /// The newest event that was processed.
    public internal(set) var offset: Int64 = 0
    /// What answers requests.
    public internal(set) var live: ServedState
    /// The last state known to be good.
    public internal(set) var good: ServedState
    /// What answered first, never learning: the first trained state, and the first publication until there is one.
    public internal(set) var frozen: ServedState?
    /// What the newest micro-update did; `nil` before the first.
    public internal(set) var report: ContinualLearner.Report?
    /// The prequential figures.
    public internal(set) var evaluation: PrequentialEvaluation
    /// When to publish and to train.
    public internal(set) var policy: PublicationPolicy
    /// What the trained version that serves adds to the counts.
    public internal(set) var gain = TrainedGain()

    /// Counts seconds, where somebody wants to know what the parts cost.
    public var stopwatch: (() -> Double)?
    /// What the parts have cost since a ``stopwatch`` is there.
    public internal(set) var seconds = Seconds()

    /// Seconds of the loop's parts.
    public struct Seconds: Sendable, Equatable, Codable {
        /// All contenders' predictions, fusion weights included.
        public var predicting = 0.0
        /// Popularity and co-visitation.
        public var counting = 0.0
        /// Micro-updates of the transformer.
        public var learning = 0.0
        /// The steps on replay alone, those of a candidate included.
        public var replaying = 0.0
    }

    /// How many steps on replay alone were made.
    public internal(set) var replayedSteps = 0

    /// How every kept period is predicted by what was live at its end and after each promotion.
    public internal(set) var forgetting = ForgettingMatrix()

    /// The users' newest events.
    public internal(set) var histories: UserHistories
    /// Popularity and co-visitation up to ``offset``.
    public internal(set) var streaming: StreamingModels

    var learning: LearningLine
    var candidate: LearningLine?
    /// Models that never answer, to compare with.
    var compared: [ComparedLine] = []
    /// The counts alone, which ``gain`` is measured against; `nil` until a trained version serves.
    var counts: ComparedLine?
    /// The newest event that the candidate was trained on, or has learned on its way to ``offset``.
    public internal(set) var candidateOffset: Int64 = 0
    /// Of each user, how many events the candidate has not learned yet; `nil` when it has learned all or need not.
    var missed: [UserIndex: Int]?
    var kept: KeptPeriods
    var drift: DriftMonitor
    var microUpdate: MicroUpdateGate
    var promotion: PromotionGate?
    var rollback: RollbackGuard
    var yardsticks = Yardsticks()
    /// Whether a period has ended whose scores are not in ``forgetting`` yet.
    var isPeriodOver = false
    /// Numbers that name weights, so that equal ones are scored once.
    var numbers = 0
    var liveNumber = 0
    var emphasizedEvents = 0
    /// The part of a step on replay alone that the micro-updates so far have left over.
    private var owedSteps = 0.0
    /// When items without events for long are looked for next, in seconds since 1970.
    var nextExpiry = Int64.min
    var ranker: CandidateRanker
    var contenders = Contenders()

    /// Starts a loop.
    ///
    /// - Parameters:
    ///   - settings: the settings.
    ///   - live: what answers requests.
    ///   - highestVersion: the highest version that was ever given.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Throws: `FreshetError` when the live model cannot be learned further.
    public init(
        settings: Settings = Settings(),
        live: ServedState = ServedState(),
        highestVersion: Int = 0,
        seed: UInt64 = 1,
        pool: ThreadPool = ThreadPool(threads: 1)
    ) throws {
        self.settings = settings
        self.seed = seed
        self.pool = pool
        self.live = live
        good = live
        evaluationShare = settings.evaluationShare
        replaySteps = Double(settings.learner.replaySteps)
        evaluation = PrequentialEvaluation(settings: settings.prequential)
        policy = PublicationPolicy(
            settings: settings.publication,
            live: live.version,
            trainedOffset: live.trained == nil ? 0 : live.offset,
            highestNumber: highestVersion
        )
        histories = UserHistories(limit: settings.historyLimit)
        streaming = StreamingModels(configuration: settings.streaming)
        kept = KeptPeriods(periodEvents: max(settings.periodEvents, settings.microBatch), seed: seed)
        drift = DriftMonitor(settings: settings.drift)
        microUpdate = MicroUpdateGate(settings: settings.microUpdate)
        rollback = RollbackGuard(settings: settings.rollback)
        ranker = CandidateRanker(configuration: settings.ranker)
        learning = try LearningLine(from: live, settings: settings, number: 0, seed: seed, pool: pool)
        if live.trained != nil && settings.keepsFrozenCopy { frozen = live }
    }

    /// What is known of candidates beside the counts and trained models, such as what their texts say.
    ///
    /// May be set at any time: weights are known by the names of what they weigh.
    public var evidence: [any CandidateEvidence] {
        get { ranker.evidence }
        set {
            ranker = CandidateRanker(configuration: ranker.configuration, evidence: newValue)
            live.fusion = live.fusion.fitted(to: ranker.table)
            good.fusion = good.fusion.fitted(to: ranker.table)
        }
    }

    /// The newest event that the learning weights have learned.
    public var learnedOffset: Int64 { offset }

    /// How many events the learning weights have learned since they were trained.
    public var learnerEvents: Int { learning.learner?.learnedEvents ?? 0 }

    /// Takes in events that the weights have learned already, or need not: histories and counts only.
    public func remember(_ events: some Sequence<LoggedEvent>) {
        for event in events {
            if event.offset > streaming.offset { streaming.learn(event, after: histories[event.user]) }
            append(event)
            offset = max(offset, event.offset)
        }
    }

    /// Takes an event into its user's history.
    func append(_ event: LoggedEvent) {
        histories.append(event)
        if missed != nil, event.offset > candidateOffset { missed?[event.user, default: 0] += 1 }
    }

    /// Predicts events, learns them, and decides.
    ///
    /// - Parameters:
    ///   - events: the next events of the log, in its order; those up to ``offset`` are left out.
    ///   - time: the moment in milliseconds since 1970; that of the newest event unless given.
    /// - Returns: what to do and why.
    /// - Throws: `FreshetError` when a model cannot be learned further.
    public func process(_ events: [LoggedEvent], time: Int64? = nil) throws -> LearningStep {
        var step = LearningStep()
        var rest = events.drop { $0.offset <= offset }
        while !rest.isEmpty {
            let batch = rest.prefix(settings.microBatch)
            rest = rest.dropFirst(settings.microBatch)
            let signals = take(batch)
            step.expiredItems += expireItems()
            try decide(signals, time: time ?? (batch.last?.time.milliseconds ?? 0), &step)
        }
        return step
    }

    /// One micro-batch: predict, count, learn.
    func take(_ batch: ArraySlice<LoggedEvent>) -> [DriftMonitor.Signal] {
        var signals: [DriftMonitor.Signal] = []
        let learned = streamEvents(of: batch)
        var next = learned[...]
        while !next.isEmpty {
            let together = next.prefix(scoredTogether)
            next = next.dropFirst(together.count)
            let predicted = together.filter(isPredicted)
            timed(\.predicting) { score(predicted) }
            for event in together {
                let outcomes =
                    isPredicted(event)
                    ? evaluation.add(timed(\.predicting) { predict(event) })
                    : evaluation.advance(to: event.event.time.seconds)
                for outcome in outcomes { if let signal = judge(outcome) { signals.append(signal) } }
                timed(\.counting) { streaming.learn(event) }
                if settings.periodEvents > 0, kept.offer(event) { isPeriodOver = true }
            }
        }
        offset = batch.last?.offset ?? offset
        var emphasis: ContinualLearner.Emphasis =
            emphasizedEvents > 0
            ? ContinualLearner.Emphasis(rate: settings.driftRate, replay: settings.driftReplay) : .usual
        emphasis.replaySteps = nextReplaySteps()
        emphasizedEvents = max(0, emphasizedEvents - batch.count)
        let learnedNow = timed(\.learning) {
            learning.learn(learned, emphasis: emphasis) { steps in timed(\.replaying, steps) }
        }
        if let learnedNow {
            report = learnedNow
            replayedSteps += emphasis.replaySteps ?? 0
        }
        if settings.candidateLearns, !isCatchingUp {
            _ = candidate?.learn(learned, emphasis: emphasis) { steps in timed(\.replaying, steps) }
        }
        return signals
    }

    /// Whole steps whose average is ``replaySteps``.
    private func nextReplaySteps() -> Int {
        owedSteps += min(max(0, replaySteps), Double(settings.learner.replaySteps))
        let steps = Int(owedSteps)
        owedSteps -= Double(steps)
        return steps
    }

    /// What a user likes next is predicted; that they dislike something, or were shown it, is no goal.
    private func isPredicted(_ event: StreamEvent) -> Bool {
        event.event.weight > 0 && EventSampling.takes(event.event.offset, share: evaluationShare, purpose: 1)
    }

    /// The events with what was known before each; the histories hold them afterwards.
    private func streamEvents(of batch: ArraySlice<LoggedEvent>) -> [StreamEvent] {
        var items: Set<ItemIndex> = []
        return batch.map { event in
            defer { append(event) }
            let isNewItem = streaming.lifetime(of: event.item) == nil && items.insert(event.item).inserted
            return StreamEvent(event: event, history: histories[event.user], isNewItem: isNewItem)
        }
    }

    /// Tells the gates and detectors of an outcome that counts now.
    private func judge(_ outcome: Outcome) -> DriftMonitor.Signal? {
        guard let live = outcome.reciprocalRank(of: .live) else { return nil }
        if let learning = outcome.reciprocalRank(of: .learning) { microUpdate.add(learning: learning, live: live) }
        if let candidate = outcome.reciprocalRank(of: .candidate), isRehearsed {
            promotion?.add(candidate: candidate, live: live)
        }
        if let good = outcome.reciprocalRank(of: .lastGood) { rollback.add(live: live, good: good) }
        return drift.add(1 - live)
    }

    /// Whether the candidate's fusion weights have learned enough to compete: those of a first transformer begin as guesses.
    private var isRehearsed: Bool { (candidate?.fusion.eventCount ?? 0) >= Int64(settings.rehearsal) }

    private func timed<Result>(_ part: WritableKeyPath<Seconds, Double>, _ work: () -> Result) -> Result {
        guard let stopwatch else { return work() }
        let start = stopwatch()
        defer { seconds[keyPath: part] += stopwatch() - start }
        return work()
    }

    func nextNumber() -> Int {
        numbers += 1
        return numbers
    }
}
