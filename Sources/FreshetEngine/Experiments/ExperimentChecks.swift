import FreshetCore
import FreshetExperiments
import FreshetFeedback
import FreshetRecommendation

/// What must hold of an experiment before it serves.
struct ExperimentChecks {
    /// More do not run at once: each costs every request two hashes.
    static let running = 20
    /// More variants are not compared.
    static let variants = 16
    /// An experiment's weights and coverage do not stand still more often.
    static let periods = 100

    let draft: ExperimentDraft
    /// All experiments there are.
    let known: [ServedExperiment]
    /// The scenarios that have settings of their own.
    let scenarios: [String]
    /// The rules that there are.
    let rules: [Rule]
    /// The types of the events that ever came in.
    let eventTypes: [EventType]
    /// Whether it is known of any item or conversion what is left of its price.
    var hasProfit = false

    /// - Throws: ``FreshetError`` of kind `usage` for what is never sound, of kind `conflict` for what is not now.
    func check() throws {
        try checkNames()
        try checkChanges()
        try checkMetrics()
        try checkSeparate()
    }

    private var id: String { draft.experiment.id }

    /// Refuses an experiment in which a variant would have nobody: less than one bucket of 10,000.
    /// - Throws: ``FreshetError`` of kind `usage`.
    static func checkShares(of experiment: Experiment) throws {
        for (variant, share) in zip(experiment.variants, experiment.allocation.shares) where share <= 0 {
            throw FreshetError(
                .usage,
                "The variant '\(variant.name)' of '\(experiment.id)' would have no users.",
                remedy: "Give it a larger weight, or the experiment a larger coverage."
            )
        }
    }

    private func checkNames() throws {
        let names = draft.experiment.variants.map { (what: "name of a variant", name: $0.name) }
        for (what, name) in [(what: "id of an experiment", name: id)] + names
        where !VariantLabel.isName(name) {
            throw FreshetError(
                .usage,
                "'\(name)' cannot be the \(what).",
                remedy: "Use 1 to \(VariantLabel.maximumLength) letters, digits, '-', '_' and '.'."
            )
        }
        guard draft.experiment.variants.count <= Self.variants else {
            throw FreshetError(.usage, "'\(id)' has more than \(Self.variants) variants, which is the most.")
        }
        guard !draft.experiment.variants.contains(where: { $0.name == VariantLabel.together }) else {
            throw FreshetError(.usage, "'\(VariantLabel.together)' is kept for answers of several variants.")
        }
        guard !known.contains(where: { $0.id == id }) else {
            throw FreshetError(
                .conflict,
                "There is an experiment '\(id)' already.",
                remedy: "Choose another id: answers of both would be taken for one."
            )
        }
        guard known.count < ExperimentBook.capacity else {
            throw FreshetError(.conflict, "\(known.count) experiments are kept.", remedy: "Delete one that has ended.")
        }
        try Self.checkShares(of: draft.experiment)
        try SettingRange.check("days_before", draft.daysBefore, in: 0...90)
        if draft.method == .bandit { try draft.bandit.validate(variants: draft.experiment.variants.count) }
    }

    private func checkChanges() throws {
        for change in draft.changes {
            switch change {
            case .settings(let settings): try settings.validate()
            case .policy(let name) where !scenarios.contains(name):
                throw FreshetError.unknown("scenario", name, known: scenarios)
            case .rule(let id): try checkRule(id)
            case .nothing, .policy, .version, .frozen: break
            }
        }
        guard draft.method != .interleaving || Set(draft.changes.map { "\($0)" }).count == draft.changes.count else {
            throw FreshetError(
                .usage,
                "Two of the variants of '\(id)' are the same, and their lists cannot be told apart.",
                remedy: "Compare a variant with itself by the method 'split'."
            )
        }
    }

    private func checkRule(_ id: String) throws {
        guard let rule = rules.first(where: { $0.id == id }) else {
            throw FreshetError.unknown("rule", id, known: rules.map(\.id))
        }
        guard !rule.enabled else {
            throw FreshetError(
                .conflict,
                "The rule '\(id)' is in force for everybody.",
                remedy: "Switch it off ('enabled': false): a variant's users have it all the same."
            )
        }
    }

    private func checkMetrics() throws {
        let rules = FeedbackRules()
        let known = Set(eventTypes.compactMap { rules.kinds[$0.rawValue] })
        for name in draft.experiment.metrics + draft.experiment.guardrails {
            let metric = try ExperimentMetric.named(name)
            let kinds = metric.kinds
            guard name != "profit" || hasProfit else {
                throw FreshetError(
                    .conflict,
                    "Nothing says '\(name)' yet: no event came with one, and no item has as a number the "
                        + "attribute that 'serving.profit_attribute' names.",
                    remedy: "Send conversions with their 'profit', give items that attribute, or use 'value'."
                )
            }
            guard kinds.isEmpty || kinds.contains(where: known.contains) else {
                let types = rules.kinds.filter { kinds.contains($0.value) }.keys.sorted()
                throw FreshetError(
                    .conflict,
                    "The metric '\(name)' has no events: none of \(types.joined(separator: ", ")) ever came in.",
                    remedy: "Send such events first, or choose another metric."
                )
            }
        }
    }

    private func checkSeparate() throws {
        let others = known.filter { $0.state == .running }
        guard others.count < Self.running else {
            throw FreshetError(.conflict, "\(others.count) experiments run already.", remedy: "End one of them first.")
        }
        try draft.experiment.checkSeparate(from: others.map(\.experiment))
        for other in others where sharesUsers(with: other) && disturbs(other) {
            throw FreshetError(
                .conflict,
                "'\(id)' and '\(other.id)', which runs, would change the same for the same users.",
                remedy: "Give both a part of one namespace, or different scenarios."
            )
        }
    }

    /// Whether some request may be in both; parts of one namespace share nobody.
    private func sharesUsers(with other: ServedExperiment) -> Bool {
        if let own = draft.experiment.namespace, own.name == other.experiment.namespace?.name { return false }
        return draft.scenarios.isEmpty || draft.scenarios.contains(where: other.covers) || other.scenarios.isEmpty
    }

    private func disturbs(_ other: ServedExperiment) -> Bool {
        if draft.method == .interleaving || other.method == .interleaving { return true }
        let own = Set(draft.changes.compactMap(\.part))
        return other.changes.contains { $0.part.map(own.contains) ?? false }
    }
}

extension ExperimentMetric {
    /// The kinds of events that it is counted from, any of them; none for what every answer says.
    var kinds: [FeedbackKind] {
        switch name {
        case "ctr", "acceptance": [.click]
        case "conversion", "value", "profit": [.conversion]
        case "satisfaction": [.satisfaction]
        default: []
        }
    }
}
