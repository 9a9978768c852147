import FreshetEngine
import FreshetExperiments

/// An experiment as callers see it.
struct ExperimentDocument: Encodable {
    private struct NamedChange: Encodable {
        let variant: Variant
        let change: VariantChange

        enum CodingKeys: String, CodingKey {
            case name, weight
        }

        func encode(to encoder: any Encoder) throws {
            try change.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(variant.name, forKey: .name)
            try container.encode(variant.weight, forKey: .weight)
        }
    }

    private let served: ServedExperiment
    private let figures: ExperimentFigures?
    private let isWhole: Bool

    /// - Parameters:
    ///   - served: the experiment.
    ///   - figures: what it has shown; `nil` where that is not known yet.
    ///   - isWhole: whether to say it in figures too, and not in words alone.
    init(_ served: ServedExperiment, figures: ExperimentFigures?, isWhole: Bool) {
        (self.served, self.figures, self.isWhole) = (served, figures, isWhole)
    }

    enum CodingKeys: String, CodingKey {
        case id, state, method, unit, namespace, coverage, scenarios, variants, metrics, guardrails, rules
        case started, ended, decision, verdict, variant, words, comparison, preference, allocation, bandit, periods
        case daysBefore = "days_before"
    }

    func encode(to encoder: any Encoder) throws {
        let experiment = served.experiment
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(experiment.id, forKey: .id)
        try container.encode(served.state, forKey: .state)
        try container.encode(served.method, forKey: .method)
        try container.encode("user", forKey: .unit)
        try container.encodeIfPresent(experiment.namespace, forKey: .namespace)
        try container.encode(experiment.allocation.coverage, forKey: .coverage)
        try container.encode(served.scenarios, forKey: .scenarios)
        let variants = zip(experiment.variants, served.changes).map { NamedChange(variant: $0, change: $1) }
        try container.encode(variants, forKey: .variants)
        try container.encode(experiment.metrics, forKey: .metrics)
        try container.encode(experiment.guardrails, forKey: .guardrails)
        try container.encode(experiment.rules, forKey: .rules)
        try container.encodeIfPresent(served.bandit, forKey: .bandit)
        try container.encodeIfPresent(served.periods, forKey: .periods)
        try container.encode(served.daysBefore, forKey: .daysBefore)
        try container.encode(served.started, forKey: .started)
        try container.encodeIfPresent(served.ended, forKey: .ended)
        try container.encodeIfPresent(served.decision, forKey: .decision)
        guard let figures else { return }
        try container.encode(figures.verdict, forKey: .verdict)
        try container.encodeIfPresent(figures.variant, forKey: .variant)
        try container.encode(figures.words, forKey: .words)
        guard isWhole else { return }
        switch figures {
        case .comparison(let report): try container.encode(report, forKey: .comparison)
        case .preference(let report): try container.encode(report, forKey: .preference)
        case .allocation(let report): try container.encode(report, forKey: .allocation)
        }
    }
}
