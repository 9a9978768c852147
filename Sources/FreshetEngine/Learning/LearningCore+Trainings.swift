import FreshetCore
import FreshetData
import FreshetLearning
import FreshetRecommendation

/// Full trainings and the candidates that come of them.
extension LearningCore {
    /// The newest events before a training's end that fill the replay of what it gave.
    private static let recent: Int64 = 10_000

    /// Starts a full training beside serving.
    ///
    /// - Parameter isForced: whether its result goes live whatever the gate says, as after an erasure.
    func startTraining(isForced: Bool) {
        let settings = parts.configuration.retraining
        guard settings.isEnabled else { return loop.trainingFailed() }
        parts.retraining.start(
            FullTraining.Order(
                newest: parts.store.newestOffset,
                minutes: loop.live.trained == nil ? settings.firstMinutes : settings.minutes,
                time: parts.clock.milliseconds,
                isForced: isForced
            )
        )
    }

    /// Takes up what trainings gave since the last time: the newest becomes the candidate.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func takeUpTrainings() throws {
        while let outcome = finished.first {
            finished.removeFirst()
            defer { parts.retraining.resultWasTaken() }
            do {
                try compete(outcome.result.get(), of: outcome.order)
            } catch let error {
                // The erased are still owed weights without them.
                if outcome.order.isForced { retrain(by: parts.clock.milliseconds + 600_000) }
                loop.trainingFailed()
                if case .success = outcome.result { throw error }
            }
        }
    }

    private func compete(_ product: FullTraining.Product, of order: FullTraining.Order) throws {
        if let old = loop.policy.candidate { parts.book.update(old) { $0.state = .discarded } }
        let version = try loop.trainingFinished(
            TrainedModel(
                model: product.model,
                configurationJSON: product.configurationJSON,
                scorer: product.scorer
            ),
            learned: order.newest,
            recent: try events(after: max(0, order.newest - Self.recent), upTo: order.newest),
            missed: try events(after: order.newest, upTo: loop.offset).lazy.map(\.user)
        )
        var record = VersionRecord(
            version: version,
            state: .candidate,
            created: parts.clock.milliseconds,
            offset: order.newest
        )
        record.figures["training_seconds"] = product.seconds
        record.figures["training_started"] = Double(order.time)
        record.figures["validation_ndcg@10"] = product.validation
        parts.book.put(record)
        isForced = isForced || order.isForced
        try promoteIfForced()
    }

    /// Lets the candidate learn a batch of what came while it was trained.
    ///
    /// - Returns: whether there is more.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func catchUpNext() throws -> Bool {
        guard loop.isCatchingUp else { return false }
        let limit = parts.configuration.learning.batchSize
        loop.catchUp(
            try parts.store.events(after: loop.candidateOffset, limit: limit).filter { $0.offset <= loop.offset }
        )
        try promoteIfForced()
        return loop.isCatchingUp
    }

    private func promoteIfForced() throws {
        guard isForced, !loop.isCatchingUp, let version = loop.policy.candidate else { return }
        isForced = false
        try carryOut(loop.promote(version, time: parts.clock.milliseconds))
    }

    /// Starts the training that leaves out erased users, once it is due.
    func considerErasures() {
        guard let due = erasureDue, parts.clock.milliseconds >= due, parts.retraining.progress == nil else { return }
        erasureDue = nil
        guard loop.live.trained != nil else { return }
        startTraining(isForced: true)
    }

    /// Asks for weights that have not learned from erased users.
    func retrain(by due: Int64) { erasureDue = min(erasureDue ?? due, due) }

    private func events(after offset: Int64, upTo end: Int64) throws -> [LoggedEvent] {
        var (events, offset) = ([LoggedEvent](), offset)
        while offset < end {
            let page = try parts.store.events(after: offset, limit: Self.page).prefix { $0.offset <= end }
            guard let last = page.last else { break }
            events += page
            offset = last.offset
        }
        return events
    }
}

extension LearningLoop {
    /// The newest event that both the learner and a candidate have learned.
    var newestLearnedByAll: Int64 { isCatchingUp ? min(candidateOffset, offset) : offset }
}
