import FreshetCore
import FreshetData
import FreshetExperiments
import FreshetFeedback
import FreshetLearning
import Logging
import Synchronization

/// Keeps the figures of feedback: follows the logs of answers and events beside everything else.
///
/// Answers and deliveries know nothing of it. What it has is the logs' doing alone, so after a kill the same figures come
/// again, but for profits that the catalogue says and has changed since; until then they are those of what was read so far.
final class FeedbackService: Sendable {
    /// How many seconds it waits before it looks again.
    private static let pause = 0.25
    private struct State {
        var join: FeedbackJoin
        var tallies: ExperimentTallies
        /// Up to when both logs were read.
        var readUpTo = Int64.min
    }

    private let store: any EngineStore
    private let vocabulary: Vocabulary
    /// What one conversion of an item leaves, as far as the catalogue says.
    private let profit: @Sendable (ItemIndex) -> Double?
    /// When the oldest answer was given that is not in its log yet.
    private let oldestUnwritten: @Sendable () -> Int64?
    private let clock: EngineClock
    private let settled: Int64
    /// The types of events that are conversions.
    private let conversions = FeedbackRules().types(of: .conversion)
    private let logger: Logger
    private let state: Mutex<State>
    /// How far both logs were read.
    private let feed = Mutex(FeedbackFeed())
    /// Whether any event that was read says itself what it leaves.
    private let hasOwnProfit = Atomic(false)
    /// Experiments of which it is not known yet what their users were like before.
    private let newcomers = Mutex<[ServedExperiment]>([])
    /// What users chose so far between the newest candidate and the live version, for who must not wait for the logs.
    private let preference = Mutex<(candidate: Int, evidence: PreferenceEvidence)?>(nil)
    private let niceness: Int
    private let signal = CommitSignal(newest: 0)
    private let ended = Mutex<AsyncStream<Void>?>(nil)

    init(
        _ configuration: EngineConfiguration,
        store: any EngineStore,
        vocabulary: Vocabulary,
        clock: EngineClock,
        logger: Logger,
        oldestUnwritten: @escaping @Sendable () -> Int64?,
        profit: @escaping @Sendable (ItemIndex) -> Double?
    ) {
        self.profit = profit
        self.oldestUnwritten = oldestUnwritten
        self.store = store
        self.vocabulary = vocabulary
        self.clock = clock
        self.logger = logger
        niceness = configuration.learning.niceness
        // By then the answers that an event can be about wait for their log, if they are not in it.
        settled = Int64(configuration.serving.impressionDelay * 1000) + 250
        state = Mutex(
            State(
                join: FeedbackJoin(follows: .variants),
                tallies: ExperimentTallies(chanceOfError: configuration.loop.promotion.falsePromotion)
            )
        )
    }

    /// Starts following, on a thread of its own.
    func start() {
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ended.withLock { $0 = ended }
        BackgroundThread.start(named: "freshet-feedback", niceness: niceness) { [self] in
            while !signal.isStopping {
                do {
                    try follow(upTo: clock.milliseconds - settled)
                } catch let error {
                    logger.debug("feedback waits for the next trial", metadata: ["error": "\(error)"])
                }
                signal.pause(seconds: Self.pause)
            }
            continuation.finish()
        }
    }

    /// Ends it after the portion at hand.
    func stop() async {
        signal.stop()
        guard let ended = ended.withLock({ $0 }) else { return }
        for await _ in ended {}
    }

    /// Reads the logs up to a time, or to the oldest answer that a slow disk keeps from its log: what is done about an answer
    /// is nothing without it.
    ///
    /// Whoever asks for figures waits for no page to be read: only for what is counted of one, some milliseconds.
    /// Blocks the calling thread.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read.
    func follow(upTo time: Int64) throws {
        try feed.withLock { feed in
            var isMore = true
            while isMore, !signal.isStopping {
                let time = min(time, oldestUnwritten().map { $0 - 1 } ?? .max)
                try takeUpNewcomers()
                try feed.read(
                    answers: { try store.impressions(after: $0, limit: $1).map { ($0.number, $0.impression) } },
                    events: events
                )
                isMore = state.withLock { state in
                    let isMore = feed.give(to: &state.join, upTo: time).isMore
                    state.tallies.take(state.join.takeOutcomes())
                    if !isMore { state.readUpTo = max(state.readUpTo, time) }
                    if let newest = state.tallies.newestPreference { preference.withLock { $0 = newest } }
                    return isMore
                }
            }
        }
    }

