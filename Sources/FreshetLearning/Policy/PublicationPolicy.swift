import FreshetCore

/// Decides when weights go live, when they come back, and when to train anew: a pure state machine.
///
/// It is told the time and what the gates say, and returns what to do and why; somebody else does it. The same inputs
/// give the same decisions.
///
/// | state | on | comes |
/// | --- | --- | --- |
/// | any | guard: worse, or a rule | roll back to the last good state, start the learner again from it |
/// | any | guard: good | the live state is the last good one |
/// | candidate, a trained version serves | gate: better | promote; the live state before is the last good one |
/// | candidate, none serves | gate: not worse | the same |
/// | candidate | gate: worse or undecided | discard |
/// | any | learner ahead, interval over | publish a micro-update, or hold it back; held back for long: start again |
/// | any | drift | weight on new events; full training |
/// | no training runs, no candidate | first events, a first training cut short, interval, growth, rule | full training |
public struct PublicationPolicy: Sendable, Equatable, Codable {
    /// The settings.
    public private(set) var settings: Settings
    /// What answers requests.
    public private(set) var live: ModelVersion
    /// The last state known to be good.
    public private(set) var good: ModelVersion
    /// The version that must win, when there is one.
    public private(set) var candidate: ModelVersion?
    /// Whether a full training runs.
    public private(set) var isRetraining = false

    private var monitor: ThresholdMonitor
    /// The highest micro-update of each version, so that no name is given twice after a rollback.
    private var updates: [Int: Int] = [:]
    private var highestNumber: Int
    private var lastUpdate: Int64?
    private var heldBack = 0
    private var lastTraining: (time: Int64, offset: Int64)? {
        get { trainingTime.map { ($0, trainingOffset) } }
        set { (trainingTime, trainingOffset) = (newValue?.time, newValue?.offset ?? 0) }
    }
    private var trainingTime: Int64?
    private var trainingOffset: Int64 = 0
    /// Whether the first training ended because its time was over.
    private var wasCutShort = false
    /// Whether a restart ended a training.
    private var wasInterrupted = false

    /// Starts with a live version, 0 for the training-free floor.
    ///
    /// - Parameters:
    ///   - settings: the settings.
    ///   - live: what answers requests.
    ///   - trainedOffset: the newest event that it was trained on, where it was trained.
    ///   - highestNumber: the highest version that was ever given.
    public init(
        settings: Settings = Settings(),
        live: ModelVersion = ModelVersion(0),
        trainedOffset: Int64 = 0,
        highestNumber: Int = 0
    ) {
        self.settings = settings
        self.live = live
        trainingOffset = trainedOffset
        good = live
        self.highestNumber = max(highestNumber, live.number)
        updates[live.number] = live.update
        monitor = ThresholdMonitor(rules: settings.rules)
    }

    /// Goes on under other settings after a restart, where no training runs: one that ran begins again.
    mutating func resume(under settings: Settings) {
        if settings.rules != self.settings.rules { monitor = ThresholdMonitor(rules: settings.rules) }
        self.settings = settings
        if isRetraining { (trainingTime, wasInterrupted) = (nil, true) }
        isRetraining = false
    }

    /// Goes on after a batch of events.
    public mutating func advance(_ seen: Observation) -> Step {
        var step = Step()
        noteDrift(seen, &step)
        let due = monitor.check(seen.figures, time: seen.time)
        judgeLive(seen, due, &step)
        if step.actions.contains(where: \.isRollback) { return step }
        judgeCandidate(seen, &step)
        updateLive(seen, &step)
        considerTraining(seen, due, &step)
        return step
    }

    /// Whether a trained version serves: version 0 answers by what streams alone.
    public var isTrained: Bool { live.number > 0 }

    /// The newest event that the newest training learned from; `nil` before the first.
    public var lastTrainedOffset: Int64? { lastTraining?.offset }

    /// At which event the log has grown enough for the next training; `nil` before the first, or when growth calls for none.
    public var nextTrainingByGrowth: Int64? {
        guard let lastTraining, settings.retrainGrowth > 0 else { return nil }
        return lastTraining.offset + Int64((settings.retrainGrowth * Double(max(lastTraining.offset, 1))).rounded(.up))
    }

