import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetNN
import FreshetRecommendation
import Logging

/// The learner and what follows from it: feeds the loop with the log's events and sees to what it leaves to do.
///
/// Belongs to one thread at a time: ``LearningService`` holds a lock around it.
final class LearningCore {
    /// How many events are read at once while nothing is learned from them.
    static let page = 10_000
    let parts: LearnerParts
    let loop: LearningLoop
    private let base: Int64
    /// Whether the loop comes from a checkpoint, so that one can be written before all is prepared.
    private let isResumed: Bool
    private(set) var isPrepared = false
    /// Events up to here were read before learning began.
    private var prepared: Int64 = 0
    private var waiting = FreshnessQueue()
    private var pace = ReplayPace()
    /// Trainings that are over and whose results were not taken up yet.
    var finished: [FullTraining.Outcome] = []
    /// Whether the candidate goes live whatever the gate says.
    var isForced = false
    /// When weights without the users that were erased are due, and when the last of these was, in milliseconds since 1970.
    var erasure: (due: Int64, newest: Int64)?
    /// The erasures of users whom something that is kept may have learned from, by the ids of their receipts.
    var openErasures: [String: ErasureReceipt] = [:]
    /// When deleting older weights is tried again, after it failed.
    var nextSettling: ContinuousClock.Instant?
    /// When the encoder was tuned last, or might have been, in milliseconds since 1970.
    var lastTuning: Int64
    /// Whether a training waits until the encoder is tuned.
    var waitsForTuning = false
    /// Who was erased since the newest training began.
    var erasedMeanwhile: Set<UserIndex> = []

    init(_ parts: LearnerParts, _ start: LearningStart) {
        self.parts = parts
        loop = start.loop
        (base, isResumed) = (start.base, start.isResumed)
        lastTuning = parts.clock.milliseconds
        parts.writer.durableOffset = start.isResumed ? start.loop.newestLearnedByAll : 0
        let began = ContinuousClock.now
        loop.stopwatch = { (ContinuousClock.now - began) / .seconds(1) }
    }

    /// The newest event learned.
    var offset: Int64 { max(base, loop.offset) }

    /// The newest event that all weights of the checkpoint on disk have learned: later ones are needed after a kill.
    var durableOffset: Int64 { parts.writer.durableOffset }

    // MARK: Learning

