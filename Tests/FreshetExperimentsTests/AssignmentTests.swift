import Foundation
import FreshetCore
import Testing

@testable import FreshetExperiments

@Suite("Assignment")
struct AssignmentTests {
    /// GrowthBook's published cases of its hash, version 2 (cases.json 0.8.0, MIT).
    @Test(arguments: [
        ("seed", "a", 505), ("seed", "b", 2696), ("foo", "ab", 2575), ("foo", "def", 2019),
        ("89123klj", "8952klfjas09ujkasdf", 1240), ("90850943850283058242805", "123", 7516),
    ])
    func hashIsThePublishedOne(seed: String, unit: String, bucket: Int) {
        #expect(AssignmentHash.bucket(seed: seed, unit: unit) == bucket)
    }

    private static func experiment(_ weights: [Double] = [0.5, 0.5], coverage: Double = 1) throws -> Experiment {
        try Experiment(
            id: "e",
            coverage: coverage,
            variants: zip("abcd", weights).map { Variant(name: "\($0)", weight: $1) },
            metrics: ["ctr"]
        )
    }

    @Test func halfTheCoverageIsTheFirstHalfOfEachHome() throws {
        let ranges = try Self.experiment(coverage: 0.5).allocation.ranges
        #expect(ranges == [BucketRange(from: 0, to: 2500), BucketRange(from: 5000, to: 7500)])
    }

    /// Through many changes of weights and coverage, nobody who ever had a variant gets another.
    @Test func nobodyChangesTheVariant() throws {
        var experiment = try Self.experiment([0.5, 0.3, 0.2], coverage: 0.6)
        let users = (0..<5_000).map { "user \($0)" }
        var first = users.map { experiment.variant(of: $0) }
        let changes: [([String: Double], Double)] = [
            (["a": 0.2, "b": 0.4, "c": 0.4], 0.5), (["a": 0.9, "b": 0.05, "c": 0.05], 1), ([:], 0.1), ([:], 1),
            (["a": 0.5, "b": 0.3, "c": 0.2], 1),
        ]
        for (weights, coverage) in changes {
            try experiment.change(weights: weights, coverage: coverage)
            for (place, user) in users.enumerated() {
                guard let variant = experiment.variant(of: user) else { continue }
                if let known = first[place] { #expect(known == variant) } else { first[place] = variant }
            }
        }
        #expect(first.allSatisfy { $0 != nil })
    }

    @Test func aVariantCannotOutgrowItsHome() throws {
        var experiment = try Self.experiment()
        try experiment.change(weights: ["a": 0.9, "b": 0.1])
        #expect(abs(experiment.allocation.coverage - 5.0 / 9) < 1e-12)
        #expect(experiment.allocation.shares.elementsEqual([0.9, 0.1]) { abs($0 - $1) < 1e-3 })
    }

    @Test func sharesAreThoseAskedFor() throws {
        let experiment = try Self.experiment([0.7, 0.2, 0.1], coverage: 0.5)
        var counts = [0, 0, 0]
        for user in 0..<40_000 { experiment.variant(of: "u\(user)").map { counts[$0] += 1 } }
        #expect(abs(counts.reduce(0, +) - 20_000) < 500)
        #expect(SampleRatio(counts: counts, shares: [0.7, 0.2, 0.1]).pValue > 1e-3)
    }

    /// Two experiments are independent: the variant in one says nothing of that in the other.
    @Test func experimentsAreIndependent() throws {
        let other = try Experiment(
            id: "other",
            variants: [Variant(name: "a", weight: 0.5), Variant(name: "b", weight: 0.5)],
            metrics: ["ctr"]
        )
        let first = try Self.experiment()
        var counts = [0, 0, 0, 0]
        for user in 0..<20_000 {
            guard let one = first.variant(of: "u\(user)"), let two = other.variant(of: "u\(user)") else { continue }
            counts[2 * one + two] += 1
        }
        #expect(SampleRatio(counts: counts, shares: [1, 1, 1, 1]).pValue > 1e-3)
    }

    @Test func namespacesKeepExperimentsApart() throws {
        func part(_ id: String, _ from: Double, _ to: Double) throws -> Experiment {
            try Experiment(
                id: id,
                namespace: Namespace(name: "home", from: from, to: to),
                variants: [Variant(name: "a", weight: 0.5), Variant(name: "b", weight: 0.5)],
                metrics: ["ctr"]
            )
        }
        let (first, second) = (try part("one", 0, 0.4), try part("two", 0.4, 1))
        try first.checkSeparate(from: [first, second])
        for user in 0..<2_000 {
            let takesPart = [first, second].map { $0.variant(of: "u\(user)") != nil }
            #expect(takesPart == [true, false] || takesPart == [false, true])
        }
        let third = try part("three", 0.39, 0.5)
        #expect { try third.checkSeparate(from: [first, second]) } throws: {
            ($0 as? FreshetError)?.kind == .conflict
        }
    }

    @Test(arguments: [[0.5, 0.6], [1.0], [1, 0], [0.5, 0.4]])
    func wrongWeightsAreRefused(weights: [Double]) {
        #expect(throws: FreshetError.self) { try Self.experiment(weights) }
    }

    @Test func aRefusedChangeChangesNothing() throws {
        var experiment = try Self.experiment()
        let before = experiment
        #expect(throws: FreshetError.self) { try experiment.change(weights: ["a": 0.9]) }
        #expect(throws: FreshetError.self) { try experiment.change(weights: ["x": 0.9]) }
        #expect(throws: FreshetError.self) { try experiment.change(coverage: 0) }
        #expect(experiment == before)
    }

    /// What is stored and read again assigns as before, changed weights included.
    @Test func assignmentSurvivesCoding() throws {
        var experiment = try Self.experiment([0.6, 0.4], coverage: 0.7)
        try experiment.change(weights: ["a": 0.3, "b": 0.7], coverage: 0.4)
        let copy = try JSONDecoder().decode(Experiment.self, from: JSONEncoder().encode(experiment))
        #expect(copy == experiment)
        #expect(copy.allocation.ranges[1].from == 6000)
    }

    @Test func readsWhatIsPosted() throws {
        let text = """
            {"id": "e", "coverage": 0.5, "namespace": {"name": "n", "from": 0, "to": 1},
             "variants": [{"name": "a", "weight": 0.5}, {"name": "b", "weight": 0.5}],
             "metrics": ["ctr"], "guardrails": ["latency"], "rules": {"minimum_days": 7}}
            """
        let experiment = try JSONDecoder().decode(Experiment.self, from: Data(text.utf8))
        #expect(experiment.coverage == 0.5)
        #expect(experiment.rules.minimumDays == 7)
        #expect(experiment.rules.alpha == 0.05)
    }
}