    /// A full training has begun, whoever wanted it.
    ///
    /// - Parameters:
    ///   - time: the moment.
    ///   - offset: the newest event that it learns from: until the log has grown beyond, another would give the same.
    public mutating func trainingBegan(time: Int64, upTo offset: Int64) {
        (isRetraining, wasInterrupted, wasCutShort) = (true, false, false)
        lastTraining = (time, max(offset, trainingOffset))
    }

    /// A full training has given a new version, which becomes the candidate.
    ///
    /// - Parameter wasCutShort: whether it ended because its time was over.
    /// - Returns: its name.
    public mutating func trainingFinished(wasCutShort: Bool = false) -> ModelVersion {
        isRetraining = false
        self.wasCutShort = wasCutShort && !isTrained
        highestNumber += 1
        let version = ModelVersion(highestNumber)
        candidate = version
        return version
    }

    /// A new reading of the items' texts is there, which becomes the candidate beside the weights as they are.
    ///
    /// - Returns: its name.
    public mutating func readingFinished() -> ModelVersion {
        highestNumber += 1
        let version = ModelVersion(highestNumber)
        candidate = version
        return version
    }

    /// A full training has failed; the next is tried after the usual pauses.
    public mutating func trainingFailed() { isRetraining = false }

    /// Somebody wants a version live: the candidate, or one that was kept.
    public mutating func promote(_ version: ModelVersion, time: Int64, offset: Int64) -> Step {
        var step = Step()
        step.decisions = [Decision(.promotion, version, time, offset, "Promoted by hand.", [:])]
        promote(version, time: time, &step)
        return step
    }

    /// What was good before must not answer again: what is live is all there is to go back to.
    public mutating func forgetGood() { good = live }

    /// Somebody wants the last good state live again.
    /// - Returns: nothing to do when it is live.
    public mutating func rollBack(time: Int64, offset: Int64) -> Step {
        var step = Step()
        guard good != live else { return step }
        rollBack("Rolled back by hand.", [:], time: time, offset: offset, &step)
        return step
    }
}

// MARK: - Steps

extension PublicationPolicy {
    private mutating func noteDrift(_ seen: Observation, _ step: inout Step) {
        for signal in seen.drift {
            let figures = [
                "loss_before": signal.lossBefore, "loss_after": signal.lossAfter, "window": Double(signal.window),
            ]
            let reason = "\(signal.detector.rawValue): the loss of the live model has risen."
            step.decisions.append(Decision(.drift, live, seen.time, seen.offset, reason, figures))
            if settings.driftEvents > 0 { step.actions.append(.emphasizeNew(events: settings.driftEvents)) }
        }
    }

    private mutating func judgeLive(
        _ seen: Observation,
        _ due: [(rule: ThresholdRule, figure: Double)],
        _ step: inout Step
    ) {
        guard good != live else { return }
        if let (rule, figure) = due.first(where: { $0.rule.response == .rollback }) {
            let evidence = [rule.metric: figure]
            rollBack("The rule \(rule) applies.", evidence, time: seen.time, offset: seen.offset, &step)
        } else if seen.rollback.verdict == .worse {
            let count = seen.rollback.evidence.count
            rollBack(
                "The live model is worse than \(good) on \(count) events that both had predicted.",
                seen.rollback.figures,
                time: seen.time,
                offset: seen.offset,
                &step
            )
        } else if seen.rollback.verdict == .good {
            good = live
            step.actions.append(.markGood(live))
        }
    }

    private mutating func judgeCandidate(_ seen: Observation, _ step: inout Step) {
        guard let version = candidate, let gate = seen.promotion else { return }
        switch gate.verdict {
        case .waiting: return
        case .better, .notWorse:
            step.decisions.append(
                Decision(.promotion, version, seen.time, seen.offset, gate.reason, gate.figures)
            )
            promote(version, time: seen.time, &step)
        case .worse, .undecided:
            step.decisions.append(Decision(.discard, version, seen.time, seen.offset, gate.reason, gate.figures))
            step.actions.append(.discard(version))
            candidate = nil
        }
    }

