import FreshetCore
import FreshetData
import FreshetModels

/// What is decided, and the one place where it is carried out.
extension LearningLoop {
    /// Asks the policy what follows from a batch, and does it.
    func decide(_ drift: [DriftMonitor.Signal], time: Int64, _ step: inout LearningStep) throws {
        let hasRules = !settings.publication.rules.isEmpty
        let decided = publication.decide(
            time: time,
            offset: offset,
            hasUpdate: lines.learning.unpublished > 0,
            isCatchingUp: lines.isCatchingUp,
            drift: drift,
            figures: hasRules ? contest.evaluation.figures()[Contender.live.rawValue] ?? [:] : [:]
        )
        try carryOut(decided, &step)
        publication.forgetting.measureAfterPeriod(live)
        publication.endWatch()
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
            try carryOut(publication.policy.promote(version, time: time, offset: offset), &step)
            return step
        }
        guard let state = kept ?? (version == good.version ? good : nil) else {
            throw FreshetError(.conflict, "Version \(version) is not kept.")
        }
        step.decisions = publication.policy.promote(version, time: time, offset: offset).decisions
        try resume(from: state, keepingGood: false)
        publication.forgetting.measure(live)
        step.published.append((live, .promotion))
        return step
    }

    /// Puts the last good state live because somebody wants it.
    /// - Throws: `FreshetError` of kind `usage` when it is live.
    public func rollBack(time: Int64) throws -> LearningStep {
        guard publication.isGuarded else {
            throw FreshetError(
                .conflict,
                "There is no earlier state to go back to: \(live.version) is the last good one."
            )
        }
        var step = LearningStep()
        try carryOut(publication.policy.rollBack(time: time, offset: offset), &step)
        return step
    }

    private func carryOut(_ decided: PublicationPolicy.Step, _ step: inout LearningStep) throws {
        step.decisions += decided.decisions
        for action in decided.actions {
            switch action {
            case .publish(let version):
                publication.update(lines.publish(version, offset: offset), numbered: lines.learning.scorerNumber)
                keepFrozenCopy()
                step.published.append((live, .microUpdate))
            case .promote(let version):
                let state = lines.promote(version, offset: offset)
                publication.replace(by: state, numbered: lines.learning.scorerNumber, keepingGood: false)
                endCandidate()
                contest.evaluation.reset(.lastGood)
                keepFrozenCopy()
                publication.forgetting.measure(live)
                step.published.append((live, .promotion))
            case .discard(let version):
                endCandidate()
                step.discarded.append(version)
            case .rollBack:
                try resume(from: good, keepingGood: true)
                step.published.append((live, .rollback))
            case .markGood:
                publication.markGood()
                step.good.append(live)
            case .retrain(let reason):
                step.retraining = reason
            case .restartLearner:
                // A rollback has done so; after updates held back for long the learner goes on from what is live.
                if lines.learning.unpublished > 0 { try resume(from: live, keepingGood: true) }
            case .emphasizeNew(let events):
                lines.emphasizedEvents = events
            }
        }
    }

    /// Puts a state live and lets the learner go on from it, with what it remembers.
    private func resume(from state: ServedState, keepingGood: Bool) throws {
        try lines.resume(from: state)
        publication.replace(by: state, numbered: lines.learning.scorerNumber, keepingGood: keepingGood)
        contest.evaluation.reset(.lastGood)
    }

    private func endCandidate() {
        lines.endCandidate()
        publication.promotion = nil
        contest.evaluation.reset(.candidate)
    }

    private func keepFrozenCopy() {
        if publication.keepFrozenCopy() { contest.evaluation.reset(.frozen) }
    }
}

// MARK: - Trainings and candidates

extension LearningLoop {
    /// Says that a full training has begun.
    ///
    /// - Parameters:
    ///   - time: the moment, in milliseconds since 1970.
    ///   - offset: the newest event that it learns from.
    public func trainingBegan(time: Int64, upTo offset: Int64) {
        publication.policy.trainingBegan(time: time, upTo: offset)
    }

    /// Says that a full training failed.
    public func trainingFailed() { publication.policy.trainingFailed() }

