import FreshetCore
import FreshetData
import FreshetExperiments
import FreshetLearning
import FreshetRecommendation
import Logging

/// Experiments that serve.
extension Engine {
    /// The experiments there are, the newest first.
    public var experiments: [ServedExperiment] { experimentBook.all }

    /// The experiment of an id.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown one.
    public func experiment(_ id: String) throws -> ServedExperiment {
        guard let served = experimentBook.experiment(id) else {
            throw FreshetError(.notFound, "There is no experiment '\(id)'.")
        }
        return served
    }

    /// Starts an experiment: from the next request on its users are answered by their variants, also after a restart.
    ///
    /// - Parameter draft: what is asked for.
    /// - Returns: the experiment, with the versions that it compares by their full names.
    /// - Throws: ``FreshetError`` of kind `usage` for a draft that is not sound, of kind `conflict` for one that is not at the
    ///   moment: an id that is taken, users that another experiment has, a version that is not kept, a metric without events.
    public func start(_ draft: ExperimentDraft) async throws -> ServedExperiment {
        try await experimentBook.turn.run {
            try ExperimentChecks(
                draft: draft,
                known: experimentBook.all,
                scenarios: Array(scenarios.keys),
                rules: allRules.compactMap(\.rule),
                eventTypes: vocabulary.eventTypes,
                hasProfit: feedback.knowsProfitOfEvents
                    || catalog.current().hasNumber(configuration.serving.profitAttribute)
            ).check()
            let arms = try await serve(draft.changes)
            defer { letGo(arms) }
            var served = ServedExperiment(
                experiment: draft.experiment,
                changes: arms.map { $0.change },
                method: draft.method,
                scenarios: draft.scenarios,
                daysBefore: draft.daysBefore,
                started: clock.milliseconds
            )
            if draft.method == .bandit {
                let shares = draft.experiment.variants.map(\.weight)
                served.bandit = draft.bandit
                served.windows = [BanditWindow(number: 0, started: served.started, shares: shares)]
            }
            // Followed before anybody is answered by it.
            feedback.follow(served)
            do {
                try await experimentBook.put(served, snapshots: arms.map { $0.snapshot })
            } catch let error {
                feedback.unfollow(served.id)
                throw error
            }
            logger.notice("experiment started", metadata: ["experiment": "\(served.id)"])
            return served
        }
    }

    /// Changes the weights or the coverage of an experiment that runs, from the next request on.
    ///
    /// Users come in or drop out; nobody goes from one variant to another. A bandit finds its weights itself, and interleaving
    /// has none.
    ///
    /// - Parameters:
    ///   - id: the experiment.
    ///   - weights: the new weights by variant; the others stay, and all add up to 1.
    ///   - coverage: the share of all users that should take part; as before when `nil`.
    /// - Returns: the experiment as it is now.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown experiment, of kind `usage` for weights or a coverage that
    ///   it cannot have, of kind `conflict` for one that does not run or was changed too often.
    public func changeExperiment(
        _ id: String,
        weights: [String: Double] = [:],
        coverage: Double? = nil
    ) async throws -> ServedExperiment {
        try await experimentBook.turn.run {
            var served = try experiment(id)
            guard served.state == .running else { throw Self.refusal(of: served) }
            guard weights.isEmpty || served.method == .split else {
                throw FreshetError(
                    .usage,
                    "The weights of '\(id)' cannot be changed: its method is '\(served.method.rawValue)'.",
                    remedy: "Change its coverage, or start another experiment."
                )
            }
            let periods = served.periods ?? [AllocationPeriod(served.experiment, started: served.started)]
            guard periods.count < ExperimentChecks.periods else {
                throw FreshetError(
                    .conflict,
                    "'\(id)' was changed \(periods.count - 1) times, which is the most.",
                    remedy: "End it and start another one."
                )
            }
            try served.experiment.change(weights: weights, coverage: coverage)
            try ExperimentChecks.checkShares(of: served.experiment)
            served.periods = periods + [AllocationPeriod(served.experiment, started: clock.milliseconds)]
            try await experimentBook.update(served)
            feedback.follow(changesOf: served)
            logger.notice("experiment changed", metadata: ["experiment": "\(id)"])
            return served
        }
    }

    /// Ends an experiment without a decision; everybody is answered as before it.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown one, of kind `conflict` for one that does not run.
    public func stopExperiment(_ id: String) async throws -> ServedExperiment {
        try await change(id, from: [.running]) { $0.state = .stopped }
    }

