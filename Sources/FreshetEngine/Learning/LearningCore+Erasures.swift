import FreshetCore
import FreshetLearning
import Logging

/// Weights without erased users, and the end of those with them.
extension LearningCore {
    /// Seconds until another try where older weights could not be deleted.
    private static let settlingPause = Duration.seconds(10)

    /// Asks for weights that have not learned from a user who was erased.
    ///
    /// - Parameters:
    ///   - receipt: the erasure's receipt.
    ///   - due: when the training begins at the latest, in milliseconds since 1970.
    func retrain(without receipt: ErasureReceipt, by due: Int64) {
        openErasures[receipt.id] = receipt
        erasure = (min(erasure?.due ?? due, due), max(erasure?.newest ?? receipt.time, receipt.time))
    }

    /// Sees to weights that leave out erased users, once they are due, and to the end of those before.
    /// - Throws: ``FreshetError`` when a model cannot be learned further.
    func considerErasures() throws {
        settleErasures()
        guard let erasure, parts.clock.milliseconds >= erasure.due, parts.retraining.order == nil else { return }
        let isLiveFree = loop.live.trained == nil || parts.book.isTrained(loop.live.version, since: erasure.newest)
        let isCandidateFree = loop.policy.candidate.map { parts.book.isTrained($0, since: erasure.newest) }
        if isLiveFree, isCandidateFree ?? true { return self.erasure = nil }
        if isCandidateFree == true {
            isForced = true
            return try promoteIfForced()
        }
        startTraining(isForced: loop.live.trained != nil)
    }

    /// Once weights serve that are free of erased users, deletes what is kept of those before, and says so in the receipts.
    private func settleErasures() {
        guard !openErasures.isEmpty, nextSettling.map({ $0 <= .now }) ?? true else { return }
        let settled = openErasures.values.filter { isFree(since: $0.time) }
        guard let newest = settled.map(\.time).max() else { return }
        nextSettling = .now + Self.settlingPause
        do {
            let older = try deleteWeights(before: newest)
            for receipt in settled { note(receipt, older: older) }
            if older.isEmpty { nextSettling = nil }
        } catch let error {
            parts.health.markFailed(LearningStart.part, error)
        }
    }

    /// Whether nothing that serves, competes or is trained now comes from a training before a moment.
    private func isFree(since time: Int64) -> Bool {
        let isLiveFree = loop.live.trained == nil || parts.book.isTrained(loop.live.version, since: time)
        let isCandidateFree = loop.policy.candidate.map { parts.book.isTrained($0, since: time) } ?? true
        let orders = finished.map(\.order) + [parts.retraining.order].compactMap(\.self)
        return isLiveFree && isCandidateFree && orders.allSatisfy { $0.time >= time }
    }

    /// Deletes the weights that were trained before a moment, in memory, in the learner's file and among the versions.
    /// - Returns: the versions that had to stay, as experiments compare them.
    /// - Throws: ``FreshetError`` of kind `external` when something cannot be written.
    private func deleteWeights(before time: Int64) throws -> [ModelVersion] {
        loop.forgetStates { [book = parts.book] in !book.isTrained($0, since: time) }
        keepReadings()
        try checkpointNow()
        let older = parts.archive.versions(before: time, in: parts.book)
        let kept = parts.pins.versions
        for version in older where !kept.contains(version) {
            try parts.archive.remove(version)
            parts.book.update(version) { $0.folder = nil }
        }
        return older.filter(kept.contains)
    }

    private func note(_ settled: ErasureReceipt, older: [ModelVersion]) {
        var receipt = settled
        let now = parts.clock.milliseconds
        if loop.live.trained != nil, receipt.version == nil { receipt.version = ModelVersion(loop.live.version.number) }
        receipt.retrained = receipt.retrained ?? now
        receipt.state = older.isEmpty ? .complete : .retrained
        if older.isEmpty { receipt.completed = now }
        openErasures[receipt.id] = older.isEmpty ? nil : receipt
        guard receipt != settled, let entry = try? ErasureBook.entry(of: receipt) else { return }
        parts.records.add(.setting(entry.name, entry.text))
        parts.logger.info(
            "weights are free of an erased user",
            metadata: ["erasure": "\(receipt.id)", "state": "\(receipt.state.rawValue)"]
        )
    }
}
