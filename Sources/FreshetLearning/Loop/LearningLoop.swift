import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// The learning loop: every event is predicted by all contenders, then learned, and what that says about the weights is
/// turned into publications, promotions and rollbacks.
///
/// A sequence over three parts: the ``Contest`` predicts, the ``Lines`` learn, the ``Publication`` decides what answers.
/// Reads no clock, file or network: the engine's service and `freshet learn` feed it events and see to what it returns.
/// The same events at the same times give the same steps. Belongs to one thread.
public final class LearningLoop {
    /// The settings it was created with.
    public let settings: Settings
    /// The newest event that was processed.
    public internal(set) var offset: Int64 = 0
    /// The users' newest events.
    public internal(set) var histories: UserHistories
    /// Popularity and co-visitation up to ``offset``.
    public internal(set) var streaming: StreamingModels
    var contest: Contest
    var lines: Lines
    var publication: Publication

    /// Called before every event that is predicted, with the candidates and the scores by which they would be shown.
    public var witness: ((StreamEvent, CandidateSet) -> Void)? {
        get { contest.witness }
        set { contest.witness = newValue }
    }
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
        /// Micro-updates of the model.
        public var learning = 0.0
        /// The steps on replay alone, those of a candidate included.
        public var replaying = 0.0
    }

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
        histories = UserHistories(limit: settings.historyLimit)
        streaming = StreamingModels(configuration: settings.streaming)
        contest = Contest(settings: settings)
        lines = try Lines(from: live, settings: settings, seed: seed, pool: pool)
        publication = Publication(settings: settings, live: live, highestVersion: highestVersion, seed: seed)
    }

    /// Takes in events that the weights have learned already, or need not: histories and counts only.
    public func remember(_ events: some Sequence<LoggedEvent>) {
        for event in events {
            if event.offset > streaming.offset {
                let history = histories[before: event]
                streaming.learn(event, after: history)
                publication.forgetting.note(StreamEvent(event: event, history: history, isNewItem: false))
            }
            append(event)
            offset = max(offset, event.offset)
        }
    }

    /// Takes an event into its user's history.
    func append(_ event: LoggedEvent) {
        histories.insert(event)
        lines.note(event)
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
            let drift = take(batch)
            step.expiredItems += lines.expireItems(of: streaming)
            try decide(drift, time: time ?? (batch.last?.time.milliseconds ?? 0), &step)
        }
        return step
    }

    /// One micro-batch: predict, count, learn.
    func take(_ batch: ArraySlice<LoggedEvent>) -> [DriftMonitor.Signal] {
        let events = streamEvents(of: batch)
        let drift = predictAndCount(events)
        offset = batch.last?.offset ?? offset
        let emphasis = lines.nextEmphasis(events: batch.count)
        timed(\.learning) { lines.learn(events, emphasis) { steps in timed(\.replaying, steps) } }
        lines.learnByCandidate(events, emphasis) { steps in timed(\.replaying, steps) }
        contest.learn(events, reading: content, emphasis: emphasis)
        return drift
    }

    /// Every event is predicted by all, then counted; events that go together are scored in one pass.
    private func predictAndCount(_ events: [StreamEvent]) -> [DriftMonitor.Signal] {
        var drift: [DriftMonitor.Signal] = []
        let limit = ScoredEvents.limit(itemCount: lines.learning.trained?.scorer.itemCount ?? 0)
        var rest = events[...]
        while !rest.isEmpty {
            let together = rest.prefix(limit)
            rest = rest.dropFirst(together.count)
            let predicted = together.filter { contest.predicts($0) }
            timed(\.predicting) { contest.score(predicted, &lines, publication) }
            for event in together {
                let outcomes =
                    contest.predicts(event)
                    ? contest.evaluation.add(
                        timed(\.predicting) { contest.predict(event, from: streaming, &lines, publication) }
                    )
                    : contest.evaluation.advance(to: event.event.time.seconds)
                for outcome in outcomes { if let signal = judge(outcome) { drift.append(signal) } }
                timed(\.counting) { streaming.learn(event) }
                publication.forgetting.note(event)
            }
        }
        return drift
    }

    /// The events with what was known before each; the histories hold them afterwards.
    private func streamEvents(of batch: ArraySlice<LoggedEvent>) -> [StreamEvent] {
        var items: Set<ItemIndex> = []
        let newest = streaming.popularity.newestTime ?? 0
        return batch.map { event in
            defer { append(event) }
            let isNewItem = streaming.lifetime(of: event.item) == nil && items.insert(event.item).inserted
            return StreamEvent(
                event: event,
                history: histories[before: event],
                isNewItem: isNewItem,
                isLate: event.time.seconds < newest - Self.lateSeconds
            )
        }
    }

    /// An event older than the stream by more than this came late, from an archive or a device that was offline.
    private static let lateSeconds: Int64 = 86_400

    /// Tells the gates and detectors of an outcome that counts now.
    private func judge(_ outcome: Outcome) -> DriftMonitor.Signal? {
        publication.judge(outcome, isRehearsed: lines.isRehearsed)
        return outcome.reciprocalRank(of: .live).flatMap { contest.drift.add(1 - $0) }
    }

    private func timed<Result>(_ part: WritableKeyPath<Seconds, Double>, _ work: () -> Result) -> Result {
        guard let stopwatch else { return work() }
        let start = stopwatch()
        defer { seconds[keyPath: part] += stopwatch() - start }
        return work()
    }
}

