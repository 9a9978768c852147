import Foundation
import FreshetCore
import FreshetData
import FreshetRecommendation

extension Engine {
    /// Erases a user everywhere: store, sessions, what the learner remembers, and by a full training the weights; with them
    /// whoever was joined to them.
    ///
    /// The training is made within the hours that ``EngineConfiguration/Retraining/erasureHours`` says, from a log
    /// without the user, and goes live whatever the gate says.
    /// - Returns: what went, and what follows; to be asked for again by ``erasure(_:)``.
    /// - Throws: ``FreshetError`` of kind `external` when the store fails.
    public func eraseUser(_ id: String) async throws -> ErasureReceipt {
        let (name, index, former, rows) = try await catalogueTurn.run {
            // Nobody is joined meanwhile.
            let (name, index) = (vocabulary.name(of: id), vocabulary.user(id))
            profiles.remove(name)
            let joined = index.map { vocabulary.joined(to: $0) } ?? (ids: [], former: [])
            for known in joined.ids + [name] { feedback.forget(known) }
            let (stored, waiting) = try await impressions.erasing(joined.ids + [name]) {
                try await store.eraseUser(name)
            }
            userAttributes.forget([name])
            return (name, index, joined.former, stored + waiting)
        }
        var (sessionEvents, exemplars) = (0, 0)
        if let index {
            if let history = try? await sessions.history(of: index) { audience.forget(index, of: history.items) }
            for number in [index] + former {
                content.replaceSearches(of: number, with: [])
                actions.forget(number)
            }
            bots.forget([index] + former)
            intakeGuard.usersChanged()
            sessionEvents = sessions.removeAll(of: index)
            recommender.removeAll()
            exemplars = try await learning.perform { $0.erase([index] + former) }
        }
        let now = clock.milliseconds
        let mustRetrain = index != nil && (live.current.scorer != nil || isFirstVersionComing)
        let receipt = ErasureReceipt(
            id: UUID().uuidString.lowercased(),
            user: name,
            time: now,
            rows: rows,
            sessionEvents: sessionEvents,
            exemplars: exemplars,
            state: mustRetrain ? .retraining : .complete,
            offset: store.newestOffset
        )
        try await store.setSetting(Self.erasurePrefix + receipt.id, to: receipt.text())
        if mustRetrain {
            try await scheduleRetraining(after: receipt)
            try await endExperimentsOfKeptVersions()
        }
        return receipt
    }

    /// The receipt of an erasure by its id, with the state as it is now; `nil` for an unknown id.
    public func erasure(_ id: String) async throws -> ErasureReceipt? {
        guard var receipt = try await store.setting(Self.erasurePrefix + id).map(ErasureReceipt.init(text:)) else {
            return nil
        }
        if isLearned(out: receipt) { receipt.state = .complete }
        return receipt
    }

    /// Goes on with erasures that wait for a training.
    func resumeErasures() async throws {
        for text in try await store.settings(prefix: Self.erasurePrefix).values {
            let receipt = try ErasureReceipt(text: text)
            if receipt.state == .retraining, !isLearned(out: receipt) { try await scheduleRetraining(after: receipt) }
        }
    }

    /// Whether weights are on their way that may have learned from whoever is erased now.
    private var isFirstVersionComing: Bool {
        learning.trainingOrder != nil || book.all.contains { $0.state == .candidate }
    }

    private static let erasurePrefix = "erasure."

    /// Whether a setting of the store is the receipt of an erasure.
    static func isErasure(_ setting: String) -> Bool { setting.hasPrefix(erasurePrefix) }

    private func scheduleRetraining(after receipt: ErasureReceipt) async throws {
        // Where a learner is followed, it reads the receipt.
        guard role.learns else { return }
        let due = receipt.time + Int64(configuration.retraining.erasureHours * 3_600_000)
        try await learning.perform { $0.retrain(without: receipt.time, by: due) }
    }

    /// Whether the live weights come from a training that began after the erasure; where nothing trained serves, whether
    /// none that began before is on its way.
    private func isLearned(out receipt: ErasureReceipt) -> Bool {
        let snapshot = live.current
        if snapshot.scorer != nil { return book.isTrained(snapshot.version, since: receipt.time) }
        let candidates = book.all.filter { $0.state == .candidate }
        return (learning.trainingOrder.map { $0.time >= receipt.time } ?? true)
            && candidates.allSatisfy { book.isTrained($0.version, since: receipt.time) }
    }
}

extension ErasureReceipt {
    fileprivate func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

    fileprivate init(text: String) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch is DecodingError {
            throw FreshetError(.invalidData, "The receipt of an erasure is damaged.")
        }
    }
}
