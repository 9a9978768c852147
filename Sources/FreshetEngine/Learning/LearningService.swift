import Foundation
import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Synchronization

/// The learner's thread: reads the log as events come, learns, and carries out what follows, beside serving.
///
/// `@unchecked Sendable`: `core` is used with `lock` held; all else is safe by itself.
final class LearningService: @unchecked Sendable {
    /// Events that come within this many seconds are learned together.
    private static let gathering = 0.1
    /// From how many seconds of waiting on fewer events are predicted, and the least share of them.
    ///
    /// Steps on replay alone become fewer before that.
    private static let hurriedFrom = 2.0
    private static let leastEvaluated = 0.02
    /// Seconds between two reports.
    private static let reportEvery = Duration.seconds(0.5)

    private struct Shown {
        var report = LearningReport()
        var isRunning = false
    }

    private let parts: LearnerParts
    private let lock = NSLock()
    private let core: LearningCore
    private let signal: CommitSignal
    private let lag = LagMeter()
    private let rate = RateMeter()
    private let shown = Mutex(Shown())
    private let ended = Mutex<[CheckedContinuation<Void, Never>]?>(nil)
    /// What the learner is told before its next batch, and nobody waits for.
    private let notices = Mutex<[Notice]>([])

    /// Something that the learner should know.
    private enum Notice: Sendable {
        /// A user was another all along.
        case joined(UserIndex, to: UserIndex)
        /// What there is to know of candidates beside counts and models.
        case evidence([any CandidateEvidence])
    }

    init(_ parts: LearnerParts, _ start: LearningStart) throws {
        self.parts = parts
        core = LearningCore(parts, start)
        signal = CommitSignal(newest: parts.store.newestOffset)
        // What was received before this start and not learned yet has waited since then.
        if let first = try parts.store.events(after: start.base, limit: 1).first {
            lag.committed(parts.store.newestOffset, at: first.received)
        }
        let report = core.report()
        shown.withLock { $0.report = report }
        parts.retraining.setHandler { [weak self] in self?.trainingFinished($0) }
    }

    /// Says that the log has events up to an offset; called before they are acknowledged.
    func committed(_ offset: Int64) {
        lag.committed(offset, at: parts.clock.milliseconds)
        signal.committed(offset)
    }

    // MARK: The thread

    /// Starts the thread.
    func start() {
        guard parts.configuration.learning.isEnabled else { return }
        ended.withLock { $0 = [] }
        shown.withLock { $0.isRunning = true }
        BackgroundThread.start(named: "freshet-learn", niceness: parts.configuration.learning.niceness) { [self] in
            run()
            shown.withLock { $0.isRunning = false }
            let waiters = ended.withLock { ended in
                defer { ended = nil }
                return ended ?? []
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Ends the thread after the batch at hand and writes a checkpoint; a full training ends after its step.
    func stop() async {
        signal.stop()
        async let training: Void = parts.retraining.stop()
        await withCheckedContinuation { continuation in
            let isOver = ended.withLock { ended in
                ended?.append(continuation)
                return ended == nil
            }
            if isOver { continuation.resume() }
        }
        await training
    }

    private func run() {
        var evaluatedShare = 1.0
        var turns = CatchUpTurns()
        var nextReport = ContinuousClock.now
        var nextCheckpoint = ContinuousClock.now + .seconds(parts.configuration.learning.checkpointEvery)
        while !signal.isStopping {
            let learned = learn(&evaluatedShare)
            let now = ContinuousClock.now
            if now >= nextCheckpoint {
                lock.withLock { core.checkpointIfIdle() }
                nextCheckpoint = ContinuousClock.now + .seconds(parts.configuration.learning.checkpointEvery)
            }
            if now >= nextReport || learned == 0 {
                let report = lock.withLock { core.report() }
                shown.withLock { $0.report = report }
                nextReport = ContinuousClock.now + Self.reportEvery
            }
            let isBehind = learned >= parts.configuration.learning.batchSize
            guard !catchUp(atMost: turns.next(isBehind: isBehind)), !isBehind else { continue }
            // All there was: wait for the next event, or for the moment of the next publication.
            let offset = lock.withLock { core.offset }
            signal.wait(after: offset, seconds: min(1, parts.configuration.learning.publishEvery))
            signal.pause(seconds: min(Self.gathering, parts.configuration.learning.publishEvery / 10))
        }
        lock.withLock { core.checkpoint() }
        parts.writer.waitUntilIdle()
    }

    /// One batch; how many events there were, 0 when the log cannot be read.
    ///
    /// When events begin to wait, fewer are predicted before they are learned, until none waits: learning all of them in
    /// time matters more than judging on all of them.
    private func learn(_ evaluatedShare: inout Double) -> Int {
        let lag = lagSeconds
        if lag > Self.hurriedFrom {
            evaluatedShare = max(Self.leastEvaluated, evaluatedShare * 0.9)
        } else if lag < Self.hurriedFrom / 2 {
            evaluatedShare = min(1, evaluatedShare * 1.05)
        }
        do {
            let share = evaluatedShare
            let turn = try parts.turn(until: { signal.isStopping }) {
                try lock.withLock {
                    try takeUpNotices()
                    let learned = try core.learnNext(evaluatedShare: share, lag: lag, limit: Self.hurriedFrom)
                    return (learned: learned, offset: core.offset)
                }
            }
            guard let (learned, offset) = turn else { return 0 }
            let before = shown.withLock { shown in
                defer { shown.report.offset = offset }
                return shown.report.offset
            }
            // What is only read again after a restart was learned before.
            rate.add(Int(max(0, offset - before)))
            parts.health.markWorking(Self.part)
            return learned
        } catch let error {
            parts.health.markFailed(Self.part, error)
            signal.pause(seconds: 1)
            return 0
        }
    }

    /// Tells the learner what it should know; with the lock held.
    private func takeUpNotices() throws {
        while let notice = notices.withLock({ $0.first }) {
            switch notice {
            case .joined(let former, let user): try core.join(former, to: user)
            case .evidence(let evidence): core.loop.evidence = evidence
            }
            notices.withLock { _ = $0.removeFirst() }
        }
    }

    /// Lets a candidate learn what it has missed while events gather.
    ///
    /// - Parameter most: how many batches it may learn.
    /// - Returns: whether there was anything.
    private func catchUp(atMost most: Int) -> Bool {
        let end = ContinuousClock.now + .seconds(min(Self.gathering, parts.configuration.learning.publishEvery / 10))
        var hasMore = true
        var (hadAny, batches) = (false, 0)
        do {
            while hasMore, batches < most, !signal.isStopping, ContinuousClock.now < end {
                hasMore =
                    try parts.turn(until: { signal.isStopping }) { try lock.withLock { try core.catchUpNext() } }
                    ?? false
                hadAny = hadAny || hasMore
                batches += 1
            }
        } catch let error {
            parts.health.markFailed(Self.part, error)
            signal.pause(seconds: 1)
        }
        return hadAny
    }

    // MARK: From outside

    /// Says that a user was another all along.
    func joined(_ former: UserIndex, to user: UserIndex) { tell(.joined(former, to: user)) }

    /// Says what there is to know of candidates beside counts and models.
    func read(_ evidence: [any CandidateEvidence]) { tell(.evidence(evidence)) }

    /// Has the learner's thread take something up before its next batch; nobody waits for it.
    private func tell(_ notice: Notice) {
        guard parts.configuration.learning.isEnabled else { return }
        notices.withLock { $0.append(notice) }
        signal.wake()
    }

    /// Does something with the learner between two batches, on a thread of its own: it may take a while.
    ///
    /// What follows from it is on disk when this returns; the learner does not wait for that.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (LearningCore) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            BackgroundThread.start(named: "freshet-order", niceness: 0) { [self] in
                parts.writer.waitUntilIdle()
                let result = Swift.Result { try lock.withLock { try body(core) } }
                parts.writer.waitUntilIdle()
                let report = lock.withLock { core.report() }
                shown.withLock { $0.report = report }
                continuation.resume(with: result)
            }
        }
    }

