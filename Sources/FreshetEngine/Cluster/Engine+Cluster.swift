import FreshetCore
import FreshetData
import FreshetLearning
import FreshetRecommendation
import Logging

/// One engine of several that have the same store: what others change is taken up here, in the order of their commits.
extension Engine {
    /// What this engine does of the work that is shared.
    public var role: EngineRole { configuration.cluster.role }

    /// Waits until an event is known here, as its own server's answer named it; not longer than a request may.
    ///
    /// - Parameter offset: the event's offset.
    /// - Returns: whether it is known.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read.
    public func waitUntilKnown(_ offset: Int64) async throws -> Bool {
        guard knownOffset < offset else { return true }
        let end = ContinuousClock.now + .seconds(configuration.cluster.readAfterSeconds)
        repeat {
            try await storage.watching { try await $0.follow() }
            if knownOffset >= offset { return true }
            try await Task.sleep(for: .milliseconds(5))
        } while ContinuousClock.now < end
        return false
    }

    /// Refuses what only a learner can do.
    /// - Throws: ``FreshetError`` of kind `conflict` on a server that follows one.
    func checkLearns(_ what: String) throws {
        guard !role.learns else { return }
        throw FreshetError(
            .conflict,
            "This server follows a learner, which alone \(what).",
            remedy: "Send the request to the learner."
        )
    }

    /// Takes up what other processes changed, until the task is cancelled.
    func takeUpChanges() async {
        for await changes in storeChanges {
            for change in Self.distinct(changes) {
                while !Task.isCancelled {
                    do {
                        try await takeUp(change)
                        break
                    } catch let error {
                        // The store is away: what was changed is still there to be read.
                        (error as? FreshetError).map { _ = storage.note($0) }
                        logger.debug("a change of another server waits", metadata: ["error": "\(error)"])
                        try? await Task.sleep(for: .seconds(0.5))
                    }
                }
            }
        }
    }

    /// Each change once, where it was made last: what is read again is the newest anyway.
    private static func distinct(_ changes: [StoreChange]) -> [StoreChange] {
        guard !changes.contains(.everything) else { return changes.filter(\.isOfNames) + [.everything] }
        var seen: Set<StoreChange> = []
        return changes.reversed().filter { seen.insert($0).inserted }.reversed()
    }

    private func takeUp(_ change: StoreChange) async throws {
        switch change {
        case .item(let id): try await readItem(id)
        case .profile(let id): try await readProfile(id)
        case .setting(let name): try await readSetting(name)
        case .searches(let user): try await readSearchesAnew(of: user)
        case .events(let user): try await readEventsAnew(of: user)
        case .versions: try await readVersions()
        case .joined(let id, let former, let user): await takeUpJoining(id, former, to: user)
        case .erased(let user, let names): try await takeUpErasure(of: user, names)
        case .everything: try await readEverything()
        }
    }

    // MARK: Catalogue

    private func readItem(_ id: String) async throws {
        try await catalogueTurn.run {
            guard let index = vocabulary.item(id) else { return }
            if let item = try await store.item(id) { return show([(index: index, item: item)]) }
            catalog.remove(index)
            content.forget(index)
        }
    }

    private func readProfile(_ id: String) async throws {
        try await catalogueTurn.run {
            userAttributes.forget([id])
            if let user = try await store.user(id) { profiles.put([user]) } else { profiles.remove(id) }
        }
    }

    private func readEverything() async throws {
        try await catalogueTurn.run {
            try EngineStart.readItems(store, vocabulary, into: catalog) { content.read($0) }
        }
        await readProfiles()
        userAttributes.forgetAll()
        for user in 0..<vocabulary.userCount { _ = sessions.removeAll(of: UserIndex(user)) }
        recommender.removeAll()
        try await rules.reload()
        try await readVersions()
        try await readExperiments()
        try await resumeErasures()
    }

    // MARK: Settings

    private func readSetting(_ name: String) async throws {
        if RuleService.owns(name) { return try await rules.reload() }
        if ExperimentBook.owns(name) { return try await readExperiments() }
        // The learner owes weights without whoever was erased on a server.
        if ErasureBook.isReceipt(name), role.learns { try await resumeErasures() }
    }

    private func readExperiments() async throws {
        try await experimentBook.turn.run {
            let former = Set(experimentBook.all.map(\.id))
            try await experimentBook.load(archive, reading: content.tuned.reading)
            let now = experimentBook.all
            for id in former.subtracting(now.map(\.id)) { feedback.unfollow(id) }
            for served in experimentBook.followed {
                if former.contains(served.id) { feedback.follow(changesOf: served) } else { feedback.follow(served) }
            }
        }
    }

    private func readVersions() async throws {
        guard !role.learns else { return }
        book.replace(with: try await store.versions())
        decisionLog.replace(with: try await store.decisions(limit: DecisionLog.limit))
    }

    // MARK: Users

    private func readEventsAnew(of user: UserIndex) async throws {
        _ = sessions.removeAll(of: user)
        recommender.removeAll()
        guard role.learns else { return }
        let left = try await store.fetchNewestEvents(of: user, limit: configuration.sessions.eventsPerUser)
        try await learning.perform { $0.erase(user, keeping: left) }
    }

    private func takeUpJoining(_ id: String, _ former: UserIndex?, to user: UserIndex) async {
        let name = vocabulary.id(of: user)
        profiles.remove(id)
        userAttributes.forget([id, name])
        feedback.join(id, to: name)
        if let former { await join(former, to: user) }
    }

    /// Forgets in memory whom another server erased from the store.
    private func takeUpErasure(of user: UserIndex, _ names: [String]) async throws {
        for name in names {
            feedback.forget(name)
            profiles.remove(name)
        }
        userAttributes.forget(names)
        if let history = try? await sessions.history(of: user) { audience.forget(user, of: history.items) }
        content.replaceSearches(of: user, with: [])
        actions.forget(user)
        bots.forget([user])
        _ = sessions.removeAll(of: user)
        recommender.removeAll()
        if role.learns { _ = try await learning.perform { $0.erase([user]) } }
    }

    // MARK: What the learner publishes

    /// Puts a state live that the learner published.
    static func show(_ state: ServedState, in live: LiveModel, _ preload: Preload, _ logger: Logger) {
        let snapshot = ModelSnapshot(state)
        let former = live.publish(snapshot)
        preload.run(with: snapshot)
        guard former.version.number != snapshot.version.number else { return }
        logger.notice("the learner's version \(snapshot.version) answers", metadata: ["before": "\(former.version)"])
    }
}

extension StoreChange {
    /// Whether it is about who a name belongs to, which no reading again tells.
    fileprivate var isOfNames: Bool {
        switch self {
        case .joined, .erased: true
        default: false
        }
    }
}
