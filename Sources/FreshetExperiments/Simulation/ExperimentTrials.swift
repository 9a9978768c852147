/// How many simulated experiments ended in which way.
public struct ExperimentTrials: Sendable, Equatable, Codable {
    /// What was simulated.
    public var simulation: ExperimentSimulation
    /// How many experiments there were.
    public var trials: Int
    /// In how many the second variant won.
    public var won: Int
    /// In how many it lost.
    public var lost: Int
    /// In how many a test for one look, looked at after every event, would have found a difference.
    public var peeked: Int
    /// In how many the shares of users were taken to be off.
    public var sharesWereOff: Int
    /// With how many users in both variants half of the verdicts had come; `nil` without one.
    public var medianUnits: Int?
    /// With how many users in both variants four fifths of the experiments had been won; `nil` when fewer were.
    public var unitsTo80Percent: Int?
    /// How many users in both variants a test for one look needs to find the lift with 80% power; `nil` without a lift.
    public var fixedHorizonUnits: Int?

    /// Runs experiments.
    ///
    /// - Parameters:
    ///   - simulation: what is simulated.
    ///   - trials: how many.
    ///   - peeks: whether to count what a test for one look would have found.
    ///   - random: the generator of each experiment, by its number.
    public init<Source: RandomNumberGenerator>(
        _ simulation: ExperimentSimulation,
        trials: Int,
        peeks: Bool = false,
        random: (Int) -> Source
    ) {
        self.simulation = simulation
        self.trials = trials
        let ends = (0..<trials).map { trial in
            var source = random(trial)
            return simulation.run(peeks: peeks, random: &source)
        }
        won = ends.count { $0.unitsAtVerdict != nil && $0.isForTreatment }
        lost = ends.count { $0.unitsAtVerdict != nil && !$0.isForTreatment }
        peeked = ends.count { $0.unitsAtPeek != nil }
        sharesWereOff = ends.count { $0.sharesAreOff }
        let found = ends.compactMap(\.unitsAtVerdict).sorted()
        medianUnits = found.isEmpty ? nil : found[found.count / 2]
        let winners = ends.compactMap { $0.isForTreatment ? $0.unitsAtVerdict : nil }.sorted()
        let place = (trials * 4 + 4) / 5 - 1
        unitsTo80Percent = place < winners.count ? winners[place] : nil
        fixedHorizonUnits = Self.fixedHorizon(simulation)
    }

    /// How many users a test for one look needs, by the variance of the simulated users' means.
    private static func fixedHorizon(_ simulation: ExperimentSimulation) -> Int? {
        guard simulation.lift != 0 else { return nil }
        // The variance of clicks per answer by user, which a visit more makes smaller only in its binomial part.
        let means = [simulation.rate, simulation.rate * (1 + simulation.lift)]
        let variance = means.reduce(0.0) { sum, mean in
            let between = 0.25 * mean * mean
            let within = mean - mean * mean - between
            return sum + (between + within / simulation.visits) / 2
        }
        let needed = try? UnitsNeeded(
            difference: means[1] - means[0],
            variance: variance,
            rules: simulation.rules
        )
        return needed.map { 2 * $0.fixedHorizon }
    }
}
