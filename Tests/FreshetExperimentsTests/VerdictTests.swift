import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetExperiments

@Suite("Verdict of an experiment")
struct VerdictTests {
    private static func experiment(_ names: [String] = ["a", "b"], _ change: (inout VerdictRules) -> Void = { _ in })
        throws -> Experiment
    {
        var rules = VerdictRules()
        rules.optimum = 1_000
        change(&rules)
        return try Experiment(
            id: "e",
            variants: names.map { Variant(name: $0, weight: 1 / Double(names.count)) },
            metrics: ["ctr"],
            guardrails: ["empty"],
            rules: rules
        )
    }

    /// Users with a rate of clicks and of empty answers by variant; five answers each.
    private static func data(
        _ experiment: Experiment,
        clicks: [Double],
        empty: [Double],
        users: Int = 3_000,
        segment: (Int) -> String? = { _ in nil }
    ) throws -> ExperimentData {
        var random = RandomSource(seed: 9)
        var data = try ExperimentData(experiment)
        for user in 0..<users {
            let (name, variant) = ("u\(user)", user % clicks.count)
            data.expose(name, to: variant, segment: segment(user))
            for _ in 0..<5 {
                data.add(random.happens(clicks[variant]) ? 1 : 0, per: 1, metric: 0, unit: name)
                data.add(random.happens(empty[variant]) ? 1 : 0, per: 1, metric: 1, unit: name)
            }
        }
        return data
    }

    @Test func theBetterVariantIsShipped() throws {
        let experiment = try Self.experiment { $0.guardrailMargin = 0.5 }
        let data = try Self.data(experiment, clicks: [0.2, 0.26], empty: [0.2, 0.2])
        let report = ExperimentReport(experiment, data: data, days: 4)
        #expect(report.verdict == .better && report.variant == "b")
        #expect(report.words.contains("Next: ship 'b'."))
        #expect(report.metrics[0].low.map { $0 > 0 } == true)
        #expect(report.units == ["a": 1_500, "b": 1_500])
    }

    @Test func aGuardrailThatIsNotYetFineIsSaid() throws {
        let experiment = try Self.experiment { $0.guardrailMargin = 0.001 }
        let data = try Self.data(experiment, clicks: [0.2, 0.26], empty: [0.2, 0.2])
        let report = ExperimentReport(experiment, data: data, days: 4)
        #expect(report.verdict == .better)
        #expect(report.words.contains("'empty'") && report.words.contains("or wait"))
    }

    @Test func aWorseGuardrailStopsEvenABetterVariant() throws {
        let experiment = try Self.experiment()
        let data = try Self.data(experiment, clicks: [0.2, 0.26], empty: [0.1, 0.2])
        let report = ExperimentReport(experiment, data: data, days: 1)
        #expect(report.verdict == .harmful && report.variant == "b")
        #expect(report.words.contains("Next: stop 'b'."))
    }

    @Test func noVerdictBeforeTheDaysOrUnits() throws {
        let experiment = try Self.experiment()
        let data = try Self.data(experiment, clicks: [0.2, 0.3], empty: [0.1, 0.1])
        #expect(ExperimentReport(experiment, data: data, days: 2.9).verdict == .tooEarly)
        let few = try Self.data(experiment, clicks: [0, 1], empty: [0.1, 0.1], users: 198)
        #expect(ExperimentReport(experiment, data: few, days: 9).verdict == .tooEarly)
        #expect(ExperimentReport(experiment, data: try ExperimentData(experiment), days: 9).verdict == .tooEarly)
    }

    /// Shares that are off silence everything, guardrails included.
    @Test func noVerdictWhileSharesAreOff() throws {
        let experiment = try Self.experiment()
        var data = try Self.data(experiment, clicks: [0.2, 0.3], empty: [0.1, 0.2])
        for user in 0..<3_000 { data.expose("lost \(user)", to: 0) }
        let report = ExperimentReport(experiment, data: data, days: 9)
        #expect(report.verdict == .sharesAreOff && report.variant == nil)
        #expect(report.ratioPValue < 0.001)
    }

