import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// The weights that learn: the line that goes live with every micro-update, and a candidate beside it.
///
/// A candidate comes from a full training that did not see the newest events. Learning goes on while it learns, piece by
/// piece, what came in between; until it is level it is catching up and does not compete.
struct Lines {
    let settings: LearningLoop.Settings
    let seed: UInt64
    let pool: ThreadPool
    /// What goes live with the next micro-update.
    var learning: LearningLine
    /// A new version that must win first.
    var candidate: LearningLine?
    /// The newest event that the candidate was trained on, or has learned on its way to the present.
    private(set) var candidateOffset: Int64 = 0
    /// Of each user, how many events the candidate has not learned yet; `nil` when it has learned all or need not.
    private var missed: [UserIndex: Int]?
    /// Numbers that name weights, so that equal ones are scored once.
    private var numbers = 0
    /// What is said of the items; `nil` where nothing is read.
    var content: ContentView? {
        didSet { if let content, learning.reading == nil { learning.read(content) } }
    }
    /// For how many events new ones count for more, as after drift.
    var emphasizedEvents = 0
    /// How many steps on replay alone a micro-update makes on average.
    var replaySteps: Double
    /// How many steps on replay alone were made.
    private(set) var replayedSteps = 0
    /// The part of a step on replay alone that the micro-updates so far have left over.
    private var owedSteps = 0.0
    /// What the newest micro-update did; `nil` before the first.
    var report: OnlineLearning.Report?
    /// When items without events for long are looked for next, in seconds since 1970.
    private var nextExpiry = Int64.min

    /// Items are looked for as often as this in the time after which they are given up, but once a day at least.
    private static let looks = 20.0

    /// Starts from a state.
    /// - Throws: `FreshetError` when its model cannot be learned further.
    init(from state: ServedState, settings: LearningLoop.Settings, seed: UInt64, pool: ThreadPool) throws {
        (self.settings, self.seed, self.pool) = (settings, seed, pool)
        replaySteps = Double(settings.learner.replaySteps)
        learning = try LearningLine(from: state, settings: settings, number: 0, seed: seed, pool: pool)
    }

    /// Puts readings into the place of those of a checkpoint.
    mutating func attachReadings(_ attached: (ContentReading?) -> ContentReading?) {
        let (live, other) = (attached(learning.reading), attached(candidate?.reading))
        learning.reading = live
        candidate?.reading = other
    }

    private mutating func nextNumber() -> Int {
        numbers += 1
        return numbers
    }

    /// A line that goes on from a state.
    /// - Throws: `FreshetError` when its model cannot be learned further.
    mutating func line(from state: ServedState) throws -> LearningLine {
        var line = try LearningLine(from: state, settings: settings, number: nextNumber(), seed: seed, pool: pool)
        if let content = line.reading?.view ?? content { line.read(content) }
        return line
    }

    /// The model that predicts for the learning line.
    mutating func learningScorer() -> (any Scorer)? {
        let number = nextNumber()
        return learning.scorer(numbered: number)
    }

    /// The model that predicts for the candidate; `nil` without one.
    mutating func candidateScorer() -> (any Scorer)? {
        let number = nextNumber()
        return candidate?.scorer(numbered: number)
    }
}

// MARK: - Learning

extension Lines {
    /// How the next micro-update departs from the settings.
    mutating func nextEmphasis(events: Int) -> OnlineLearning.Emphasis {
        var emphasis: OnlineLearning.Emphasis =
            emphasizedEvents > 0
            ? OnlineLearning.Emphasis(rate: settings.driftRate, replay: settings.driftReplay) : .usual
        emphasis.replaySteps = nextReplaySteps()
        emphasizedEvents = max(0, emphasizedEvents - events)
        return emphasis
    }

    /// Whole steps whose average is ``replaySteps``.
    private mutating func nextReplaySteps() -> Int {
        owedSteps += min(max(0, replaySteps), Double(settings.learner.replaySteps))
        let steps = Int(owedSteps)
        owedSteps -= Double(steps)
        return steps
    }

    /// Has the learning line learn a micro-batch.
    mutating func learn(_ batch: [StreamEvent], _ emphasis: OnlineLearning.Emphasis, replaying: (() -> Void) -> Void) {
        guard let learned = learning.learn(batch, reading: content, emphasis: emphasis, replaying: replaying) else {
            return
        }
        report = learned
        replayedSteps += emphasis.replaySteps ?? 0
    }

    /// Has a candidate that is level learn it as well.
    mutating func learnByCandidate(
        _ batch: [StreamEvent],
        _ emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void = { $0() }
    ) {
        guard settings.candidateLearns, !isCatchingUp else { return }
        _ = candidate?.learn(batch, reading: content, emphasis: emphasis, replaying: replaying)
    }

    /// Lets the learning line remember events that its model was trained on.
    func rehearse(_ events: some Collection<LoggedEvent>) {
        learning.learner?.remember(StreamEvents.replayed(Array(events), limit: settings.historyLimit))
    }

    /// Forgets a user; how many exemplars there were.
    mutating func erase(_ user: UserIndex) -> Int {
        missed?[user] = nil
        return (learning.learner?.erase(user) ?? 0) + (candidate?.learner?.erase(user) ?? 0)
    }