    /// Reads what the users of new experiments were like before, beside those who ask for figures.
    private func takeUpNewcomers() throws {
        while true {
            // Those that began within days of each other, as after a start, are read together.
            let group = TimeBefore.first(of: newcomers.withLock { $0 })
            guard !group.isEmpty, let before = try covariates(of: group) else { return }
            for (served, covariates) in zip(group, before) {
                let tally = try ExperimentTally(served, covariates: covariates)
                // It leaves one list and enters the other at once: nobody who sees no newcomers reads on without its tally.
                newcomers.withLock { newcomers in
                    // Taken back meanwhile, it is not followed; changed meanwhile, it is as it is now.
                    guard let place = newcomers.firstIndex(where: { $0.id == served.id }) else { return }
                    let wanted = newcomers.remove(at: place)
                    state.withLock { state in
                        state.tallies.add(tally)
                        state.tallies.follow(wanted)
                    }
                }
            }
        }
    }

    /// What the users of each of some experiments did in the time before it; `nil` when the service is stopping.
    func covariates(of group: [ServedExperiment]) throws -> [[UInt64: [Double]]]? {
        try TimeBefore(group).covariates(store: store, events: events, isStopping: { signal.isStopping })
    }

    private func events(after offset: Int64, limit: Int) throws -> [(offset: Int64, event: FeedbackEvent)] {
        let page = try store.namingEvents(after: offset, limit: limit)
        let types = vocabulary.eventTypes
        if page.contains(where: { $0.profit != nil }) { hasOwnProfit.store(true, ordering: .relaxed) }
        return page.map { logged in
            let event = logged.event
            let type = types[Int(event.type)]
            let named = FeedbackEvent(
                logged,
                user: vocabulary.id(of: event.user),
                item: vocabulary.id(of: event.item),
                type: type,
                profit: conversions.contains(type.rawValue) ? profit(event.item) : nil
            )
            return (event.offset, named)
        }
    }

    /// Whether any event that was read so far says itself what it leaves.
    var knowsProfitOfEvents: Bool { hasOwnProfit.load(ordering: .relaxed) }

    /// The figures of what was read so far.
    func rows(by dimensions: [FeedbackDimension], days: ClosedRange<Int>?) -> [FeedbackRow] {
        let now = clock.milliseconds
        return state.withLock { $0.join.rows(by: dimensions, days: days, now: now) }
    }

    // MARK: Experiments

    /// Adds up from now on what an experiment's users do.
    func follow(_ served: ServedExperiment) { newcomers.withLock { $0.append(served) } }

    /// Takes it that a bandit's windows or other shares begin, as the experiment says.
    func follow(changesOf served: ServedExperiment) {
        newcomers.withLock { newcomers in
            if let place = newcomers.firstIndex(where: { $0.id == served.id }) { newcomers[place] = served }
        }
        state.withLock { $0.tallies.follow(served) }
    }

    /// What a bandit's variants get in a window, of all that was done before it; `nil` until that is read.
    func allocation(of id: String, in window: (number: Int, started: Int64)) -> ThompsonAllocation? {
        state.withLock { $0.readUpTo >= window.started ? $0.tallies[id]?.allocation(in: window.number) : nil }
    }

    /// Ends that.
    func unfollow(_ id: String) {
        newcomers.withLock { $0.removeAll { $0.id == id } }
        state.withLock { $0.tallies.remove(id) }
    }

    /// What an experiment has shown so far; `nil` until it is known what its users were like before.
    func figures(of served: ServedExperiment) -> ExperimentFigures? {
        let days = served.days(at: clock.milliseconds)
        return state.withLock { $0.tallies[served.id]?.figures(of: served, days: days) }
    }

    /// What users chose so far between a candidate and the live version, where both made answers; `nil` without any.
    func preference(for version: ModelVersion) -> PreferenceEvidence? {
        preference.withLock { $0?.candidate == version.number ? $0?.evidence : nil }
    }

    // MARK: Users

    /// Takes it that a user was another all along.
    func join(_ user: String, to other: String) { state.withLock { $0.join.join(user, to: other) } }

    /// Forgets who somebody was whom answers and events are known of; what they did stays counted.
    func forget(_ user: String) {
        state.withLock { state in
            state.join.forget(user)
            state.tallies.forget(user)
        }
    }
}
