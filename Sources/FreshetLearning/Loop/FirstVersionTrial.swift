import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// Tries a first trained version on the newest events of a log, beside serving: it need not wait for traffic to be judged.
///
/// A learning loop of its own runs over the log once more. It counts what came long ago and learns what the counts are
/// worth on what came later, so that at the first event that the trained version has not seen both sides are where they
/// would have been then. From there on every event is predicted by both before either learns it, as live events are, and
/// what both have shown goes into the ``PromotionGate`` of a first version.
///
/// ```swift
/// trial.remember(old)
/// trial.practise(recent)
/// try trial.begin(trained)
/// trial.judge(newest)
/// let candidate = trial.finish()
/// ```
///
/// Belongs to one thread.
public final class FirstVersionTrial {
    private let loop: LearningLoop
    private var recent: [LoggedEvent] = []

    /// Creates a trial over an empty log.
    ///
    /// - Parameters:
    ///   - settings: those of the learning loop that the candidate will compete in.
    ///   - evidence: that loop's.
    ///   - content: that loop's.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Throws: `FreshetError` when the settings cannot be used.
    public init(
        settings: LearningLoop.Settings,
        evidence: [any CandidateEvidence] = [],
        content: ContentView? = nil,
        seed: UInt64,
        pool: ThreadPool
    ) throws {
        var settings = settings
        // Nothing is kept or compared but the two.
        (settings.keepsFrozenCopy, settings.periodEvents, settings.evaluationShare) = (false, 0, 1)
        loop = try LearningLoop(settings: settings, seed: seed, pool: pool)
        (loop.evidence, loop.content) = (evidence, content)
    }

    /// The newest event that was taken in.
    public var offset: Int64 { loop.offset }

    /// What the candidate has shown; `nil` before ``begin(_:)``.
    public var gate: PromotionGate? { loop.candidateGate }

    /// Takes in events of long ago: histories and counts only.
    public func remember(_ events: [LoggedEvent]) { loop.remember(events) }

    /// Predicts events by the counts and learns what these are worth; the candidate will replay them.
    public func practise(_ events: [LoggedEvent]) {
        recent += events
        predictAndLearn(events)
    }

    /// Puts the trained version to the test, which has learned events up to ``offset``.
    /// - Throws: `FreshetError` when it cannot be learned further.
    public func begin(_ trained: TrainedModel) throws {
        try loop.trainingFinished(trained, learned: offset, recent: recent)
        recent = []
    }

    /// Has both predict the next events of the log, then learn them.
    public func judge(_ events: [LoggedEvent]) { predictAndLearn(events) }

    /// Has the candidate learn the next events of the log, without a prediction; the counts are not needed any more.
    public func follow(_ events: [LoggedEvent]) { loop.learnByCandidate(events) }

    /// Ends the trial: the candidate with what it has learned and shown.
    public func finish() -> TriedCandidate {
        guard let line = loop.lines.candidate, var gate = loop.candidateGate else {
            preconditionFailure("finish() before begin()")
        }
        gate.settle()
        var checkpoint = Checkpoint()
        let saved = line.save(under: "candidate", in: &checkpoint)
        let learned = loop.settings.candidateLearns ? offset : loop.candidateOffset
        return TriedCandidate(line: saved, checkpoint: checkpoint, offset: learned, gate: gate)
    }

    /// Micro-batch by micro-batch, the weights of the counts live at once.
    private func predictAndLearn(_ events: [LoggedEvent]) {
        var rest = events[...]
        while !rest.isEmpty {
            let batch = rest.prefix(loop.settings.microBatch)
            rest = rest.dropFirst(batch.count)
            _ = loop.take(batch)
            loop.publication.live.ranker = loop.lines.learning.ranking.ranker
        }
    }
}

/// A first trained version after its trial: what it has learned, and what it has shown.
public struct TriedCandidate: Sendable {
    let line: LearningLine.Saved
    let checkpoint: Checkpoint
    /// The newest event that it has learned.
    public let offset: Int64
    /// What it has shown on the log.
    public let gate: PromotionGate
}

extension LearningLoop {
    /// Has the candidate alone learn events, those of a learner that is behind.
    fileprivate func learnByCandidate(_ events: [LoggedEvent]) {
        var emphasis = OnlineLearning.Emphasis.usual
        emphasis.replaySteps = 0
        var rest = events[...]
        while !rest.isEmpty {
            let batch = rest.prefix(settings.microBatch)
            rest = rest.dropFirst(batch.count)
            let learned = batch.map { event in
                defer { append(event) }
                return StreamEvent(event: event, history: histories[before: event], isNewItem: false)
            }
            lines.learnByCandidate(learned, emphasis)
            offset = batch.last?.offset ?? offset
        }
    }
}
