import FreshetExperiments
import FreshetFeedback

/// What the users of all experiments did.
struct ExperimentTallies: Sendable {
    /// An experiment of a label, and its variant; `nil` for all of them together.
    private struct Part {
        let experiment: String
        let variant: Int?
    }

    private var tallies: [String: ExperimentTally] = [:]
    /// What labels mean: a few, which come with every answer.
    private var labels: [String: [Part]] = [:]

    /// What the users of an experiment did.
    subscript(id: String) -> ExperimentTally? { tallies[id] }

    /// Adds an experiment.
    mutating func add(_ tally: ExperimentTally) {
        tallies[tally.served.id] = tally
        labels = [:]
    }

    /// Takes it that a bandit's windows begin, as the experiment says.
    mutating func follow(_ served: ServedExperiment) { tallies[served.id]?.follow(served) }

    /// Removes an experiment.
    mutating func remove(_ id: String) {
        tallies[id] = nil
        labels = [:]
    }

    /// Takes what came of answers.
    mutating func take(_ outcomes: [FeedbackOutcome]) {
        guard !tallies.isEmpty else { return }
        for outcome in outcomes {
            for part in parts(of: outcome.variant) {
                // An experiment that was deleted may have had the id before.
                guard let started = tallies[part.experiment]?.served.started, outcome.time >= started else { continue }
                if let variant = part.variant {
                    tallies[part.experiment]?.take(outcome, of: variant)
                } else {
                    tallies[part.experiment]?.takeTogether(outcome)
                }
            }
        }
    }

    /// Forgets who a user was; what they did stays counted.
    mutating func forget(_ user: String) {
        let user = StableHash.of(user)
        for id in tallies.keys { tallies[id]?.forget(user) }
    }

    private mutating func parts(of label: String) -> [Part] {
        if let known = labels[label] { return known }
        let parts = VariantLabel.parts(label).compactMap { experiment, variant -> Part? in
            guard let tally = tallies[String(experiment)] else { return nil }
            if variant == VariantLabel.together { return Part(experiment: String(experiment), variant: nil) }
            guard let place = tally.served.experiment.variants.firstIndex(where: { $0.name == variant }) else {
                return nil
            }
            return Part(experiment: String(experiment), variant: place)
        }
        labels[label] = parts
        return parts
    }
}
