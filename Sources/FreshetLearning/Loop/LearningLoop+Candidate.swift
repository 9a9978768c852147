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
    ///   - learned: the newest event that it has learned, none after ``offset``.
    ///   - wasCutShort: whether the training ended because its time was over.
    ///   - recent: events of the log up to `learned`, some thousand of the newest, for its replay.
    ///   - missed: the users of the events after `learned` up to ``offset``, once for each event.
    /// - Returns: the candidate's name.
    /// - Throws: `FreshetError` when the model cannot be learned further.
    @discardableResult
    public func trainingFinished(
        _ trained: TrainedModel,
        learned: Int64,
        wasCutShort: Bool = false,
        recent: [LoggedEvent] = [],
        missed: some Sequence<UserIndex> = EmptyCollection()
    ) throws -> ModelVersion {
        let version = policy.trainingFinished(wasCutShort: wasCutShort)
        let state = ServedState(version: version, trained: trained, fusion: learning.fusion.weights, offset: learned)
        var line = try LearningLine(from: state, settings: settings, number: nextNumber(), seed: seed, pool: pool)
        line.fusion = learning.fusion.anew()
        if recent.isEmpty { try line.takeReplay(from: learning) }
        line.learner?.remember(StreamEvents.replayed(recent, limit: settings.historyLimit))
        enter(line, learned: learned, missed: missed)
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
        let line = try self.line(tried.line, under: "candidate", in: tried.checkpoint)
        let version = policy.trainingFinished(wasCutShort: wasCutShort)
        enter(line, learned: tried.offset, missed: missed)
        if !policy.isTrained { promotion = tried.gate }
        return version
    }

    private func enter(_ line: LearningLine, learned: Int64, missed: some Sequence<UserIndex>) {
        candidate = line
        candidateOffset = learned
        self.missed = nil
        if settings.candidateLearns, learned < offset {
            self.missed = Dictionary(missed.lazy.map { ($0, 1) }, uniquingKeysWith: +)
        }
        promotion = PromotionGate(settings: settings.promotion, standard: policy.isTrained ? .better : .notWorse)
        evaluation.reset(.candidate)
    }

    /// What the candidate has shown so far; `nil` without one.
    public var candidateGate: PromotionGate? { promotion }

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

    /// Has a candidate forget a user who was erased while it was trained.
    public func eraseFromCandidate(_ user: UserIndex) { _ = candidate?.learner?.erase(user) }

    /// An event that the candidate has missed, with what its user had done before it.
    private func asItCame(_ event: LoggedEvent) -> StreamEvent {
        let history = histories[event.user].dropLast(missed?[event.user] ?? 0)
        missed?[event.user, default: 1] -= 1
        return StreamEvent(event: event, history: history, isNewItem: false)
    }
}
