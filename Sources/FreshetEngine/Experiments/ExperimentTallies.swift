import FreshetExperiments
import FreshetFeedback
import FreshetLearning

/// What the users of all experiments did.
struct ExperimentTallies: Sendable {
    /// What a part of a label is about.
    private enum Part {
        /// An experiment and its variant; `nil` for all of them together.
        case experiment(String, variant: Int?)
        /// A candidate together with the live version.
        case candidate(Int)
    }

    /// The chance of error of the gate, half of which is for what users choose.
    private let chanceOfError: Double
    private var tallies: [String: ExperimentTally] = [:]
    /// The newest candidate that made answers together with the live version.
    private var candidate: (number: Int, tally: InterleavingTally)?
    /// What labels mean: a few, which come with every answer.
    private var labels: [String: [Part]] = [:]

    /// Counts nothing yet; the gate errs with a chance.
    init(chanceOfError: Double) { self.chanceOfError = chanceOfError }

    /// What the users of an experiment did.
    subscript(id: String) -> ExperimentTally? { tallies[id] }

    /// Adds an experiment.
    mutating func add(_ tally: ExperimentTally) {
        tallies[tally.served.id] = tally
        labels = [:]
    }

    /// Takes it that a bandit's windows or other shares begin, as the experiment says.
    mutating func follow(_ served: ServedExperiment) { tallies[served.id]?.follow(served) }

    /// Removes an experiment.
    mutating func remove(_ id: String) {
        tallies[id] = nil
        labels = [:]
    }

    /// Takes what came of answers.
    mutating func take(_ outcomes: [FeedbackOutcome]) {
        for outcome in outcomes {
            for part in parts(of: outcome.variant) {
                switch part {
                case .candidate(let number): take(outcome, ofCandidate: number)
                case .experiment(let id, let variant):
                    // An experiment that was deleted may have had the id before.
                    guard let started = tallies[id]?.served.started, outcome.time >= started else { continue }
                    if let variant {
                        tallies[id]?.take(outcome, of: variant)
                    } else {
                        tallies[id]?.takeTogether(outcome)
                    }
                }
            }
        }
    }

    private mutating func take(_ outcome: FeedbackOutcome, ofCandidate number: Int) {
        if number > candidate?.number ?? -1 {
            candidate = (number, InterleavingTally(rankers: 2, alpha: chanceOfError / 2))
        }
        if candidate?.number == number { candidate?.tally.take(outcome) }
    }

    /// What users chose between the newest candidate and the live version; `nil` while nothing is known.
    var newestPreference: (candidate: Int, evidence: PreferenceEvidence)? {
        candidate.flatMap { candidate in PreferenceEvidence(candidate.tally.test).map { (candidate.number, $0) } }
    }

    /// Forgets who a user was; what they did stays counted.
    mutating func forget(_ user: String) {
        let user = StableHash.of(user)
        for id in tallies.keys { tallies[id]?.forget(user) }
        candidate?.tally.forget(user)
    }

    private mutating func parts(of label: String) -> [Part] {
        if let known = labels[label] { return known }
        let parts = VariantLabel.parts(label).compactMap { experiment, variant -> Part? in
            if let number = CandidateTrial.candidate((experiment, variant)) { return .candidate(number) }
            guard let tally = tallies[String(experiment)] else { return nil }
            if variant == VariantLabel.together { return .experiment(String(experiment), variant: nil) }
            guard let place = tally.served.experiment.variants.firstIndex(where: { $0.name == variant }) else {
                return nil
            }
            return .experiment(String(experiment), variant: place)
        }
        labels[label] = parts
        return parts
    }
}
