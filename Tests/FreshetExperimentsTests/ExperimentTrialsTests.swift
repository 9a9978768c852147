import FreshetExperiments
import FreshetTensor
import Testing

/// What experiments decide on simulated users, with a look after every event.
@Suite("Simulated experiments")
struct ExperimentTrialsTests {
    /// 1,000 experiments in which nothing differs, with a look after every event: at most 5% have a verdict.
    @Test func equalVariantsSeldomDiffer() {
        // Tightest where the experiment is: later would be easier.
        let simulation = ExperimentSimulation(
            rate: 0.3,
            lift: 0,
            horizon: 1_500,
            rules: Self.rules { $0.optimum = 500 }
        )
        let trials = ExperimentTrials(simulation, trials: 1_000) { RandomSource.stream(seed: 1, UInt64($0)) }
        #expect(trials.won + trials.lost <= 50)
        #expect(trials.sharesWereOff <= 5)
    }

    /// The same where a hundred users come back again and again, so that nearly all events are of known users.
    @Test func equalVariantsSeldomDifferWithReturningUsers() {
        let simulation = ExperimentSimulation(
            rate: 0.3,
            lift: 0,
            visits: 12,
            horizon: 6_000,
            rules: Self.rules { ($0.minimumUnits, $0.optimum) = (50, 1_000) }
        )
        let trials = ExperimentTrials(simulation, trials: 100) { RandomSource.stream(seed: 2, UInt64($0)) }
        #expect(trials.won + trials.lost <= 5)
    }

    /// A test for one look that is looked at after every event finds what is not there.
    @Test func peekingAtAFixedHorizonFindsDifferencesThatAreNone() {
        let simulation = ExperimentSimulation(rate: 0.3, lift: 0, horizon: 1_500)
        let trials = ExperimentTrials(simulation, trials: 100, peeks: true) {
            RandomSource.stream(seed: 3, UInt64($0))
        }
        #expect(trials.peeked > 15)
    }

    /// A true lift of 5% is found in four of five experiments within the users stated: 2.0 times those of one look.
    @Test func aTrueLiftIsFoundInTime() throws {
        let simulation = ExperimentSimulation(rate: 0.5, lift: 0.05, horizon: 40_000)
        let trials = ExperimentTrials(simulation, trials: 50) { RandomSource.stream(seed: 4, UInt64($0)) }
        let needed = try #require(trials.unitsTo80Percent)
        let fixed = try #require(trials.fixedHorizonUnits)
        #expect(abs(fixed - 12_000) < 1_500)
        #expect(needed < 2 * fixed)
        #expect(trials.lost == 0)
        #expect(try #require(trials.medianUnits) < needed)
    }

    private static func rules(_ change: (inout VerdictRules) -> Void) -> VerdictRules {
        var rules = VerdictRules()
        change(&rules)
        return rules
    }
}
