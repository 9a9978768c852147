import FreshetCore
import FreshetData
import FreshetModels

/// A candidate's way to the present: learning goes on while it learns, piece by piece, what came while it was trained.
extension LearningLoop {
    /// Takes the outcome of a full training, which becomes the candidate.
    ///
    /// It competes once it has learned the events after `learned`, which ``catchUp(_:)`` gives it.
    ///
    /// - Parameters:
    ///   - trained: the model.
    ///   - learned: the newest event that it has learned.
    ///   - recent: events of the log up to `learned`, some thousand of the newest, for its replay.
    ///   - missed: the users of the events after `learned` up to ``offset``, once for each event.
    /// - Returns: the candidate's name.
    /// - Throws: `FreshetError` when the model cannot be learned further.
    @discardableResult
    public func trainingFinished(
        _ trained: TrainedModel,
        learned: Int64,
        recent: [LoggedEvent] = [],
        missed: some Sequence<UserIndex> = EmptyCollection()
    ) throws -> ModelVersion {
        let version = policy.trainingFinished()
        let state = ServedState(version: version, trained: trained, fusion: learning.fusion.weights, offset: learned)
        var line = try LearningLine(from: state, settings: settings, number: nextNumber(), seed: seed, pool: pool)
        line.fusion = learning.fusion.anew()
        if recent.isEmpty { try line.takeReplay(from: learning) }
        line.learner?.remember(StreamEvents.replayed(recent, limit: settings.historyLimit))
        candidate = line
        candidateOffset = learned
        self.missed = nil
        if settings.candidateLearns, learned < offset {
            self.missed = Dictionary(missed.lazy.map { ($0, 1) }, uniquingKeysWith: +)
        }
        promotion = PromotionGate(settings: settings.promotion)
        evaluation.reset(.candidate)
        return version
    }

    /// Whether the candidate has yet to learn events up to ``offset``: until then it does not compete.
    public var isCatchingUp: Bool { missed != nil }

    /// Lets the candidate learn some of what came while it was trained.
    ///
    /// - Parameter events: the next events of the log after ``candidateOffset``, none after ``offset``; none at all when
    ///   the log has no more.
    public func catchUp(_ events: [LoggedEvent]) {
        guard isCatchingUp else { return }
        var rest = events[...]
        while !rest.isEmpty {
            let batch = rest.prefix(settings.microBatch)
            rest = rest.dropFirst(batch.count)
            _ = candidate?.learn(batch.map(asItCame), emphasis: .usual)
        }
        candidateOffset = events.last?.offset ?? offset
        if candidateOffset >= offset { missed = nil }
    }

    /// An event that the candidate has missed, with what its user had done before it.
    private func asItCame(_ event: LoggedEvent) -> StreamEvent {
        let history = histories[event.user].dropLast(missed?[event.user] ?? 0)
        missed?[event.user, default: 1] -= 1
        return StreamEvent(event: event, history: history, isNewItem: false)
    }
}