    /// Ends an experiment and decides for a variant, with what is known at this moment as evidence.
    ///
    /// - Parameters:
    ///   - id: the experiment.
    ///   - winner: the variant; what the verdict names, else the first, when `nil`.
    /// - Returns: the experiment, ended.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown experiment, of kind `usage` for an unknown variant, of
    ///   kind `conflict` for an experiment that does not run.
    public func concludeExperiment(_ id: String, winner: String? = nil) async throws -> ServedExperiment {
        let decision = try decision(on: experiment(id), for: winner)
        return try await change(id, from: [.running]) { served in
            served.state = .concluded
            served.decision = decision
        }
    }

    /// Lets everybody be answered by a variant: its version goes live as by ``promote(_:)``, its settings are everybody's.
    ///
    /// - Parameters:
    ///   - id: the experiment, which ends if it runs.
    ///   - winner: the variant; what was decided for, or what the verdict names, when `nil`.
    /// - Returns: the experiment, ended.
    /// - Throws: as ``concludeExperiment(_:winner:)``, and as ``promote(_:)``.
    public func shipExperiment(_ id: String, winner: String? = nil) async throws -> ServedExperiment {
        let served = try experiment(id)
        let decided = winner == nil ? served.decision : nil
        let decision = try decided ?? decision(on: served, for: winner)
        let place = try served.place(of: decision.winner)
        if let version = served.changes[place].pinned, version != live.current.version {
            guard served.state != .shipped else { throw Self.refusal(of: served) }
            try await promote(version)
        }
        if let id = served.changes[place].rule, var rule = rule(id)?.rule {
            rule.enabled = true
            _ = try await put(rule)
        }
        return try await change(id, from: [.running, .concluded, .stopped]) { served in
            served.state = .shipped
            served.decision = decision
        }
    }

    /// Forgets an experiment that has ended; settings that it was shipped with end with it.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown one, of kind `conflict` for one that runs.
    public func removeExperiment(_ id: String) async throws {
        try await experimentBook.turn.run {
            let served = try experiment(id)
            guard served.state != .running else { throw Self.refusal(of: served) }
            try await experimentBook.remove(id)
            feedback.unfollow(id)
            recommender.removeAll()
        }
    }

    // MARK: Parts

    /// Ends the experiments that compare weights which are kept as they are: those cannot be rid of who is erased now.
    func endExperimentsOfKeptVersions() async throws {
        for served in experiments where !served.pinned.isEmpty { _ = try await stopExperiment(served.id) }
    }

    private func change(
        _ id: String,
        from states: Set<ServedExperiment.State>,
        _ change: (inout ServedExperiment) -> Void
    ) async throws -> ServedExperiment {
        try await experimentBook.turn.run {
            var served = try experiment(id)
            guard states.contains(served.state) else { throw Self.refusal(of: served) }
            served.ended = served.ended ?? clock.milliseconds
            change(&served)
            try await experimentBook.put(served)
            recommender.removeAll()
            logger.notice("experiment \(served.state.rawValue)", metadata: ["experiment": "\(id)"])
            return served
        }
    }

    private static func refusal(of served: ServedExperiment) -> FreshetError {
        FreshetError(.conflict, "The experiment '\(served.id)' is \(served.state.rawValue).")
    }

    /// Keeps the versions that variants need, and makes ready what answers them.
    ///
    /// Each version is pinned once more, by whoever calls this.
    private func serve(
        _ changes: [VariantChange]
    ) async throws -> [(change: VariantChange, snapshot: ModelSnapshot?)] {
        var arms: [(change: VariantChange, snapshot: ModelSnapshot?)] = []
        do {
            for change in changes { arms.append(try await serve(change)) }
        } catch let error {
            letGo(arms)
            throw error
        }
        return arms
    }

    private func letGo(_ arms: [(change: VariantChange, snapshot: ModelSnapshot?)]) {
        for arm in arms { if let version = arm.change.pinned { experimentBook.pins.letGo(version) } }
    }

    private func serve(_ change: VariantChange) async throws -> (change: VariantChange, snapshot: ModelSnapshot?) {
        switch change {
        case .nothing, .settings, .policy, .rule: return (change, nil)
        case .frozen:
            try checkLearns("keeps versions to compare")
            let (state, live) = (try await learning.perform { try $0.freeze() }, live.current)
            let isSame = live.version == state.version && live.offset == state.offset
            let snapshot = experimentBook.snapshot(of: state)
            return (.frozen(state.version), isSame ? live : snapshot)
        case .version(let version):
            guard let stored = archive.stored(version) else {
                throw FreshetError(
                    .conflict,
                    "Version \(version) is not kept.",
                    remedy: "Kept are \(archive.versions().map(\.description).joined(separator: ", "))."
                )
            }
            experimentBook.pins.keep(stored)
            do {
                let state = try archive.read(stored, reading: content.tuned.find)
                return (.version(stored), experimentBook.snapshot(of: state))
            } catch let error {
                experimentBook.pins.letGo(stored)
                throw error
            }
        }
    }
}
