import Foundation
import FreshetCore
import FreshetData
import FreshetRecommendation

extension Engine {
    /// Erases a user everywhere: store, sessions, what the learner remembers, and by a full training the weights; with them
    /// whoever was joined to them.
    ///
    /// The training is made within the hours that ``EngineConfiguration/Retraining/erasureHours`` says, from a log
    /// without the user, and goes live whatever the gate says; then the versions before it are deleted. A kill in between
    /// undoes nothing: the next start ends what had begun.
    /// - Returns: what went, and what follows; to be asked for again by ``erasure(_:)``.
    /// - Throws: ``FreshetError`` of kind `external` when the store fails.
    public func eraseUser(_ id: String) async throws -> ErasureReceipt {
        let receipt = UUID().uuidString.lowercased()
        let (begun, removed) = try await catalogueTurn.run {
            // Nobody is joined meanwhile.
            let (name, index) = (vocabulary.name(of: id), vocabulary.user(id))
            let former = index.map { vocabulary.joined(to: $0).former } ?? []
            let begun = ErasureBook.Begun(user: name, numbers: (index.map { [$0] } ?? []) + former)
            try await ErasureBook.begin(receipt, begun, in: store)
            do {
                return (begun, try await eraseRows(of: name))
            } catch let error {
                // Whoever asked hears that nothing was done, and nothing will be.
                try? await ErasureBook.end(receipt, in: store)
                throw error
            }
        }
        return try await conclude(receipt, begun, removed)
    }

    /// The receipt of an erasure by its id, with the state as it is now; `nil` for an unknown id.
    public func erasure(_ id: String) async throws -> ErasureReceipt? {
        guard var receipt = try await ErasureBook.receipt(id, in: store) else { return nil }
        guard receipt.state != .complete else { return receipt }
        if role.learns { receipt.olderVersions = archive.versions(before: receipt.time, in: book) }
        guard isLearned(out: receipt) else { return receipt }
        if receipt.state == .retraining {
            receipt.state = .retrained
            if live.current.scorer != nil { receipt.version = ModelVersion(live.current.version.number) }
        }
        // Where something learns, it says so itself once no older state is left of what it keeps.
        if role.learns, !configuration.learning.isEnabled, receipt.olderVersions?.isEmpty == true {
            receipt.state = .complete
        }
        return receipt
    }

    /// Ends erasures that a kill interrupted; before anything is served.
    func finishErasures() async throws {
        for (id, begun) in try await ErasureBook.unfinished(in: store) {
            // Who has another number has returned since their rows went, and is a stranger.
            let hasReturned = vocabulary.user(begun.user).map { !begun.numbers.contains($0) } ?? false
            let removed = try await catalogueTurn.run {
                hasReturned ? (rows: ErasedRows(), waiting: 0) : try await eraseRows(of: begun.user)
            }
            _ = try await conclude(id, begun, removed)
        }
    }

    /// Goes on with erasures that wait for a training, or for older versions to go.
    func resumeErasures() async throws {
        for receipt in try await ErasureBook.receipts(in: store) where receipt.state != .complete {
            try await scheduleRetraining(after: receipt)
        }
    }

    // MARK: Parts

    /// Has the store and what waits to be written forget a user, whose turn at the catalogue it is.
    private func eraseRows(of name: String) async throws -> (rows: ErasedRows, waiting: Int) {
        profiles.remove(name)
        let names = (vocabulary.user(name).map { vocabulary.joined(to: $0).ids } ?? []) + [name]
        for known in names { feedback.forget(known) }
        let erased = try await impressions.erasing(names) { try await store.eraseUser(name) }
        userAttributes.forget([name])
        return (erased.result, erased.impressions)
    }

    /// Forgets in memory whose rows are gone, and says what follows.
    private func conclude(
        _ id: String,
        _ begun: ErasureBook.Begun,
        _ removed: (rows: ErasedRows, waiting: Int)
    ) async throws -> ErasureReceipt {
        let (sessionEvents, exemplars) = try await forget(begun.numbers)
        // A training that begins from now on reads a log without the user.
        let now = clock.milliseconds
        let mustRetrain = !begun.numbers.isEmpty && hasWeights
        var receipt = ErasureReceipt(
            id: id,
            user: begun.user,
            time: now,
            rows: removed.rows.total + removed.waiting,
            removed: removed.rows,
            sessionEvents: sessionEvents,
            exemplars: exemplars,
            state: mustRetrain ? .retraining : .complete,
            offset: store.newestOffset
        )
        let days = Int64(configuration.retention.backupDays)
        if days > 0 { receipt.backupsUntil = now + days * 86_400_000 }
        if mustRetrain { receipt.due = now + Int64(configuration.retraining.erasureHours * 3_600_000) }
        try await ErasureBook.keep(receipt, in: store)
        try await ErasureBook.end(id, in: store)
        if mustRetrain {
            try await scheduleRetraining(after: receipt)
            try await endExperimentsOfKeptVersions()
        }
        return receipt
    }

    /// Forgets what memory and the learner have of numbers, a user's own first: events of the session, exemplars.
    private func forget(_ numbers: [UserIndex]) async throws -> (sessionEvents: Int, exemplars: Int) {
        guard let index = numbers.first else { return (0, 0) }
        if let history = try? await sessions.history(of: index) { audience.forget(index, of: history.items) }
        for number in numbers {
            content.replaceSearches(of: number, with: [])
            actions.forget(number)
        }
        bots.forget(numbers)
        intakeGuard.usersChanged()
        let sessionEvents = sessions.removeAll(of: index)
        recommender.removeAll()
        return (sessionEvents, try await learning.perform { $0.erase(numbers) })
    }

    /// Whether there are weights that may have learned from whoever is erased now, or are on their way.
    private var hasWeights: Bool {
        live.current.scorer != nil || learning.trainingOrder != nil || !archive.versions().isEmpty
            || book.all.contains { $0.state == .candidate }
    }

    private func scheduleRetraining(after receipt: ErasureReceipt) async throws {
        // Where a learner is followed, it reads the receipt.
        guard role.learns else { return }
        let due = receipt.due ?? receipt.time + Int64(configuration.retraining.erasureHours * 3_600_000)
        try await learning.perform { $0.retrain(without: receipt, by: due) }
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
