import FreshetCore
import FreshetModels

/// What answers, and who may: the live state and those behind it, the two gates, the guard, and the policy that asks them.
struct Publication {
    let settings: LearningLoop.Settings
    /// What answers requests.
    var live: ServedState
    /// The last state known to be good.
    var good: ServedState
    /// What answered first, never learning: the first trained state, and the first publication until there is one.
    var frozen: ServedState?
    /// Names the live weights, so that a line of the same number need not be scored twice.
    private(set) var liveNumber = 0
    /// When to publish and to train.
    var policy: PublicationPolicy
    var microUpdate: MicroUpdateGate
    /// The candidate's gate; `nil` without a candidate.
    var promotion: PromotionGate?
    var rollback: RollbackGuard
    /// How well what went live predicts what was learned before.
    var forgetting: Forgetting

    init(settings: LearningLoop.Settings, live: ServedState, highestVersion: Int, seed: UInt64) {
        self.settings = settings
        (self.live, good) = (live, live)
        policy = PublicationPolicy(
            settings: settings.publication,
            live: live.version,
            trainedOffset: live.trained == nil ? 0 : live.offset,
            highestNumber: highestVersion
        )
        microUpdate = MicroUpdateGate(settings: settings.microUpdate)
        rollback = RollbackGuard(settings: settings.rollback)
        forgetting = Forgetting(periodEvents: settings.periodEvents, microBatch: settings.microBatch, seed: seed)
        if live.trained != nil && settings.keepsFrozenCopy { frozen = live }
    }

    /// Has the rankers of what answers know the features that candidates have now.
    mutating func fit(to features: FeatureTable) {
        live.ranker = live.ranker.fitted(to: features)
        good.ranker = good.ranker.fitted(to: features)
    }

    /// Whether what is live has to hold its own against the last good state.
    var isGuarded: Bool { policy.good != policy.live }

    /// Tells the gates and the guard of an outcome that counts now.
    ///
    /// - Parameters:
    ///   - outcome: the outcome.
    ///   - isRehearsed: whether the candidate's predictions count.
    mutating func judge(_ outcome: Outcome, isRehearsed: Bool) {
        guard let live = outcome.reciprocalRank(of: .live) else { return }
        if let learning = outcome.reciprocalRank(of: .learning) { microUpdate.add(learning: learning, live: live) }
        if let candidate = outcome.reciprocalRank(of: .candidate), isRehearsed {
            promotion?.add(candidate: candidate, live: live)
        }
        if let good = outcome.reciprocalRank(of: .lastGood) { rollback.add(live: live, good: good) }
    }

    /// Asks the policy what follows.
    ///
    /// - Parameters:
    ///   - time: the moment, in milliseconds since 1970.
    ///   - offset: the newest event that was processed.
    ///   - hasUpdate: whether there is something learned that is not live.
    ///   - isCatchingUp: whether the candidate does not compete yet.
    ///   - drift: drift that was seen.
    ///   - figures: the live state's figures, where rules ask for them.
    /// - Returns: what to do and why.
    mutating func decide(
        time: Int64,
        offset: Int64,
        hasUpdate: Bool,
        isCatchingUp: Bool,
        drift: [DriftMonitor.Signal],
        figures: [String: Double]
    ) -> PublicationPolicy.Step {
        policy.advance(
            PublicationPolicy.Observation(
                time: time,
                offset: offset,
                hasUpdate: hasUpdate,
                microUpdate: microUpdate,
                promotion: isCatchingUp ? nil : promotion,
                rollback: rollback,
                drift: drift,
                figures: figures
            )
        )
    }

    /// Opens the gate of a candidate that has entered.
    ///
    /// - Parameter shown: what it has shown before, on the log; counts only for a first version.
    mutating func candidateEntered(_ shown: PromotionGate? = nil) {
        promotion = PromotionGate(settings: settings.promotion, standard: policy.isTrained ? .better : .notWorse)
        if let shown, !policy.isTrained { promotion = shown }
    }

    /// Puts an update of the live version live.
    mutating func update(_ state: ServedState, numbered number: Int) { (live, liveNumber) = (state, number) }

    /// Puts another version live; the guard begins anew against what was live before, if that is to be the good one.
    mutating func replace(by state: ServedState, numbered number: Int, keepingGood: Bool) {
        if !keepingGood { good = live }
        (live, liveNumber) = (state, number)
        restartGates()
    }

    /// What is live is the last good state.
    mutating func markGood() {
        good = live
        rollback.restart()
    }

    /// Ends a watch that has its verdict.
    mutating func endWatch() {
        // One that ended without a change of the good state: it was the live one all along.
        if rollback.verdict != .watching { rollback.restart() }
    }

    /// Keeps what is live to compare with: the first publication, and in its place the first trained state.
    /// - Returns: whether another copy was kept before.
    mutating func keepFrozenCopy() -> Bool {
        let isFirst = frozen.map { $0.trained == nil && live.trained != nil } ?? true
        guard settings.keepsFrozenCopy, isFirst else { return false }
        frozen = live
        return true
    }

    private mutating func restartGates() {
        microUpdate.reset()
        rollback.restart()
    }
}
