import FreshetCore
import FreshetLearning
import Testing

@Suite("Threshold rules")
struct ThresholdRuleTests {
    @Test func readsAndWritesItsText() throws {
        let rule = try ThresholdRule("recall@10 < 0.05 for 10m -> rollback")
        #expect(rule == ThresholdRule("recall@10", .below, 0.05, forSeconds: 600, .rollback))
        #expect(try ThresholdRule(rule.description) == rule)
        #expect(try roundTrip([rule]) == [rule])
        #expect(try ThresholdRule("mrr@20 > 1e-3 for 1d -> retrain").seconds == 86_400)
    }

    @Test(arguments: [
        "", "recall@10 < 0.05", "recall < 0.05 for 10m -> rollback", "recall@10 = 0.05 for 10m -> rollback",
        "recall@10 < nan for 10m -> rollback", "recall@10 < 0.05 for -1m -> rollback",
        "recall@10 < 0.05 for 10 -> rollback", "recall@10 < 0.05 for 10m -> panic", "auc@3 < 1 for 1s -> retrain",
    ])
    func refusesOthers(text: String) {
        #expect(throws: FreshetError.self) { try ThresholdRule(text) }
    }
}

@Suite("Publication policy")
struct PublicationPolicyTests {
    var settings: PublicationPolicy.Settings
    var policy: PublicationPolicy

    init() {
        settings = PublicationPolicy.Settings()
        settings.retrainInterval = 0
        settings.retrainGrowth = 0
        settings.firstTrainingEvents = 1_000_000
        settings.patience = 3
        policy = PublicationPolicy(settings: settings, live: ModelVersion(1))
    }

    /// An observation at a second; the gates are those of the arguments.
    private func seen(
        _ second: Double,
        hasUpdate: Bool = false,
        micro: MicroUpdateGate = MicroUpdateGate(),
        promotion: PromotionGate? = nil,
        rollback: RollbackGuard = RollbackGuard(),
        drift: [DriftMonitor.Signal] = [],
        offset: Int64 = 10,
        figures: [String: Double] = [:]
    ) -> PublicationPolicy.Observation {
        PublicationPolicy.Observation(
            time: Int64(second * 1_000),
            offset: offset,
            hasUpdate: hasUpdate,
            microUpdate: micro,
            promotion: promotion,
            rollback: rollback,
            drift: drift,
            figures: figures
        )
    }

    private static let losing: MicroUpdateGate = {
        var gate = MicroUpdateGate()
        for place in 0..<500 { gate.add(learning: 0, live: place % 2 == 0 ? 1 : 0.5) }
        return gate
    }()

    private static func guardAfter(_ count: Int, live: Double, good: Double) -> RollbackGuard {
        var guardian = RollbackGuard()
        for _ in 0..<count { guardian.add(live: live, good: good) }
        return guardian
    }

    private static func gate(candidate: Double, live: Double) -> PromotionGate {
        var gate = PromotionGate()
        for _ in 0..<1_100 { gate.add(candidate: candidate, live: live) }
        return gate
    }

    private static let signal = DriftMonitor.Signal(detector: .adwin, lossBefore: 0.8, lossAfter: 0.9, window: 100)

    @Test mutating func publishesAtMostOnceAnInterval() {
        #expect(policy.advance(seen(10)).actions.isEmpty)
        #expect(policy.advance(seen(10, hasUpdate: true)).actions == [.publish(ModelVersion(1, update: 1))])
        #expect(policy.advance(seen(11.9, hasUpdate: true)).actions.isEmpty)
        let step = policy.advance(seen(12, hasUpdate: true))
        #expect(step.actions == [.publish(ModelVersion(1, update: 2))])
        #expect(step.decisions.map(\.kind) == [.microUpdate])
        #expect(policy.live == ModelVersion(1, update: 2))
        #expect(policy.good == ModelVersion(1))
    }

    @Test mutating func aClockThatGoesBackDoesNotStopUpdates() {
        _ = policy.advance(seen(1_000, hasUpdate: true))
        #expect(policy.advance(seen(5, hasUpdate: true)).actions == [.publish(ModelVersion(1, update: 2))])
    }

    @Test mutating func holdsBackAndStartsTheLearnerAnew() {
        let steps = (0..<3).map { policy.advance(seen(Double($0) * 10, hasUpdate: true, micro: Self.losing)) }
        #expect(steps.map { $0.decisions.map(\.kind) } == [[.heldBack], [], []])
        #expect(steps.map(\.actions) == [[], [], [.restartLearner]])
        #expect(policy.live == ModelVersion(1))
        #expect((steps[0].decisions[0].evidence["difference"] ?? 0) < -0.7)
    }