    private mutating func updateLive(_ seen: Observation, _ step: inout Step) {
        guard seen.hasUpdate, !step.actions.contains(where: \.isPromotion) else { return }
        // A clock that went back must not stop the updates.
        if let lastUpdate, seen.time >= lastUpdate,
            seen.time - lastUpdate < Int64(settings.microUpdateInterval * 1_000)
        {
            return
        }
        lastUpdate = seen.time
        let report = seen.microUpdate.report()
        if report.isOpen {
            heldBack = 0
            let update = (updates[live.number] ?? live.update) + 1
            updates[live.number] = update
            live = ModelVersion(live.number, update: update)
            let reason = "The learning model is \(report.verdict == .notWorse ? "not worse" : "not shown to be worse")."
            step.decisions.append(
                Decision(.microUpdate, live, seen.time, seen.offset, reason, report.figures)
            )
            step.actions.append(.publish(live))
            return
        }
        heldBack += 1
        if heldBack == 1 {
            let reason = "The learning model is worse than the live one."
            step.decisions.append(Decision(.heldBack, live, seen.time, seen.offset, reason, report.figures))
        }
        if heldBack == settings.patience {
            heldBack = 0
            step.actions.append(.restartLearner)
        }
    }

    private mutating func considerTraining(
        _ seen: Observation,
        _ due: [(rule: ThresholdRule, figure: Double)],
        _ step: inout Step
    ) {
        guard !isRetraining, candidate == nil else { return }
        // What was read from disk was trained some time ago: its pauses begin now.
        if lastTraining == nil, isTrained, !wasInterrupted { lastTraining = (seen.time, trainingOffset) }
        guard let (reason, evidence) = reasonToTrain(seen, due) else { return }
        trainingBegan(time: seen.time, upTo: seen.offset)
        step.decisions.append(Decision(.retrain, live, seen.time, seen.offset, reason, evidence))
        step.actions.append(.retrain(reason: reason))
    }

    private func reasonToTrain(
        _ seen: Observation,
        _ due: [(rule: ThresholdRule, figure: Double)]
    ) -> (reason: String, evidence: [String: Double])? {
        guard let lastTraining else {
            guard seen.offset >= settings.firstTrainingEvents else { return nil }
            let why =
                isTrained ? "The training before was interrupted." : "There are enough events for a first training."
            return (why, ["events": Double(seen.offset)])
        }
        let passed = Double(seen.time - lastTraining.time) / 1_000
        if wasCutShort, isTrained, passed >= settings.retrainPause {
            return ("The first training was cut short.", ["seconds": passed])
        }
        let grown = Double(seen.offset - lastTraining.offset)
        guard grown > 0 else { return nil }
        if passed >= settings.retrainPause {
            if let (rule, figure) = due.first(where: { $0.rule.response == .retrain }) {
                return ("The rule \(rule) applies.", [rule.metric: figure])
            }
            if settings.retrainsOnDrift, let signal = seen.drift.first {
                return ("The stream has changed.", ["loss_before": signal.lossBefore, "loss_after": signal.lossAfter])
            }
        }
        if settings.retrainInterval > 0 && passed >= settings.retrainInterval {
            return ("The last training is long ago.", ["seconds": passed])
        }
        if let next = nextTrainingByGrowth, seen.offset >= next {
            return ("The log has grown.", ["events": grown])
        }
        return nil
    }

    private mutating func promote(_ version: ModelVersion, time: Int64, _ step: inout Step) {
        step.actions.append(.promote(version))
        good = live
        live = version
        if candidate == version { candidate = nil }
        highestNumber = max(highestNumber, version.number)
        updates[version.number] = max(updates[version.number] ?? 0, version.update)
        (lastUpdate, heldBack) = (time, 0)
    }

    private mutating func rollBack(
        _ reason: String,
        _ evidence: [String: Double],
        time: Int64,
        offset: Int64,
        _ step: inout Step
    ) {
        step.decisions.append(Decision(.rollback, live, time, offset, reason, evidence))
        step.actions += [.rollBack(from: live, to: good), .restartLearner]
        live = good
        (lastUpdate, heldBack) = (time, 0)
    }
}

extension PublicationPolicy.Action {
    fileprivate var isRollback: Bool { if case .rollBack = self { true } else { false } }
    fileprivate var isPromotion: Bool { if case .promote = self { true } else { false } }
}

extension Decision {
    fileprivate init(
        _ kind: Kind,
        _ version: ModelVersion,
        _ time: Int64,
        _ offset: Int64,
        _ reason: String,
        _ evidence: [String: Double]
    ) {
        self.init(kind: kind, version: version, time: time, offset: offset, reason: reason, evidence: evidence)
    }
}
