import FreshetCore
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
        try await learning.perform { try $0.promote(version) }
    }

    /// Lets the last good state before the live one answer again.
    /// - Returns: the version that answers now.
    /// - Throws: ``FreshetError`` of kind `conflict` when there is none.
    public func rollback() async throws -> ModelVersion {
        try await learning.perform { try $0.rollBack() }
    }

    /// Trains a new version from the log beside serving, now; it becomes a candidate.
    public func retrain() async throws {
        try await learning.perform { $0.startTraining(isForced: false) }
    }
}