    @Test mutating func rollsBackAndNeverGivesANameTwice() {
        _ = policy.advance(seen(0, hasUpdate: true))
        let worse = Self.guardAfter(200, live: 0, good: 0.5)
        let step = policy.advance(seen(1, hasUpdate: true, rollback: worse))
        #expect(
            step.actions == [.rollBack(from: ModelVersion(1, update: 1), to: ModelVersion(1)), .restartLearner]
        )
        #expect(step.decisions.map(\.kind) == [.rollback])
        #expect(policy.live == ModelVersion(1))
        #expect(policy.advance(seen(1.5, hasUpdate: true)).actions.isEmpty)
        #expect(policy.advance(seen(10, hasUpdate: true)).actions == [.publish(ModelVersion(1, update: 2))])
    }

    @Test mutating func whatStandsTheWatchIsGood() {
        _ = policy.advance(seen(0, hasUpdate: true))
        let step = policy.advance(seen(1, rollback: Self.guardAfter(2_000, live: 0.5, good: 0.5)))
        #expect(step.actions == [.markGood(ModelVersion(1, update: 1))])
        #expect(policy.good == ModelVersion(1, update: 1))
    }

    @Test mutating func promotesOrDiscardsTheCandidate() {
        #expect(policy.trainingFinished() == ModelVersion(2))
        #expect(policy.advance(seen(0, promotion: PromotionGate())).actions.isEmpty)
        let won = policy.advance(seen(1, hasUpdate: true, promotion: Self.gate(candidate: 0.5, live: 0.2)))
        #expect(won.actions == [.promote(ModelVersion(2))])
        #expect(won.decisions.map(\.kind) == [.promotion])
        #expect((won.decisions[0].evidence["low"] ?? 0) > 0)
        #expect((policy.live, policy.good) == (ModelVersion(2), ModelVersion(1)))
        #expect(policy.trainingFinished() == ModelVersion(3))
        let lost = policy.advance(seen(5, promotion: Self.gate(candidate: 0.2, live: 0.5)))
        #expect(lost.actions == [.discard(ModelVersion(3))])
        #expect(policy.candidate == nil)
    }

    private static func firstGate(candidate: Double, live: Double) -> PromotionGate {
        var gate = PromotionGate(standard: .notWorse)
        for _ in 0..<4_000 { gate.add(candidate: candidate, live: live) }
        return gate
    }

    @Test mutating func aFirstVersionGoesLiveWhenItIsNotWorse() {
        policy = PublicationPolicy(settings: settings)
        #expect(!policy.isTrained)
        _ = policy.trainingFinished()
        let step = policy.advance(seen(1, promotion: Self.firstGate(candidate: 0.5, live: 0.5)))
        #expect(step.actions == [.promote(ModelVersion(1))])
        #expect(step.decisions.map(\.kind) == [.promotion])
        #expect(step.decisions[0].evidence["margin"] == 0.025)
        #expect(policy.isTrained)
        #expect(policy.good == ModelVersion(0))
        // The guard stands behind it.
        let back = policy.advance(seen(2, rollback: Self.guardAfter(200, live: 0, good: 0.5)))
        #expect(back.actions.first == .rollBack(from: ModelVersion(1), to: ModelVersion(0)))
    }

    @Test mutating func aFirstVersionThatIsWorseIsDiscarded() {
        policy = PublicationPolicy(settings: settings)
        _ = policy.trainingFinished()
        let step = policy.advance(seen(1, promotion: Self.firstGate(candidate: 0.4, live: 0.5)))
        #expect(step.actions == [.discard(ModelVersion(1))])
    }

    /// The training may read more of the log than was learned when it was called for.
    @Test mutating func aRollbackByHandCallsForNoTrainingOnTheSameEvents() {
        settings.firstTrainingEvents = 100
        settings.retrainGrowth = 1
        policy = PublicationPolicy(settings: settings)
        #expect(policy.advance(seen(0, offset: 100)).decisions.map(\.kind) == [.retrain])
        policy.trainingBegan(time: 0, upTo: 500)
        let version = policy.trainingFinished()
        _ = policy.promote(version, time: 1_000, offset: 500)
        _ = policy.rollBack(time: 2_000, offset: 500)
        #expect(policy.advance(seen(3, offset: 500)).actions.isEmpty)
        #expect(policy.advance(seen(4, offset: 999)).actions.isEmpty)
        #expect(policy.nextTrainingByGrowth == 1_000)
        #expect(policy.advance(seen(5, offset: 1_000)).actions == [.retrain(reason: "The log has grown.")])
    }

    @Test mutating func aFirstTrainingThatWasCutShortIsFollowedByAnOrdinaryOne() {
        settings.firstTrainingEvents = 100
        settings.retrainPause = 60
        policy = PublicationPolicy(settings: settings)
        _ = policy.advance(seen(0, offset: 100))
        let version = policy.trainingFinished(wasCutShort: true)
        _ = policy.promote(version, time: 1_000, offset: 100)
        #expect(policy.advance(seen(59, offset: 100)).actions.isEmpty)
        let step = policy.advance(seen(60, offset: 100))
        #expect(step.actions == [.retrain(reason: "The first training was cut short.")])
        _ = policy.trainingFinished(wasCutShort: true)
        _ = policy.advance(seen(61, promotion: Self.gate(candidate: 0.2, live: 0.5), offset: 100))
        #expect(policy.advance(seen(10_000, offset: 101)).actions.isEmpty)
    }

    @Test mutating func aVersionFromDiskCallsForNoTrainingUntilTheLogHasGrown() {
        settings.firstTrainingEvents = 100
        settings.retrainGrowth = 1
        policy = PublicationPolicy(settings: settings, live: ModelVersion(3), trainedOffset: 400)
        #expect(policy.advance(seen(0, offset: 400)).actions.isEmpty)
        #expect(policy.advance(seen(1, offset: 799)).actions.isEmpty)
        #expect(policy.advance(seen(2, offset: 800)).actions == [.retrain(reason: "The log has grown.")])
    }

    @Test mutating func driftPutsWeightOnNewEventsAndTrains() {
        settings.firstTrainingEvents = 1
        settings.retrainPause = 100
        policy = PublicationPolicy(settings: settings)
        #expect(policy.advance(seen(0)).actions == [.retrain(reason: "There are enough events for a first training.")])
        _ = policy.trainingFinished()
        _ = policy.advance(seen(1, promotion: Self.gate(candidate: 0.2, live: 0.5)))
        let early = policy.advance(seen(50, drift: [Self.signal], offset: 20))
        #expect(early.actions == [.emphasizeNew(events: 5_000)])
        #expect(early.decisions.map(\.kind) == [.drift])
        let late = policy.advance(seen(150, drift: [Self.signal], offset: 30))
        #expect(late.actions == [.emphasizeNew(events: 5_000), .retrain(reason: "The stream has changed.")])
        #expect(policy.advance(seen(400, drift: [Self.signal], offset: 40)).decisions.map(\.kind) == [.drift])
    }

    @Test mutating func trainsByTimeAndByGrowth() {
        settings.firstTrainingEvents = 100
        settings.retrainInterval = 3_600
        settings.retrainGrowth = 1
        policy = PublicationPolicy(settings: settings)
        #expect(policy.advance(seen(0, offset: 99)).actions.isEmpty)
        #expect(policy.advance(seen(1, offset: 100)).decisions.map(\.kind) == [.retrain])
        policy.trainingFailed()
        #expect(policy.advance(seen(2, offset: 199)).actions.isEmpty)
        #expect(policy.advance(seen(3, offset: 200)).actions == [.retrain(reason: "The log has grown.")])
        policy.trainingFailed()
        #expect(policy.advance(seen(3_603, offset: 200)).actions.isEmpty)
        #expect(
            policy.advance(seen(3_603, offset: 201)).actions == [.retrain(reason: "The last training is long ago.")]
        )
    }

    @Test mutating func rulesTakeTheirTime() throws {
        settings.rules = [try ThresholdRule("recall@10 < 0.1 for 1m -> rollback")]
        policy = PublicationPolicy(settings: settings, live: ModelVersion(1))
        _ = policy.advance(seen(0, hasUpdate: true))
        let (low, high) = (["recall@10": 0.05], ["recall@10": 0.2])
        #expect(policy.advance(seen(100, figures: low)).actions.isEmpty)
        #expect(policy.advance(seen(130, figures: high)).actions.isEmpty)
        #expect(policy.advance(seen(140, figures: low)).actions.isEmpty)
        #expect(policy.advance(seen(199, figures: low)).actions.isEmpty)
        let step = policy.advance(seen(200, figures: low))
        #expect(step.decisions.map(\.kind) == [.rollback])
        #expect(step.decisions[0].evidence == low)
        #expect(policy.live == ModelVersion(1))
    }

    @Test mutating func obeysByHand() {
        #expect(policy.rollBack(time: 0, offset: 1).actions.isEmpty)
        let step = policy.promote(ModelVersion(7), time: 5, offset: 6)
        #expect(step.actions == [.promote(ModelVersion(7))])
        #expect(policy.live == ModelVersion(7))
        #expect(
            policy.rollBack(time: 6, offset: 6).actions.first == .rollBack(from: ModelVersion(7), to: ModelVersion(1))
        )
        #expect(policy.trainingFinished() == ModelVersion(8))
    }

    @Test mutating func stateSurvivesCoding() throws {
        _ = policy.advance(seen(0, hasUpdate: true))
        _ = policy.trainingFinished()
        #expect(try roundTrip(policy) == policy)
    }
}