    /// Takes the outcome of a full training, which becomes the candidate.
    ///
    /// It competes once it has learned the events after `learned`, which ``catchUp(_:)`` gives it.
    ///
    /// - Parameters:
    ///   - trained: the model.
    ///   - learned: the newest event that it has learned, none after ``offset``.
    ///   - wasCutShort: whether the training ended because its time was over.
    ///   - recent: events of the log up to `learned`, some thousand of the newest, for its replay.
    ///   - missed: the users of the events after `learned` up to ``offset``, once for each event.
    ///   - reading: what the items' texts were read by; `nil` for what the loop has of itself.
    /// - Returns: the candidate's name.
    /// - Throws: `FreshetError` when the model cannot be learned further.
    @discardableResult
    public func trainingFinished(
        _ trained: TrainedModel,
        learned: Int64,
        wasCutShort: Bool = false,
        recent: [LoggedEvent] = [],
        missed: some Sequence<UserIndex> = EmptyCollection(),
        reading: ContentReading? = nil
    ) throws -> ModelVersion {
        let version = publication.policy.trainingFinished(wasCutShort: wasCutShort)
        let ranking = lines.learning.ranking
        let state = ServedState(
            version: version,
            trained: trained,
            ranker: ranking.ranker,
            offset: learned,
            reading: reading
        )
        var line = try lines.line(from: state)
        line.ranking = ranking.anew()
        if recent.isEmpty { try line.takeReplay(from: lines.learning) }
        line.learner?.remember(StreamEvents.replayed(recent, limit: settings.historyLimit))
        enter(line, learned: learned, missed: missed)
        return version
    }

    /// Takes a new reading of the items' texts, which becomes the candidate together with the weights as they are now.
    ///
    /// Nothing was missed: it competes from the next event on, and learns beside what is live. Encoder, vectors and weights are
    /// one version: they go live, are discarded and rolled back together.
    ///
    /// - Parameter reading: what was read.
    /// - Returns: the candidate's name.
    /// - Throws: `FreshetError` when the weights cannot be learned further.
    @discardableResult
    public func readingFinished(_ reading: ContentReading) throws -> ModelVersion {
        let version = publication.policy.readingFinished()
        var state = lines.state(version, offset: offset)
        state.reading = reading
        if let exact = lines.learning.exactScorer { state.trained?.scorer = exact }
        var line = try lines.line(from: state)
        line.ranking = lines.learning.ranking.anew()
        try line.takeReplay(from: lines.learning)
        enter(line, learned: offset, missed: EmptyCollection())
        return version
    }

    /// Takes a first version that was tried on the log, which becomes the candidate: it brings what it has learned and
    /// shown.
    ///
    /// - Parameters:
    ///   - tried: the outcome of the trial; its newest event is none after ``offset``.
    ///   - wasCutShort: whether the training ended because its time was over.
    ///   - missed: the users of the events after that up to ``offset``, once for each event.
    /// - Returns: the candidate's name.
    /// - Throws: `FreshetError` when it does not fit the settings.
    @discardableResult
    public func trainingFinished(
        _ tried: TriedCandidate,
        wasCutShort: Bool,
        missed: some Sequence<UserIndex>
    ) throws -> ModelVersion {
        let line = try lines.line(tried.line, under: "candidate", in: tried.checkpoint)
        let version = publication.policy.trainingFinished(wasCutShort: wasCutShort)
        enter(line, learned: tried.offset, missed: missed, shown: tried.gate)
        return version
    }

    private func enter(
        _ line: LearningLine,
        learned: Int64,
        missed: some Sequence<UserIndex>,
        shown: PromotionGate? = nil
    ) {
        lines.enter(line, learned: learned, newest: offset, missed: missed)
        publication.candidateEntered(shown)
        contest.evaluation.reset(.candidate)
    }

    /// Lets the candidate learn some of what came while it was trained.
    ///
    /// - Parameter events: the next events of the log after ``candidateOffset``, none after ``offset``; none at all when
    ///   the log has no more.
    public func catchUp(_ events: [LoggedEvent]) { lines.catchUp(events, newest: offset, histories) }

    /// The candidate as it is now, where users may choose between it and the live version: once it competes as one that must
    /// win.
    public func competitor() -> ServedState? {
        guard let version = policy.candidate, publication.promotion?.standard == .better, !isCatchingUp,
            lines.isRehearsed
        else { return nil }
        return lines.candidateState(version, offset: offset)
    }

    /// Takes what users chose between a candidate and the live version so far; nothing when it is no longer a candidate.
    public func take(_ preference: PreferenceEvidence, of version: ModelVersion) {
        guard policy.candidate == version, !isCatchingUp else { return }
        publication.promotion?.take(preference)
    }

    /// Has a candidate forget a user who was erased while it was trained.
    public func eraseFromCandidate(_ user: UserIndex) { _ = lines.candidate?.learner?.erase(user) }
}