    /// Learns the next events of the log.
    ///
    /// - Parameters:
    ///   - evaluatedShare: of those that the settings let all contenders predict beforehand, the share that is.
    ///   - lag: for how many seconds the oldest event that is not learned has waited.
    ///   - limit: for how many seconds events may wait before steps on replay alone are left out.
    /// - Returns: how many events there were.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func learnNext(evaluatedShare: Double, lag: Double = 0, limit: Double = .infinity) throws -> Int {
        if !isPrepared { return try prepareNext(evaluatedShare) }
        try takeUpTrainings()
        try considerErasures()
        considerTuning()
        considerTrial()
        let events = try parts.store.events(after: loop.offset, limit: parts.configuration.learning.batchSize)
        guard !events.isEmpty else {
            try carryOut(loop.idle(time: parts.clock.milliseconds))
            return 0
        }
        loop.evaluationShare = loop.settings.evaluationShare * evaluatedShare
        let step = try keepingPace(lag, limit) { try loop.process(events, time: parts.clock.milliseconds) }
        for event in events { waiting.append(event) }
        try carryOut(step)
        return events.count
    }

    /// Has a micro-batch make as many steps on replay alone as there is time for, and measures what it costs.
    private func keepingPace(
        _ lag: Double,
        _ limit: Double,
        _ learn: () throws -> LearningStep
    ) rethrows -> LearningStep {
        loop.replaySteps = pace.steps(
            wanted: loop.settings.learner.replaySteps,
            lag: lag,
            limit: limit,
            waiting: Double(parts.store.newestOffset - loop.offset) / Double(parts.configuration.learning.batchSize)
        )
        let (steps, replaying, began) = (loop.replayedSteps, loop.seconds.replaying, ContinuousClock.now)
        let step = try learn()
        pace.note(
            batches: 1,
            seconds: (ContinuousClock.now - began) / .seconds(1),
            steps: loop.replayedSteps - steps,
            replaying: loop.seconds.replaying - replaying
        )
        if step.expiredItems > 0 {
            parts.logger.info("items expired", metadata: ["items": "\(step.expiredItems)"])
        }
        return step
    }

    /// Takes in what was learned before this start: histories and counts only.
    private func prepareNext(_ evaluatedShare: Double) throws -> Int {
        let events = try parts.store.events(after: prepared, limit: Self.page).prefix { $0.offset <= base }
        guard let last = events.last else {
            isPrepared = true
            return try learnNext(evaluatedShare: evaluatedShare)
        }
        loop.remember(events)
        prepared = last.offset
        return events.count
    }

    // MARK: What follows

    /// Sees to what the loop leaves to do: records, files, the live model, trainings.
    func carryOut(_ step: LearningStep) throws {
        for decision in step.decisions {
            parts.decisions.add(decision)
            parts.records.add(.decision(decision))
            parts.logger.info(
                "\(decision.kind.rawValue)",
                metadata: ["version": "\(decision.version)", "why": "\(decision.reason)"]
            )
        }
        for state in step.good { keep(state) }
        for version in step.discarded { parts.book.update(version) { $0.state = .discarded } }
        for (state, kind) in step.published { publish(state, kind) }
        if step.retraining != nil { startTraining(isForced: false) }
        if !step.good.isEmpty || !step.discarded.isEmpty || !step.published.isEmpty { keepReadings() }
    }

    /// Forgets the readings of the items' texts that no version goes by any more.
    func keepReadings() { parts.content.keep(only: parts.pins.readings.union(loop.readings.map(\.id))) }

    private func publish(_ state: ServedState, _ kind: Decision.Kind) {
        let old = parts.live.publish(ModelSnapshot(state))
        parts.publisher?.offer(state, needsLearner: kind != .microUpdate)
        let now = parts.clock.milliseconds
        if kind == .rollback {
            waiting.removeAll()
        } else {
            waiting.publish(at: now, to: parts.freshness)
        }
        parts.preload.run(with: parts.live.current)
        guard kind != .microUpdate else { return }
        if state.trained != nil, parts.book.record(of: state.version) == nil {
            let version = ModelVersion(state.version.number)
            parts.book.put(VersionRecord(version: version, state: .live, created: now, offset: state.offset))
        }
        parts.book.setLive(
            state.version,
            replacing: old.version,
            as: kind == .rollback ? .rolledBack : .retired
        )
        keep(state)
        writeBeside { [archive = parts.archive] in try archive.setLive(state.version) }
        checkpoint()
    }

    /// Has a version written to disk, in the place of older updates of it.
    private func keep(_ state: ServedState) {
        let (archive, book, count) = (parts.archive, parts.book, parts.configuration.snapshots.kept)
        let pins = parts.pins
        writeBeside {
            try archive.write(state)
            book.update(state.version) { record in
                record.offset = state.offset
                record.folder = LearnedFiles.versions + "/" + SnapshotArchive.name(of: state.version)
            }
            archive.prune(keeping: count, live: state.version, needed: pins.versions)
        }
    }

    /// Has the learner's state and its offset written in one file: what was learned is not learned again after a kill.
    func checkpoint() {
        guard isPrepared || isResumed else { return }
        writeBeside(checkpointing())
    }

    /// The same at once, after what waits to be written.
    /// - Throws: ``FreshetError`` of kind `external` when it cannot be written.
    func checkpointNow() throws {
        guard isPrepared || isResumed else { return }
        parts.writer.waitUntilIdle()
        try checkpointing()()
    }

    private func checkpointing() -> @Sendable () throws -> Void {
        let (state, offset, path) = (loop.checkpoint(), loop.newestLearnedByAll, parts.checkpointPath)
        let decisions = parts.publisher?.decisions ?? 0
        return { [writer = parts.writer, publisher = parts.publisher] in
            try state.write(to: path)
            writer.durableOffset = offset
            publisher?.offer(learnerAt: path, after: decisions)
        }
    }

    /// The same, unless an older state is still being written.
    func checkpointIfIdle() {
        if parts.writer.isIdle { checkpoint() }
    }

    private func writeBeside(_ write: @escaping @Sendable () throws -> Void) {
        parts.writer.add { [health = parts.health] in
            do {
                try write()
                health.markWorking(LearningStart.part)
            } catch let error {
                // The older file is whole; what it does not hold is learned again after a kill.
                health.markFailed(LearningStart.part, error)
            }
        }
    }

    // MARK: By hand

    /// Puts a version live because somebody wants it.
    func promote(_ version: ModelVersion) throws {
        let now = parts.clock.milliseconds
        if version == loop.policy.candidate {
            while try catchUpNext() {}
            // It may have gone live by itself, as after an erasure.
            guard version == loop.policy.candidate else { return }
            return try carryOut(loop.promote(version, time: now))
        }
        guard version != loop.live.version else { throw FreshetError(.conflict, "Version \(version) answers already.") }
        guard let stored = parts.archive.stored(version) else {
            throw FreshetError(.conflict, "Version \(version) is not kept.")
        }
        let state = try parts.archive.read(stored, reading: parts.content.tuned.find)
        try carryOut(loop.promote(stored, kept: state, time: now))
    }

    /// Writes what serves now to disk, where it stays for as long as it is pinned; it is pinned once more.
    /// - Throws: ``FreshetError`` of kind `conflict` where nothing trained serves, of kind `external` when it cannot be written.
    func freeze() throws -> ServedState {
        guard loop.live.trained != nil else {
            throw FreshetError(
                .conflict,
                "No trained version serves yet: there is nothing to freeze.",
                remedy: "Wait for the first version; GET /v1/status says how far it is."
            )
        }
        parts.pins.keep(loop.live.version)
        do {
            try parts.archive.write(loop.live)
        } catch let error {
            parts.pins.letGo(loop.live.version)
            throw error
        }
        return loop.live
    }

    /// Puts the state before live because somebody wants it; the version that answers now.
    func rollBack() throws -> ModelVersion {
        try carryOut(loop.rollBack(time: parts.clock.milliseconds))
        return loop.live.version
    }

    /// Forgets what the learner remembers of a user, under all numbers that they have had; how many exemplars there were.
    func erase(_ numbers: [UserIndex]) -> Int {
        erasedMeanwhile.formUnion(numbers)
        let count = numbers.reduce(0) { $0 + loop.erase($1) }
        checkpoint()
        return count
    }

    /// Takes it that a user was another all along, whose history is that of both from now on.
    ///
    /// Nothing is written: after a kill histories are read from the log, where they are joined already.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func join(_ former: UserIndex, to user: UserIndex) throws {
        // Some of them may not be learned yet.
        let events = try parts.store.newestEvents(of: user, limit: 2 * loop.settings.historyLimit)
        loop.join(former, to: user, events)
    }

    /// Forgets what the learner remembers of a user but for the events that are left.
    func erase(_ user: UserIndex, keeping events: [LoggedEvent]) {
        _ = erase([user])
        loop.erase(user, keeping: events)
        checkpoint()
    }

    // MARK: Report

    /// The gain of the version that serves, of none before.
    private var gain: EngineStatus.Gain? {
        guard loop.live.trained != nil else { return nil }
        return EngineStatus.Gain(loop.gain.version == loop.live.version.number ? loop.gain : TrainedGain())
    }

    private var firstVersion: FirstVersionProgress? {
        guard !loop.policy.isTrained else { return nil }
        var progress = FirstVersionProgress()
        progress.firstEvents = loop.settings.publication.firstTrainingEvents
        progress.wasTrained = loop.policy.lastTrainedOffset != nil
        progress.nextTraining = loop.policy.nextTrainingByGrowth
        progress.candidate = loop.policy.candidate == nil ? nil : loop.candidateGate
        progress.candidateLag = loop.isCatchingUp ? loop.offset - loop.candidateOffset : nil
        return progress
    }

    /// What the status shows.
    func report() -> LearningReport {
        LearningReport(
            offset: offset,
            candidateLag: loop.isCatchingUp ? loop.offset - loop.candidateOffset : nil,
            firstVersion: firstVersion,
            gain: gain,
            loss: loop.report?.loss,
            learningRate: loop.report.map { Double($0.rate) },
            figures: loop.evaluation.figures(),
            cohorts: Dictionary(
                uniqueKeysWithValues: PrequentialEvaluation.Cohort.allCases.filter { $0 != .all }.map { cohort in
                    (cohort.rawValue, loop.evaluation.figures(cohort: cohort))
                }
            ),
            curve: loop.evaluation.curve.map {
                EngineStatus.CurvePoint(time: $0.time * 1000, offset: $0.offset, figures: $0.figures)
            },
            forgetting: EngineStatus.Forgetting(loop.forgetting)
        )
    }
}

extension ModelSnapshot {
    /// What answers requests of a state of the loop.
    convenience init(_ state: ServedState) {
        self.init(
            version: state.version,
            scorer: state.trained?.scorer,
            offset: state.offset,
            ranker: state.ranker,
            reading: state.reading
        )
    }
}
