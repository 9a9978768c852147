import FreshetCore
import FreshetData
import FreshetModels

extension LearningLoop {
    /// Asks the policy what follows from a batch, and does it to the loop's own weights.
    func decide(_ signals: [DriftMonitor.Signal], time: Int64, _ step: inout LearningStep) throws {
        let observation = PublicationPolicy.Observation(
            time: time,
            offset: offset,
            hasUpdate: learning.unpublished > 0,
            microUpdate: microUpdate,
            promotion: isCatchingUp ? nil : promotion,
            rollback: rollback,
            drift: signals,
            figures: settings.publication.rules.isEmpty ? [:] : evaluation.figures()[Contender.live.rawValue] ?? [:]
        )
        try carryOut(policy.advance(observation), &step)
        if isPeriodOver { measureForgetting() }
        // A watch that ended without a change of the good state: it was the live one all along.
        if rollback.verdict != .watching { rollback.restart() }
    }

    /// Decides without an event: what was learned last goes live although nothing comes after it.
    ///
    /// - Parameter time: the moment, in milliseconds since 1970.
    /// - Returns: what to do and why.
    /// - Throws: `FreshetError` when a model cannot be learned further.
    public func idle(time: Int64) throws -> LearningStep {
        var step = LearningStep()
        try decide([], time: time, &step)
        return step
    }

    /// Says that a full training has begun.
    ///
    /// - Parameters:
    ///   - time: the moment, in milliseconds since 1970.
    ///   - offset: the newest event that it learns from.
    public func trainingBegan(time: Int64, upTo offset: Int64) { policy.trainingBegan(time: time, upTo: offset) }

    /// Says that a full training failed.
    public func trainingFailed() { policy.trainingFailed() }

    /// Puts a version live because somebody wants it: the candidate, or a state that was kept.
    ///
    /// - Parameters:
    ///   - version: which.
    ///   - kept: the state, unless it is the candidate or the last good one.
    ///   - time: the moment, in milliseconds since 1970.
    /// - Returns: what to do.
    /// - Throws: `FreshetError` of kind `conflict` when nothing of the name is there, or when it is a candidate that
    ///   ``isCatchingUp``.
    public func promote(_ version: ModelVersion, kept: ServedState? = nil, time: Int64) throws -> LearningStep {
        var step = LearningStep()
        if version == policy.candidate {
            guard !isCatchingUp else {
                throw FreshetError(.conflict, "Version \(version) is still learning what came while it was trained.")
            }
            try carryOut(policy.promote(version, time: time, offset: offset), &step)
            return step
        }
        guard let state = kept ?? (version == good.version ? good : nil) else {
            throw FreshetError(.conflict, "Version \(version) is not kept.")
        }
        let decided = policy.promote(version, time: time, offset: offset)
        step.decisions = decided.decisions
        good = live
        try goOn(from: state)
        step.actions.append(.publish(live, .promotion))
        return step
    }

    /// Puts the last good state live because somebody wants it.
    /// - Throws: `FreshetError` of kind `usage` when it is live.
    public func rollBack(time: Int64) throws -> LearningStep {
        guard policy.good != policy.live else {
            throw FreshetError(
                .conflict,
                "There is no earlier state to go back to: \(live.version) is the last good one."
            )
        }
        var step = LearningStep()
        try carryOut(policy.rollBack(time: time, offset: offset), &step)
        return step
    }

    /// Lets the learner remember events that its model was trained on, so that it has something to replay.
    public func rehearse(_ events: some Collection<LoggedEvent>) {
        guard let learner = learning.learner else { return }
        learner.remember(StreamEvents.replayed(Array(events), limit: settings.historyLimit))
    }

    /// Starts all figures anew, and keeps a copy of the learning weights as they are now to compare with.
    public func startMeasuring() {
        evaluation = PrequentialEvaluation(settings: settings.prequential)
        seconds = Seconds()
        guard settings.keepsFrozenCopy else { return }
        frozen = learning.state(live.version, offset: offset, numbered: nextNumber())
    }

    /// Compares with a model that never answers, from now on; its fusion weights are learned as always.
    ///
    /// - Parameters:
    ///   - contender: its name; a model that had it goes.
    ///   - trained: the model, which stays as it is; `nil` for the counts alone.
    ///   - readsEvidence: whether it knows the loop's ``evidence``.
    public func compare(_ contender: Contender, with trained: TrainedModel?, readsEvidence: Bool = true) {
        let fusion = (compared.first { $0.contender == contender }?.fusion ?? learning.fusion).anew()
        compared.removeAll { $0.contender == contender }
        compared.append(
            ComparedLine(contender, scorer: trained?.scorer, readsEvidence: readsEvidence, fusion: fusion)
        )
    }

    /// Forgets a user: history and exemplars; how many exemplars there were.
    @discardableResult
    public func erase(_ user: UserIndex) -> Int {
        histories.removeAll(of: user)
        missed?[user] = nil
        kept.erase(user)
        return (learning.learner?.erase(user) ?? 0) + (candidate?.learner?.erase(user) ?? 0)
    }

    private func carryOut(_ decided: PublicationPolicy.Step, _ step: inout LearningStep) throws {
        step.decisions += decided.decisions
        for action in decided.actions {
            switch action {
            case .publish(let version):
                live = learning.state(version, offset: offset, numbered: nextNumber())
                liveNumber = learning.scorerNumber
                learning.unpublished = 0
                keepFrozenCopy()
                step.actions.append(.publish(live, .microUpdate))
            case .promote(let version):
                guard var line = candidate else { preconditionFailure("\(version) won without being there") }
                good = live
                live = line.state(
                    version,
                    offset: settings.candidateLearns ? offset : candidateOffset,
                    numbered: nextNumber()
                )
                liveNumber = line.scorerNumber
                line.unpublished = 0
                learning = line
                endCandidate()
                restartGates()
                keepFrozenCopy()
                measureForgetting()
                step.actions.append(.publish(live, .promotion))
            case .discard(let version):
                endCandidate()
                step.actions.append(.discard(version))
            case .rollBack:
                try goOn(from: good)
                step.actions.append(.publish(live, .rollback))
            case .markGood:
                good = live
                rollback.restart()
                step.actions.append(.markGood(live))
            case .retrain(let reason):
                step.actions.append(.retrain(reason: reason))
            case .restartLearner:
                // A rollback has done so; after updates held back for long the learner goes on from what is live.
                if learning.unpublished > 0 { try goOn(from: live) }
            case .emphasizeNew(let events):
                emphasizedEvents = events
            }
        }
    }

    /// Puts a state live and lets the learner go on from it, with what it remembers.
    private func goOn(from state: ServedState) throws {
        live = state
        liveNumber = nextNumber()
        var line = try LearningLine(from: state, settings: settings, number: liveNumber, seed: seed, pool: pool)
        line.fusion = learning.fusion.anew(from: state.fusion)
        try line.takeReplay(from: learning)
        learning = line
        restartGates()
    }

    private func endCandidate() {
        (candidate, missed) = (nil, nil)
        promotion = nil
        evaluation.reset(.candidate)
    }

    /// Keeps what is live to compare with: the first publication, and in its place the first trained state.
    private func keepFrozenCopy() {
        let isFirst = frozen.map { $0.trained == nil && live.trained != nil } ?? true
        guard settings.keepsFrozenCopy, isFirst else { return }
        frozen = live
        evaluation.reset(.frozen)
    }

    private func restartGates() {
        microUpdate.reset()
        rollback.restart()
        evaluation.reset(.lastGood)
    }
}
