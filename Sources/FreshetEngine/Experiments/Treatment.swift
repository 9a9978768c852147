import FreshetRecommendation

/// How one request is answered while experiments run: taken once, before anything is looked up.
struct Treatment: Sendable {
    /// As without any experiment.
    static let ordinary = Treatment()

    /// What answers, in the place of the live model.
    var snapshot: ModelSnapshot?
    /// What is changed of the scenario's settings and rules, in this order.
    var changes: [VariantChange] = []
    /// The name that the answer is kept under.
    var label: String?
    /// The treatments whose lists are put together; none for an answer of one variant.
    var rivals: [Treatment] = []

    /// Adds that a variant answers.
    mutating func add(_ arm: ServingExperiments.Arm) {
        snapshot = arm.snapshot ?? snapshot
        if arm.change.part == .settings || arm.change.part == .rules { changes.append(arm.change) }
        add(label: arm.label)
    }

    /// Adds an experiment to the name that the answer is kept under.
    mutating func add(label other: String) { label = label.map { $0 + "," + other } ?? other }

    /// The settings of a scenario under this treatment; `nil` where they are the scenario's.
    ///
    /// - Parameters:
    ///   - scenario: the scenario.
    ///   - standing: the settings of scenarios as they are.
    /// - Returns: the settings.
    func policies(for scenario: String?, _ standing: (String?) -> PolicyConfiguration) -> PolicyConfiguration? {
        guard changes.contains(where: { $0.part == .settings }) else { return nil }
        return changes.reduce(standing(scenario)) { $1.applied(to: $0, standing) }
    }

    /// Has a question answered by this treatment.
    func apply(to query: inout Query, _ standing: (String?) -> PolicyConfiguration) {
        query.variant = label
        query.isPinned = snapshot != nil
        query.policies = policies(for: query.scenario, standing)
        query.rules = Set(changes.compactMap(\.rule))
    }
}
