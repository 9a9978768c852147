import FreshetCore
import FreshetExperiments
import FreshetRecommendation

@testable import FreshetEngine

/// An engine with a trained version that serves, and experiments for it.
struct ExperimentStage {
    let test: TestEngine
    let engine: Engine

    /// Users of a ring of items, clicks and purchases among their events; version 1 serves.
    init(_ change: (inout EngineConfiguration) -> Void = { _ in }) async throws {
        test = try await TestEngine {
            $0.serving.impressionDelay = 0.001
            $0.recommender.scenarios["cart"] = PolicyConfiguration()
            change(&$0)
        }
        var events = LearningTests.ring(200)
        events.append(Event(user: "u0", item: "i0", type: "click", time: 1_700_001_000))
        events.append(Event(user: "u0", item: "i0", type: .purchase, value: 1, time: 1_700_001_001))
        _ = try await test.engine.accept(events)
        try test.engine.archive.write(SnapshotArchiveTests.trained(ModelVersion(1)))
        try test.engine.archive.setLive(ModelVersion(1))
        engine = try await test.reopened()
    }

    /// Two variants of equal weight.
    static func draft(
        _ id: String = "e",
        _ changes: [VariantChange] = [.nothing, .settings(.onlyNew)],
        method: ServedExperiment.Method = .split,
        namespace: Namespace? = nil,
        scenarios: [String] = [],
        metrics: [String] = ["ctr", "conversion"],
        guardrails: [String] = ["empty"],
        minimumDays: Double = 0,
        daysBefore: Double = 0
    ) throws -> ExperimentDraft {
        var rules = VerdictRules()
        rules.minimumDays = minimumDays
        (rules.minimumUnits, rules.optimum) = (20, 100)
        return ExperimentDraft(
            try Experiment(
                id: id,
                namespace: namespace,
                variants: ["a", "b"].map { Variant(name: $0, weight: 0.5) },
                metrics: metrics,
                guardrails: guardrails,
                rules: rules
            ),
            changes: changes,
            method: method,
            scenarios: scenarios,
            daysBefore: daysBefore
        )
    }

    /// Answers a user.
    func answer(_ user: String?, count: Int = 4, scenario: String? = nil) async throws -> Recommendation {
        var request = RecommendationRequest(user: user, count: count)
        request.scenario = scenario
        return try await engine.recommend(request)
    }

    /// The labels of the answers of many users.
    static func labels(_ engine: Engine, count: Int = 40) async throws -> [String?] {
        var labels: [String?] = []
        for user in 0..<count {
            labels.append(try await engine.recommend(RecommendationRequest(user: "u\(user)", count: 2)).variant)
        }
        return labels
    }
}

extension PolicyChange {
    /// Items that a user has dealt with do not come back.
    static var onlyNew: PolicyChange {
        var change = PolicyChange()
        change.repeats = .never
        return change
    }
}