    @Test func aSmallEffectIsNoDifference() throws {
        let experiment = try Self.experiment { $0.leastEffect = 0.2 }
        let data = try Self.data(experiment, clicks: [0.5, 0.5], empty: [0.1, 0.1], users: 6_000)
        #expect(ExperimentReport(experiment, data: data, days: 9).verdict == .noDifference)
        let narrow = try Self.experiment { $0.leastEffect = 0.001 }
        #expect(ExperimentReport(narrow, data: data, days: 9).verdict == .undecided)
    }

    @Test func worseThanTheFirst() throws {
        let experiment = try Self.experiment(["a", "b", "c"])
        let data = try Self.data(experiment, clicks: [0.3, 0.2, 0.22], empty: [0.1, 0.1, 0.1])
        #expect(ExperimentReport(experiment, data: data, days: 9).verdict == .worse)
    }

    /// With a metric of which less is better, a lower figure wins.
    @Test func lessMayBeBetter() throws {
        var experiment = try Self.experiment()
        experiment.metrics = ["empty"]
        experiment.guardrails = []
        let data = try Self.data(
            experiment: experiment,
            rates: [0.3, 0.2]
        )
        let report = ExperimentReport(experiment, data: data, days: 9)
        #expect(report.verdict == .better)
        #expect(report.words.contains("lower"))
    }

    private static func data(experiment: Experiment, rates: [Double]) throws -> ExperimentData {
        var random = RandomSource(seed: 10)
        var data = try ExperimentData(experiment)
        for user in 0..<3_000 {
            data.expose("u\(user)", to: user % 2)
            data.add(random.happens(rates[user % 2]) ? 1 : 0, per: 1, metric: 0, unit: "u\(user)")
        }
        return data
    }

    /// Twenty segments in which nothing differs: corrected, none stands out, and one in which it does is found.
    @Test func segmentsAreCorrected() throws {
        let experiment = try Self.experiment { $0.alpha = 0.05 }
        let equal = try Self.data(experiment, clicks: [0.3, 0.3], empty: [0, 0], users: 8_000) { "s\($0 / 2 % 20)" }
        let report = ExperimentReport(experiment, data: equal, days: 9)
        #expect(report.segments.count == 20)
        #expect(report.segments.allSatisfy { $0.pValue > 0.05 })
        let one = try Self.data(experiment, clicks: [0.3, 0.45], empty: [0, 0], users: 8_000) {
            $0 % 4 < 2 ? "large" : "s\($0 / 4 % 10)"
        }
        let found = ExperimentReport(experiment, data: one, days: 9).segments.first { $0.segment == "large" }
        #expect(found.map { $0.pValue < 0.05 } == true)
    }

    /// Exposures are counted once, and what was done before the first does not count.
    @Test func onlyExposedUnitsCount() throws {
        let experiment = try Self.experiment()
        var data = try ExperimentData(experiment)
        data.add(1, per: 1, metric: 0, unit: "u")
        let exposures = [data.expose("u", to: 0), data.expose("u", to: 1)]
        #expect(exposures == [true, false])
        data.add(1, per: 1, metric: 0, unit: "u")
        #expect(data.sums[0][0].numerator == 1 && data.sums[0][1].units == 0)
        #expect(data.ratio.counts == [1, 0])
    }

    @Test func unknownMetricsAreRefused() throws {
        let experiment = try Experiment(
            id: "e",
            variants: [Variant(name: "a", weight: 0.5), Variant(name: "b", weight: 0.5)],
            metrics: ["ctrr"]
        )
        #expect { try ExperimentData(experiment) } throws: {
            ($0 as? FreshetError)?.message.contains("ctr") == true
        }
    }
}
