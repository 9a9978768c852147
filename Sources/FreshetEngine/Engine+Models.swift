import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetRecommendation

extension Engine {
    /// The versions that exist or existed, newest first, with their figures.
    ///
    /// That of the live version has its newest micro-update and prequential figures.
    public func versions() async throws -> [VersionRecord] {
        let (snapshot, figures) = (live.current, learning.report.figures["live"] ?? [:])
        return book.all.map { record in
            guard record.version.number == snapshot.version.number else { return record }
            var record = record
            (record.version, record.offset) = (snapshot.version, snapshot.offset)
            record.figures.merge(figures) { $1 }
            return record
        }
    }

    /// The newest decisions about the model, newest first, with their evidence.
    public func decisions(limit: Int) async throws -> [Decision] { try await store.decisions(limit: limit) }

    /// Lets the candidate, or a version that is kept, answer from now on; the guard then compares it as any other.
    ///
    /// A number without a micro-update, such as `3`, means the newest state that is kept of the version.
    /// - Throws: ``FreshetError`` of kind `conflict` for a version that is not kept or answers already, of kind `invalidData` for
    ///   a damaged one.
    public func promote(_ version: ModelVersion) async throws {
        try checkLearns("promotes versions")
        try await learning.perform { try $0.promote(version) }
    }

    /// Lets the last good state before the live one answer again.
    /// - Returns: the version that answers now.
    /// - Throws: ``FreshetError`` of kind `conflict` when there is none.
    public func rollback() async throws -> ModelVersion {
        try checkLearns("rolls versions back")
        return try await learning.perform { try $0.rollBack() }
    }

    /// Trains a new version from the log beside serving, now; it becomes a candidate.
    public func retrain() async throws {
        try checkLearns("trains versions")
        try await learning.perform { $0.startTraining(isForced: false) }
    }

    /// Takes a snapshot that was trained elsewhere: a candidate, which must win as any other, or is promoted by hand.
    ///
    /// Its items are brought into the numbers of this engine; those that nobody here knows are left out. It competes once
    /// the learner has learned the events that are in the log now, since it may have been trained on them. Taken again it
    /// stays the version that it became.
    ///
    /// - Parameter snapshot: the snapshot, of a model that learns from a stream.
    /// - Returns: what became of it.
    /// - Throws: ``FreshetError`` of kind `usage` for a model that cannot go on learning, of kind `conflict` when no item of
    ///   the snapshot is known here.
    public func adopt(_ snapshot: Snapshot) throws -> AdoptedSnapshot {
        try checkLearns("takes snapshots over")
        let (manifest, source) = (snapshot.manifest, "snapshot \(snapshot.manifest.mark)")
        if let known = book.all.first(where: { $0.source == source }) { return .before(known.version) }
        guard let model = ModelRegistry.online.first(where: { $0.name == manifest.model }) else {
            throw FreshetError(
                .usage,
                "A snapshot of '\(manifest.model)' cannot be served: what serves goes on learning from every event.",
                remedy: "Train one of \(ModelRegistry.online.map(\.name).joined(separator: ", "))."
            )
        }
        let numbering = Renumbering(from: snapshot.dataset, to: vocabulary)
        guard numbering.knownItems > 0 else {
            throw FreshetError(
                .conflict,
                "None of the snapshot's \(snapshot.dataset.items.count) items is known here.",
                remedy: "Bring the events or the catalogue first, as by serve --import."
            )
        }
        let renumbered = try model.renumbered(
            snapshot.scorer,
            configurationJSON: manifest.configurationJSON,
            by: numbering
        )
        guard let renumbered else { preconditionFailure("\(model.name) learns from a stream") }
        try learning.adopt(
            FullTraining.Product(
                trained: TrainedModel(
                    model: model.name,
                    configurationJSON: manifest.configurationJSON,
                    scorer: renumbered
                ),
                learned: store.newestOffset,
                seconds: manifest.trainSeconds,
                wasCutShort: false,
                validation: manifest.metrics["validation_ndcg@10"],
                source: source
            )
        )
        return .entered(items: numbering.knownItems, of: snapshot.dataset.items.count)
    }
}

/// What became of a snapshot that was trained elsewhere.
public enum AdoptedSnapshot: Sendable, Equatable {
    /// It is on its way to becoming the candidate, and knows this many of its items here.
    case entered(items: Int, of: Int)
    /// It was taken before, and became this version.
    case before(ModelVersion)
}