// MARK: - For those who watch

extension LearningLoop {
    /// What answers requests.
    public var live: ServedState { publication.live }
    /// The last state known to be good.
    public var good: ServedState { publication.good }
    /// What answered first, never learning: the first trained state, and the first publication until there is one.
    public var frozen: ServedState? { publication.frozen }
    /// When to publish and to train.
    public var policy: PublicationPolicy { publication.policy }
    /// What the candidate has shown so far; `nil` without one.
    public var candidateGate: PromotionGate? { publication.promotion }
    /// How every period is predicted by what was live at its end and after each promotion.
    public var forgetting: ForgettingMatrix { publication.forgetting.matrix }

    /// What is known of candidates beside the counts and trained models, such as what their texts say.
    ///
    /// May be set at any time: weights are known by the names of what they weigh.
    public var evidence: [any CandidateEvidence] {
        get { contest.evidence }
        set {
            contest.evidence = newValue
            publication.fit(to: contest.features)
        }
    }

    /// What is said of the items, for models that read; `nil` where nothing is read.
    public var content: ContentView? {
        get { lines.content }
        set { lines.content = newValue }
    }

    /// The readings of the items' texts that answer, answered last when all was well, learn, or may answer.
    public var readings: [ContentReading] {
        let states = [live.reading, good.reading, frozen?.reading]
        return (states + [lines.learning.reading, lines.candidate?.reading]).compactMap(\.self)
    }

    /// Puts readings into the place of those of a checkpoint, which have no vectors.
    ///
    /// - Parameter find: the reading of a name.
    public func attachReadings(_ find: (String) -> ContentReading) {
        func attached(_ reading: ContentReading?) -> ContentReading? { reading.map { find($0.id) } }
        let (live, good, frozen) = (attached(live.reading), attached(good.reading), attached(frozen?.reading))
        publication.live.reading = live
        publication.good.reading = good
        publication.frozen?.reading = frozen
        lines.attachReadings(attached)
    }

    /// The prequential figures.
    public var evaluation: PrequentialEvaluation { contest.evaluation }
    /// What the trained version that serves adds to the counts.
    public var gain: TrainedGain { contest.gain }
    /// The share of events that are predicted before they are learned; to be lowered when the loop falls behind.
    public var evaluationShare: Double {
        get { contest.share }
        set { contest.share = newValue }
    }

