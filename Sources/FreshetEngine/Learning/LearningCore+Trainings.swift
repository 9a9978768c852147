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
        // What waits to be taken up comes first.
        guard settings.isEnabled, isForced || finished.isEmpty else { return loop.trainingFailed() }
        let (newest, isFirst) = (parts.store.newestOffset, loop.live.trained == nil)
        let order = FullTraining.Order(
            newest: newest,
            minutes: isFirst ? settings.firstMinutes : settings.minutes,
            time: parts.clock.milliseconds,
            isForced: isForced,
            // What an encoder has learned of the erased goes with the weights.
            reading: isForced ? nil : loop.live.reading,
            heldOut: isFirst && !isForced ? LogTrial.heldOut(of: newest, by: loop.settings) : 0
        )
        guard parts.retraining.start(order) else {
            // It begins once the encoder is tuned.
            if parts.retraining.order?.tunesEncoder ?? false { waitsForTuning = true }
            return
        }
        erasedMeanwhile = []
        loop.trainingBegan(time: order.time, upTo: newest)
    }

    /// Takes up what trainings gave since the last time: the newest becomes the candidate.
    ///
    /// One that has learned more than the learner waits: it must not be asked to predict what it knows.
    /// - Parameter isLearning: whether there is a learner that will get there.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func takeUpTrainings(isLearning: Bool = true) throws {
        while let outcome = finished.first {
            if isLearning, case .success(let product) = outcome.result, product.learned > offset { return }
            finished.removeFirst()
            defer { parts.retraining.resultWasTaken() }
            do {
                try compete(outcome.result.get(), of: outcome.order)
                keepReadings()
            } catch let error where outcome.order.tunesEncoder {
                // The encoder stays as it is until the next time.
                if case .success = outcome.result { throw error }
            } catch let error {
                // The erased are still owed weights without them.
                if let due = erasure?.due { erasure?.due = max(due, parts.clock.milliseconds + 600_000) }
                loop.trainingFailed()
                if case .success = outcome.result { throw error }
            }
        }
        guard waitsForTuning, parts.retraining.order == nil else { return }
        waitsForTuning = false
        startTraining(isForced: false)
    }

    private func compete(_ product: FullTraining.Product, of order: FullTraining.Order) throws {
        if let old = loop.policy.candidate { parts.book.update(old) { $0.state = .discarded } }
        let version = try enter(product)
        for user in erasedMeanwhile { loop.eraseFromCandidate(user) }
        var record = VersionRecord(
            version: version,
            state: .candidate,
            created: parts.clock.milliseconds,
            offset: product.learned,
            trainingStarted: order.time
        )
        record.figures["training_seconds"] = product.seconds
        record.figures["validation_ndcg@10"] = product.validation
        if product.prepared != nil {
            // Its weights are those that learned on.
            record.trainingStarted = parts.book.record(of: loop.live.version)?.trainingStarted
        }
        record.source = product.source
        parts.book.put(record)
        isForced = isForced || order.isForced
        try promoteIfForced()
    }

    private func enter(_ product: FullTraining.Product) throws -> ModelVersion {
        if let prepared = product.prepared {
            parts.content.adopt(prepared)
            return try loop.readingFinished(prepared.reading)
        }
        guard let trained = product.trained else { preconditionFailure("a training without a model") }
        let missed = try events(after: product.learned, upTo: loop.offset).lazy.map(\.user)
        if let tried = product.tried {
            return try loop.trainingFinished(tried, wasCutShort: product.wasCutShort, missed: missed)
        }
        return try loop.trainingFinished(
            trained,
            learned: product.learned,
            wasCutShort: product.wasCutShort,
            recent: try events(after: max(0, product.learned - Self.recent), upTo: product.learned),
            missed: missed,
            reading: product.reading
        )
    }

    /// Has the encoder of the items' texts tuned on the newest events, once that is due.
    ///
    /// What comes of it is a candidate beside the weights as they are; nothing else competes or is trained meanwhile.
    func considerTuning() {
        let settings = parts.configuration.learning.encoder
        let now = parts.clock.milliseconds
        guard settings.everyHours > 0, now - lastTuning >= Int64(settings.everyHours * 3_600_000),
            loop.live.trained != nil, loop.policy.candidate == nil, finished.isEmpty, erasure == nil,
            parts.retraining.order == nil, parts.content.tunableEncoder != nil
        else { return }
        let order = FullTraining.Order(
            newest: loop.offset,
            minutes: 0,
            time: now,
            reading: loop.live.reading,
            tunesEncoder: true
        )
        if parts.retraining.start(order) { lastTuning = now }
    }

    /// Lets users choose between the candidate and the live version, and tells its gate what they chose.
    func considerTrial() {
        guard parts.trial.isEnabled else { return }
        guard let version = loop.policy.candidate, erasure == nil else { return parts.trial.end() }
        parts.trial.serve(version, at: parts.clock.milliseconds) { loop.competitor().map { ModelSnapshot($0) } }
        if let preference = parts.feedback.preference(for: version) { loop.take(preference, of: version) }
    }

    /// Lets the candidate learn a batch of what came while it was trained.
    ///
    /// - Returns: whether there is more.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func catchUpNext() throws -> Bool {
        guard isPrepared, loop.isCatchingUp else { return false }
        let limit = parts.configuration.learning.batchSize
        loop.catchUp(
            try parts.store.events(after: loop.candidateOffset, limit: limit).filter { $0.offset <= loop.offset }
        )
        try promoteIfForced()
        return loop.isCatchingUp
    }

    /// Has the candidate go live that has to, once it has learned what it missed.
    /// - Throws: ``FreshetError`` when a model cannot be learned further.
    func promoteIfForced() throws {
        guard isForced, !loop.isCatchingUp, let version = loop.policy.candidate else { return }
        isForced = false
        try carryOut(loop.promote(version, time: parts.clock.milliseconds))
    }

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
