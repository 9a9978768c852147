import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

extension LearningLoop {
    private static let layout = "freshet-learning-2"

    /// What a checkpoint holds beside arrays.
    private struct Saved: Codable {
        var offset: Int64
        var live: SavedState
        var good: SavedState?
        var frozen: SavedState?
        var learning: LearningLine.Saved
        var candidate: LearningLine.Saved?
        var candidateOffset: Int64
        var isCatchingUp: Bool?
        var evaluation: PrequentialEvaluation
        var policy: PublicationPolicy
        var drift: DriftMonitor
        var microUpdate: MicroUpdateGate
        var promotion: PromotionGate?
        var rollback: RollbackGuard
        var yardsticks: Yardsticks
        var emphasizedEvents: Int
        var report: OnlineLearning.Report?
        var forgetting: ForgettingMatrix
        var gain: TrainedGain
    }

    private struct SavedState: Codable {
        var version: ModelVersion
        var offset: Int64
        var model: String?
        var configurationJSON: String?
        var reading: String?
    }

    /// The whole state but the histories, which are in the log: weights, counts, windows, gates and the offset.
    public func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint(metadata: ["layout": Self.layout])
        checkpoint.add(streaming.checkpoint(), under: "streaming")
        checkpoint.add(publication.forgetting.checkpoint(), under: "kept")
        let saved = Saved(
            offset: offset,
            live: Self.save(live, under: "live", in: &checkpoint),
            good: publication.isGuarded ? Self.save(good, under: "good", in: &checkpoint) : nil,
            frozen: frozen.map { Self.save($0, under: "frozen", in: &checkpoint) },
            learning: lines.learning.save(under: "learning", in: &checkpoint),
            candidate: lines.candidate?.save(under: "candidate", in: &checkpoint),
            candidateOffset: candidateOffset,
            isCatchingUp: isCatchingUp,
            evaluation: contest.evaluation,
            policy: policy,
            drift: contest.drift,
            microUpdate: publication.microUpdate,
            promotion: publication.promotion,
            rollback: publication.rollback,
            yardsticks: contest.yardsticks,
            emphasizedEvents: lines.emphasizedEvents,
            report: report,
            forgetting: forgetting,
            gain: gain
        )
        checkpoint.arrays["state"] = StoredArray(Array(SnapshotJSON.encode(saved)))
        return checkpoint
    }

    /// Goes on from a checkpoint.
    ///
    /// The histories are empty: hand the events of the log up to ``offset`` to ``remember(_:)`` before the next
    /// ``process(_:time:)``, the newest `historyLimit` of every user at least.
    ///
    /// - Parameters:
    ///   - checkpoint: what ``checkpoint()`` gave.
    ///   - settings: the settings; the windows and gates go on with those that they were made with.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Throws: `FreshetError` of kind `invalidData` when it is not such a state, or is one of other settings.
    public convenience init(
        from checkpoint: Checkpoint,
        settings: Settings = Settings(),
        seed: UInt64 = 1,
        pool: ThreadPool = ThreadPool(threads: 1)
    ) throws {
        let saved = try Self.saved(in: checkpoint)
        let live = try Self.state(saved.live, under: "live", in: checkpoint)
        try self.init(settings: settings, live: live, seed: seed, pool: pool)
        offset = saved.offset
        streaming = try StreamingModels(
            from: checkpoint.part("streaming"),
            configuration: settings.streaming
        )
        try restoreLines(saved, checkpoint)
        try restorePublication(saved, checkpoint)
        contest.evaluation = saved.evaluation
        contest.drift = saved.drift
        contest.yardsticks = saved.yardsticks
        contest.gain = saved.gain
    }

    private func restoreLines(_ saved: Saved, _ checkpoint: Checkpoint) throws {
        lines.learning = try lines.line(saved.learning, under: "learning", in: checkpoint)
        let candidate = try saved.candidate.map { try lines.line($0, under: "candidate", in: checkpoint) }
        lines.resume(candidate, learned: saved.candidateOffset, isCatchingUp: saved.isCatchingUp == true)
        lines.emphasizedEvents = saved.emphasizedEvents
        lines.report = saved.report
    }

    private func restorePublication(_ saved: Saved, _ checkpoint: Checkpoint) throws {
        publication.good = try saved.good.map { try Self.state($0, under: "good", in: checkpoint) } ?? live
        publication.frozen = try saved.frozen.map { try Self.state($0, under: "frozen", in: checkpoint) }
        publication.policy = saved.policy
        publication.policy.resume(under: settings.publication)
        publication.microUpdate = saved.microUpdate
        publication.promotion = saved.promotion
        publication.rollback = saved.rollback
        try publication.forgetting.restore(checkpoint.part("kept"), saved.forgetting)
    }

    private static func saved(in checkpoint: Checkpoint) throws -> Saved {
        guard checkpoint.metadata["layout"] == layout else {
            throw FreshetError(.invalidData, "The checkpoint does not hold a learning loop.")
        }
        let text = Data(try checkpoint.numbers("state", of: UInt8.self))
        do {
            return try SnapshotJSON.decoder().decode(Saved.self, from: text)
        } catch is DecodingError {
            throw FreshetError(.invalidData, "The checkpoint's state of the learning loop is damaged.")
        }
    }

    private static func save(_ state: ServedState, under name: String, in checkpoint: inout Checkpoint) -> SavedState {
        checkpoint.add(RankerDescription.checkpoint(of: state.ranker), under: "\(name).fusion")
        if let trained = state.trained { checkpoint.add(trained.scorer.checkpoint(), under: "\(name).model") }
        return SavedState(
            version: state.version,
            offset: state.offset,
            model: state.trained?.model,
            configurationJSON: state.trained?.configurationJSON,
            reading: state.reading?.id
        )
    }

    private static func state(_ saved: SavedState, under name: String, in checkpoint: Checkpoint) throws -> ServedState
    {
        ServedState(
            version: saved.version,
            trained: try TrainedModel(saved.model, saved.configurationJSON, under: name, in: checkpoint),
            ranker: try RankerDescription.restoreRanker(from: checkpoint.part("\(name).fusion")),
            offset: saved.offset,
            reading: saved.reading.map { ContentReading(id: $0) }
        )
    }
}