    /// What the newest micro-update did; `nil` before the first.
    public var report: OnlineLearning.Report? { lines.report }
    /// How many events the learning weights have learned since they were trained.
    public var learnerEvents: Int { lines.learning.learner?.learnedEvents ?? 0 }
    /// How many steps on replay alone a micro-update makes on average, at most as many as its settings say; to be lowered
    /// when there is no time for all of them (``ReplayPace``).
    public var replaySteps: Double {
        get { lines.replaySteps }
        set { lines.replaySteps = newValue }
    }
    /// How many steps on replay alone were made.
    public var replayedSteps: Int { lines.replayedSteps }
    /// The newest event that the candidate was trained on, or has learned on its way to ``offset``.
    public var candidateOffset: Int64 { lines.candidateOffset }
    /// Whether the candidate has yet to learn events up to ``offset``: until then it does not compete.
    public var isCatchingUp: Bool { lines.isCatchingUp }

    /// Lets the learner remember events that its model was trained on, so that it has something to replay.
    public func rehearse(_ events: some Collection<LoggedEvent>) { lines.rehearse(events) }

    /// Starts all figures anew, and keeps a copy of the learning weights as they are now to compare with.
    public func startMeasuring() {
        contest.restart()
        seconds = Seconds()
        guard settings.keepsFrozenCopy else { return }
        publication.frozen = lines.state(live.version, offset: offset)
    }

    /// Compares with a model that never answers, from now on; what ranks its candidates learns as always.
    ///
    /// - Parameters:
    ///   - contender: its name; a model that had it goes.
    ///   - trained: the model; `nil` for the counts alone.
    ///   - learning: whether it goes on learning as the live one does, or stays as it is.
    ///   - readsEvidence: whether it knows the loop's ``evidence``.
    /// - Throws: `FreshetError` when it cannot be learned further.
    public func compare(
        _ contender: Contender,
        with trained: TrainedModel?,
        learning: Bool = false,
        readsEvidence: Bool = true
    ) throws {
        try contest.compare(contender, readsEvidence: readsEvidence, ranking: lines.learning.ranking) { ranking in
            guard learning else { return LearningLine(still: trained, ranking: ranking) }
            var line = try lines.line(from: ServedState(trained: trained))
            line.ranking = ranking
            return line
        }
    }

    /// Forgets a user: history and exemplars; how many exemplars there were.
    @discardableResult
    public func erase(_ user: UserIndex) -> Int {
        histories.removeAll(of: user)
        publication.forgetting.erase(user)
        contest.erase(user)
        return lines.erase(user)
    }

    /// Lets go of weights that are kept beside what is live: the last good state, which could answer again, and the copy that
    /// never learns.
    ///
    /// - Parameter isOld: whether a version must not be kept.
    public func forgetStates(where isOld: (ModelVersion) -> Bool) {
        if good.trained != nil, good.version != live.version, isOld(good.version) {
            publication.policy.forgetGood()
            publication.markGood()
            contest.evaluation.reset(.lastGood)
        }
        if let frozen, frozen.trained != nil, isOld(frozen.version) {
            publication.frozen = live
            contest.evaluation.reset(.frozen)
        }
    }

    /// Forgets what is remembered of a user but for some events, those of their history that are left.
    public func erase(_ user: UserIndex, keeping events: [LoggedEvent]) {
        erase(user)
        remember(ofOne: events)
    }

    /// Takes it that a user was another all along: what comes next is learned after what both did.
    ///
    /// The weights stay as they are, and so do the exemplars: each is what somebody did, in its order.
    ///
    /// - Parameters:
    ///   - former: the number that nobody has any more.
    ///   - user: whose events are theirs now.
    ///   - events: the newest events of both.
    public func join(_ former: UserIndex, to user: UserIndex, _ events: [LoggedEvent]) {
        for number in [former, user] { histories.removeAll(of: number) }
        remember(ofOne: events)
        lines.join(former, to: user)
    }

    /// Takes in a user's events, as far as they were processed.
    private func remember(ofOne events: [LoggedEvent]) {
        for event in events where event.offset <= offset { histories.insert(event) }
    }
}
