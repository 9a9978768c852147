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
        var learning: SavedLine
        var candidate: SavedLine?
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
        var report: ContinualLearner.Report?
        var forgetting: ForgettingMatrix
        var gain: TrainedGain
    }

    private struct SavedState: Codable {
        var version: ModelVersion
        var offset: Int64
        var model: String?
        var configurationJSON: String?
    }

    /// What is kept of a line beside arrays.
    struct SavedLine: Codable, Sendable {
        var model: String?
        var configurationJSON: String?
        var unpublished: Int
    }

    /// The whole state but the histories, which are in the log: weights, counts, windows, gates and the offset.
    public func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint(metadata: ["layout": Self.layout])
        checkpoint.add(streaming.checkpoint(), under: "streaming")
        checkpoint.add(Checkpoint(arrays: kept.arrays()), under: "kept")
        let saved = Saved(
            offset: offset,
            live: Self.save(live, under: "live", in: &checkpoint),
            good: policy.good == policy.live ? nil : Self.save(good, under: "good", in: &checkpoint),
            frozen: frozen.map { Self.save($0, under: "frozen", in: &checkpoint) },
            learning: Self.save(learning, under: "learning", in: &checkpoint),
            candidate: candidate.map { Self.save($0, under: "candidate", in: &checkpoint) },
            candidateOffset: candidateOffset,
            isCatchingUp: isCatchingUp,
            evaluation: evaluation,
            policy: policy,
            drift: drift,
            microUpdate: microUpdate,
            promotion: promotion,
            rollback: rollback,
            yardsticks: yardsticks,
            emphasizedEvents: emphasizedEvents,
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
    /// - Throws: `FreshetError` of kind `invalidData` when it is no such state or one of other settings.
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
        good = try saved.good.map { try Self.state($0, under: "good", in: checkpoint) } ?? live
        frozen = try saved.frozen.map { try Self.state($0, under: "frozen", in: checkpoint) }
        learning = try line(saved.learning, under: "learning", in: checkpoint)
        candidate = try saved.candidate.map { try line($0, under: "candidate", in: checkpoint) }
        candidateOffset = saved.candidateOffset
        // The events that it has missed are counted as they are remembered.
        missed = saved.isCatchingUp == true ? [:] : nil
        streaming = try StreamingModels(
            from: checkpoint.part("streaming"),
            configuration: settings.streaming
        )
        evaluation = saved.evaluation
        policy = saved.policy
        drift = saved.drift
        microUpdate = saved.microUpdate
        promotion = saved.promotion
        rollback = saved.rollback
        yardsticks = saved.yardsticks
        emphasizedEvents = saved.emphasizedEvents
        report = saved.report
        forgetting = saved.forgetting
        gain = saved.gain
        try kept.restore(checkpoint.part("kept"))
        policy.resume(under: settings.publication)
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
        checkpoint.add(FusionTrainer(weights: state.fusion).checkpoint(), under: "\(name).fusion")
        if let trained = state.trained { checkpoint.add(trained.scorer.checkpoint(), under: "\(name).model") }
        return SavedState(
            version: state.version,
            offset: state.offset,
            model: state.trained?.model,
            configurationJSON: state.trained?.configurationJSON
        )
    }

    private static func state(_ saved: SavedState, under name: String, in checkpoint: Checkpoint) throws -> ServedState
    {
        ServedState(
            version: saved.version,
            trained: try trained(saved.model, saved.configurationJSON, under: name, in: checkpoint),
            fusion: try FusionTrainer(from: checkpoint.part("\(name).fusion")).weights,
            offset: saved.offset
        )
    }

    private static func trained(
        _ model: String?,
        _ configurationJSON: String?,
        under name: String,
        in checkpoint: Checkpoint
    ) throws -> TrainedModel? {
        guard let model, let configurationJSON else { return nil }
        let scorer = try ModelRegistry.model(named: model)
            .restoreScorer(from: checkpoint.part("\(name).model"), configurationJSON: configurationJSON)
        return TrainedModel(model: model, configurationJSON: configurationJSON, scorer: scorer)
    }

    static func save(_ line: LearningLine, under name: String, in checkpoint: inout Checkpoint) -> SavedLine {
        checkpoint.add(line.fusion.checkpoint(), under: "\(name).fusion")
        // The scorer says the shape; where there is a learner, its weights follow.
        if let trained = line.trained { checkpoint.add(trained.scorer.checkpoint(), under: "\(name).model") }
        if let learner = line.learner { checkpoint.add(learner.checkpoint(), under: "\(name).learner") }
        return SavedLine(
            model: line.trained?.model,
            configurationJSON: line.trained?.configurationJSON,
            unpublished: line.unpublished
        )
    }

    func line(_ saved: SavedLine, under name: String, in checkpoint: Checkpoint) throws -> LearningLine {
        let trained = try Self.trained(saved.model, saved.configurationJSON, under: name, in: checkpoint)
        var line = try LearningLine(
            from: ServedState(trained: trained),
            settings: settings,
            number: nextNumber(),
            seed: seed,
            pool: pool
        )
        try line.restore(
            fusion: FusionTrainer(from: checkpoint.part("\(name).fusion"), configuration: settings.fusion),
            learner: checkpoint.part("\(name).learner"),
            unpublished: saved.unpublished
        )
        return line
    }
}

extension Checkpoint {
    /// Takes another one in, its names under a prefix.
    fileprivate mutating func add(_ other: Checkpoint, under prefix: String) {
        for (name, array) in other.arrays { arrays["\(prefix).\(name)"] = array }
        for (name, text) in other.metadata { metadata["\(prefix).\(name)"] = text }
    }

    /// What was taken in under a prefix.
    fileprivate func part(_ prefix: String) -> Checkpoint {
        var part = Checkpoint()
        let start = "\(prefix)."
        for (name, array) in arrays where name.hasPrefix(start) {
            part.arrays[String(name.dropFirst(start.count))] = array
        }
        for (name, text) in metadata where name.hasPrefix(start) {
            part.metadata[String(name.dropFirst(start.count))] = text
        }
        return part
    }
}
