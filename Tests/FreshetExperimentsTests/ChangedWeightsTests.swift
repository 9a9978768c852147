import FreshetTensor
import Testing

@testable import FreshetExperiments

/// Weights that change while an experiment runs, in times that differ.
@Suite("Changed weights")
struct ChangedWeightsTests {
    /// Users with a rate of their own, who click half as often after the change of weights, from .5 and .5 to .1 and .4 of
    /// all; nothing differs between the variants but `lift`.
    private struct Trial {
        var data: ExperimentData
        /// As if the weights had not changed.
        var pooled: ExperimentData
        var hasVerdict = false
        var hasPooledVerdict = false

        init(_ number: Int, events: Int, lift: Double = 0, looks: Bool = true) throws {
            var rules = VerdictRules()
            rules.optimum = 1_000
            var experiment = try Experiment(
                id: "trial \(number)",
                variants: ["a", "b"].map { Variant(name: $0, weight: 0.5) },
                metrics: ["ctr"],
                rules: rules
            )
            (data, pooled) = (try ExperimentData(experiment), try ExperimentData(experiment))
            var random = RandomSource.stream(seed: 21, UInt64(number))
            var period = 0
            for event in 0..<events {
                if event == events / 2 {
                    try experiment.change(weights: ["a": 0.2, "b": 0.8], coverage: 0.5)
                    data.expect(experiment.allocation.shares)
                    period = 1
                }
                let user = random.place(below: 2_000)
                let unit = "user \(user)"
                guard let variant = experiment.variant(of: unit) else { continue }
                let own = user % 2 == 0 ? 0.5 : 1.5
                let rate = 0.4 * own * (period == 0 ? 1 : 0.5) * (variant == 1 ? 1 + lift : 1)
                let click = random.happens(rate) ? 1.0 : 0
                data.expose(unit, to: variant)
                pooled.expose(unit, to: variant)
                let weight = data.weight(of: variant, in: period)
                data.add(weight * click, per: weight, metric: 0, unit: unit)
                pooled.add(click, per: 1, metric: 0, unit: unit)
                guard looks, data.unitCounts.allSatisfy({ $0 >= 100 }) else { continue }
                hasVerdict = hasVerdict || Self.isDifferent(data, experiment)
                hasPooledVerdict = hasPooledVerdict || Self.isDifferent(pooled, experiment)
            }
        }

        static func comparison(_ data: ExperimentData) -> Comparison? {
            let arms = data.compared(data.sums[0])
            return Comparison(control: arms[0], treatment: arms[1])
        }

        private static func isDifferent(_ data: ExperimentData, _ experiment: Experiment) -> Bool {
            comparison(data).map { $0.pValue(experiment.rules.boundary) <= experiment.rules.alpha } ?? false
        }
    }

    /// With a look after every event, few trials find what is not there; as if nothing had changed, most do.
    @Test func equalVariantsSeldomDiffer() throws {
        let trials = try (0..<60).map { try Trial($0, events: 6_000) }
        #expect(trials.count(where: \.hasVerdict) <= 3)
        #expect(trials.count(where: \.hasPooledVerdict) > 40)
        #expect(trials.count { $0.data.ratio.isOff(alpha: 0.001) } == 0)
    }

    /// A true lift of 20% is what is found on average.
    @Test func theLiftIsTheTrueOne() throws {
        let trials = try (100..<160).map { try Trial($0, events: 6_000, lift: 0.2, looks: false) }
        func mean(_ data: KeyPath<Trial, ExperimentData>) throws -> Double {
            try trials.reduce(0) { try $0 + #require(Trial.comparison($1[keyPath: data])?.lift) } / Double(trials.count)
        }
        #expect(abs(try mean(\.data) - 0.2) < 0.03)
        #expect(try mean(\.pooled) < 0.1)
    }

    @Test func aFirstPeriodCountsAsItIs() throws {
        let experiment = try Experiment(
            id: "e",
            variants: ["a", "b"].map { Variant(name: $0, weight: 0.5) },
            metrics: ["ctr"]
        )
        var data = try ExperimentData(experiment)
        #expect(data.weight(of: 0) == 1 && data.weight(of: 1) == 1 && !data.hasChangedShares)
        // Another coverage alone changes nothing.
        data.expect([0.5, 0.5])
        #expect(data.weight(of: 1, in: 1) == 1 && !data.hasChangedShares)
        data.expect([0.25, 0.75])
        #expect(data.weight(of: 0, in: 2) == 2 && data.hasChangedShares)
        #expect(abs(data.weight(of: 1, in: 2) - 2.0 / 3) < 1e-12)
    }

    /// A unit is counted once in each period for the shares, and once for how many there are.
    @Test func unitsAreCountedOnce() throws {
        let experiment = try Experiment(
            id: "e",
            variants: ["a", "b"].map { Variant(name: $0, weight: 0.5) },
            metrics: ["ctr"]
        )
        var data = try ExperimentData(experiment)
        for _ in 0..<2 { data.expose("u", to: 0) }
        #expect(data.ratio.counts == [1, 0])
        data.expect([0.2, 0.8])
        for _ in 0..<2 { data.expose("u", to: 0) }
        #expect(data.ratio.counts == [2, 0] && data.unitCounts == [1, 0])
    }

    /// What was known of units before is not taken out once the shares have changed.
    @Test func whatWasBeforeIsLeftOutAfterAChange() throws {
        let experiment = try Experiment(
            id: "e",
            variants: ["a", "b"].map { Variant(name: $0, weight: 0.5) },
            metrics: ["ctr"]
        )
        var data = try ExperimentData(experiment)
        for unit in 0..<8 {
            data.expose("u\(unit)", to: unit % 2, covariates: [Double(unit)])
            data.add(Double(unit), per: 10, metric: 0, unit: "u\(unit)")
        }
        func control() throws -> Double { try #require(Trial.comparison(data)).control.value }
        #expect(try control() != 0.3)
        data.expect([0.2, 0.8])
        #expect(try control() == 0.3)
    }
}