    /// Counts what a candidate has missed of a user as another's.
    mutating func join(_ former: UserIndex, to user: UserIndex) {
        if let count = missed?.removeValue(forKey: former) { missed?[user, default: 0] += count }
    }

    /// Gives up the vectors of items that had no event for the days of the settings; how many the learner had of them.
    ///
    /// Time is that of the stream, so the same events give the same weights whenever they are learned.
    mutating func expireItems(of streaming: StreamingModels) -> Int {
        let days = settings.learner.expiryDays
        guard days > 0, let newest = streaming.popularity.newestTime, newest >= nextExpiry else { return 0 }
        nextExpiry = newest + max(1, Int64(min(days / Self.looks, 1) * 86_400))
        let limit = newest - Int64(days * 86_400)
        let isOutdated = { (item: ItemIndex) in
            streaming.lifetime(of: item).map { $0.upperBound < limit } ?? false
        }
        _ = candidate?.learner?.expireItems(where: isOutdated)
        return learning.learner?.expireItems(where: isOutdated) ?? 0
    }
}

// MARK: - The candidate's way to the present

extension Lines {
    /// Whether the candidate has yet to learn events: until then it does not compete.
    var isCatchingUp: Bool { missed != nil }

    /// Whether the candidate's ranker has learned enough events to compete: that of a first model begins with guesses.
    var isRehearsed: Bool { (candidate?.ranking.eventCount ?? 0) >= Int64(settings.rehearsal) }

    /// Makes a line the candidate.
    ///
    /// - Parameters:
    ///   - line: the line.
    ///   - learned: the newest event that it has learned.
    ///   - newest: the newest event that was processed.
    ///   - missed: the users of the events in between, once for each event.
    mutating func enter(_ line: LearningLine, learned: Int64, newest: Int64, missed: some Sequence<UserIndex>) {
        candidate = line
        candidateOffset = learned
        self.missed = nil
        if settings.candidateLearns, learned < newest {
            self.missed = Dictionary(missed.lazy.map { ($0, 1) }, uniquingKeysWith: +)
        }
    }

    /// Goes on with a candidate of a checkpoint; the events that it has missed are counted as they are remembered.
    mutating func resume(_ line: LearningLine?, learned: Int64, isCatchingUp: Bool) {
        (candidate, candidateOffset) = (line, learned)
        missed = isCatchingUp ? [:] : nil
    }

    /// Counts an event for a candidate that has not learned it.
    mutating func note(_ event: LoggedEvent) {
        if missed != nil, event.offset > candidateOffset { missed?[event.user, default: 0] += 1 }
    }

    /// Lets the candidate learn some of what came while it was trained.
    ///
    /// - Parameters:
    ///   - events: the next events of the log after ``candidateOffset``; none at all when the log has no more.
    ///   - newest: the newest event that was processed.
    ///   - histories: what users had done up to that.
    mutating func catchUp(_ events: [LoggedEvent], newest: Int64, _ histories: UserHistories) {
        guard isCatchingUp else { return }
        var rest = events[...]
        while !rest.isEmpty {
            let batch = rest.prefix(settings.microBatch)
            rest = rest.dropFirst(batch.count)
            let learned = batch.map { replayed($0, histories) }
            _ = candidate?.learn(learned, reading: content, emphasis: .usual)
        }
        candidateOffset = events.last?.offset ?? newest
        if candidateOffset >= newest { missed = nil }
    }

    /// An event that the candidate has missed, with what its user had done before it.
    private mutating func replayed(_ event: LoggedEvent, _ histories: UserHistories) -> StreamEvent {
        let history = histories[event.user].dropLast(missed?[event.user] ?? 0)
        missed?[event.user, default: 1] -= 1
        return StreamEvent(event: event, history: history, isNewItem: false)
    }

    /// Ends the candidate.
    mutating func endCandidate() { (candidate, missed) = (nil, nil) }
}

// MARK: - What goes live

extension Lines {
    /// The learning line as a publication.
    mutating func publish(_ version: ModelVersion, offset: Int64) -> ServedState {
        let state = state(version, offset: offset)
        learning.unpublished = 0
        return state
    }

    /// The learning line as a state, for whoever wants a copy of it.
    mutating func state(_ version: ModelVersion, offset: Int64) -> ServedState {
        let number = nextNumber()
        return learning.state(version, offset: offset, numbered: number)
    }

    /// The candidate as a state, for whoever wants a copy of it; `nil` without one.
    mutating func candidateState(_ version: ModelVersion, offset: Int64) -> ServedState? {
        let number = nextNumber()
        return candidate?.state(version, offset: offset, numbered: number)
    }

    /// Makes the candidate the learning line, and gives it as a publication.
    mutating func promote(_ version: ModelVersion, offset: Int64) -> ServedState {
        guard let line = candidate else { preconditionFailure("\(version) won without being there") }
        learning = line
        let learned = settings.candidateLearns ? offset : candidateOffset
        endCandidate()
        return publish(version, offset: learned)
    }

    /// Goes on from a state with what the learning line remembers.
    /// - Throws: `FreshetError` when its model cannot be learned further.
    mutating func resume(from state: ServedState) throws {
        var line = try line(from: state)
        line.ranking = learning.ranking.anew(after: state.ranker)
        try line.takeReplay(from: learning)
        learning = line
    }
}