    /// Takes what came of a full training; called on the training's thread.
    ///
    /// The learner's thread takes it up before its next batch: this one has the lowest priority, and everybody would wait
    /// for it. Where there is no such thread, nobody waits.
    func trainingFinished(_ outcome: FullTraining.Outcome) {
        lock.withLock { core.finished.append(outcome) }
        guard !shown.withLock({ $0.isRunning }) else { return signal.wake() }
        do {
            try lock.withLock { try core.takeUpTrainings(isLearning: false) }
        } catch let error {
            parts.health.markFailed(Self.part, error)
        }
    }

    /// Takes what was trained elsewhere: the candidate, once the learner has learned all events up to now, which it may have
    /// been trained on.
    ///
    /// Where nobody learns, it is the candidate at once, and goes live by hand.
    /// - Throws: ``FreshetError`` when it cannot be learned further, or the log cannot be read.
    func adopt(_ product: FullTraining.Product) throws {
        // Who was erased since it was trained, nobody knows: as if it had begun before all of them.
        let order = FullTraining.Order(newest: product.learned, minutes: 0, time: 0)
        try lock.withLock {
            core.finished.append(FullTraining.Outcome(order: order, result: .success(product)))
            if !parts.configuration.learning.isEnabled { try core.takeUpTrainings(isLearning: false) }
        }
        signal.wake()
    }

    // MARK: Status

    static let part = "learner"

    /// The training that runs, or whose result was not taken up yet.
    var trainingOrder: FullTraining.Order? { parts.retraining.order }

    /// What the learner last said about itself.
    var report: LearningReport { shown.withLock { $0.report } }

    private var lagSeconds: Double {
        lag.seconds(after: report.offset, now: parts.clock.milliseconds)
    }

    /// The learner in numbers.
    func status(newest: Int64) -> EngineStatus.Learner {
        let (report, isRunning) = shown.withLock { ($0.report, $0.isRunning) }
        var status = EngineStatus.Learner()
        status.offset = report.offset
        status.lagEvents = max(0, newest - report.offset)
        status.lagSeconds = lagSeconds
        status.eventsPerSecond = rate.perSecond
        status.loss = report.loss
        status.learningRate = report.learningRate
        status.retraining = parts.retraining.progress
        status.candidateLagEvents = report.candidateLag
        if var progress = report.firstVersion, parts.live.current.version.number == 0 {
            (progress.newest, progress.eventsPerSecond) = (newest, rate.perSecond)
            progress.isEnabled = isRunning && parts.configuration.retraining.isEnabled
            (progress.stage, progress.order) = (parts.retraining.stage, parts.retraining.order)
            status.firstVersion = progress.status
        }
        status.gain = report.gain
        if !isRunning {
            status.state = "stopped"
        } else if status.lagSeconds > parts.configuration.learning.behindAfter {
            status.state = "behind"
        } else if status.retraining != nil {
            status.state = "retraining"
        } else {
            status.state = newest == 0 ? "waiting" : "learning"
        }
        return status
    }
}
