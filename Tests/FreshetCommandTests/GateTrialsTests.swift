import FreshetLearning
import Testing

@testable import freshet

/// What the gates promise, over many streams of which the truth is known.
@Suite struct GateTrialsTests {
    /// The correlations that two models of one kind have.
    static let agreements = [0.7, 0.8, 0.9]

    @Test(arguments: agreements)
    func equalsAreSeldomPromoted(agreement: Double) {
        let trials = GateTrials.promotion(effect: 0, agreement: agreement, streams: 100, seed: 1)
        #expect(trials.hits <= 5)
    }

    @Test(arguments: agreements)
    func aWorseCandidateIsNeverPromoted(agreement: Double) {
        let trials = GateTrials.promotion(effect: -0.05, agreement: agreement, streams: 100, seed: 2)
        #expect(trials.hits == 0)
    }

    /// The stated number of events: 20,000, or 8,000 where the models agree much.
    @Test(arguments: zip(agreements, [20_000, 15_000, 8_000]))
    func aBetterCandidateIsPromotedInTime(agreement: Double, events: Int) throws {
        let trials = GateTrials.promotion(effect: 0.05, agreement: agreement, streams: 100, seed: 3)
        #expect(try #require(trials.eventsTo80Percent) <= events)
    }

    /// A first version need not win: one that is as good goes live in time, one that is much worse does not.
    @Test(arguments: agreements)
    func aFirstVersionNeedNotBeWorse(agreement: Double) throws {
        let equal = GateTrials.promotion(effect: 0, agreement: agreement, streams: 100, standard: .notWorse, seed: 12)
        #expect(equal.hits >= 95)
        #expect(try #require(equal.eventsTo80Percent) <= PromotionGate.Settings().first.horizon)
        let worse = GateTrials.promotion(
            effect: -0.2,
            agreement: agreement,
            streams: 100,
            standard: .notWorse,
            seed: 13
        )
        #expect(worse.hits <= 5)
    }

    @Test func aRegressionIsRolledBack() throws {
        let half = GateTrials.rollback(effect: -0.5, agreement: 0.8, streams: 100, events: 2_000, seed: 4)
        #expect(try #require(half.eventsTo80Percent) <= 1_000)
        #expect(half.hits == 100)
        let alarms = GateTrials.rollback(effect: 0, agreement: 0.8, streams: 100, events: 2_000, seed: 5)
        #expect(alarms.hits <= 1)
    }
}
